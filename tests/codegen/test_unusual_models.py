"""Models that are valid and unusual, as native code against onnxruntime."""

import numpy as np
import onnx
import pytest
from onnx import parser

import dldt
from dldt.compiler.errors import InputError
from dldt.runtime import load
from tests.codegen.onnx_native import check_text


def _text(inputs, outputs, body, constants=""):
    return f"g ({inputs}) => ({outputs}) {f'<{constants}>' if constants else ''} {{\n {body}\n}}"


def _random(*shape, seed=0):
    return np.random.default_rng(seed + sum(shape)).standard_normal(shape).astype(np.float32)


POOLS = [
    # kernel, strides, pads begin, pads end, sizes
    ((3, 3), (3, 3), (1, 1), (1, 1), (6, 5)),
    ((3, 3), (3, 3), (1, 1), (1, 1), (5, 7)),
    ((2, 3), (2, 2), (0, 1), (0, 1), (5, 6)),
    ((3,), (2,), (1,), (0,), (6,)),
    ((2, 2, 2), (2, 2, 2), (0, 1, 0), (0, 0, 0), (5, 4, 7)),
    ((3, 3, 2), (2, 3, 2), (1, 1, 0), (1, 1, 0), (6, 5, 5)),
]


@pytest.mark.parametrize("name", ["MaxPool", "AveragePool", "AveragePool with padding"])
@pytest.mark.parametrize("pool", POOLS, ids=str)
@pytest.mark.parametrize("free", [False, True], ids=["fixed", "free"])
def test_pools_whose_axes_round_differently(name, pool, free, tmp_path):
    kernel, strides, begin, end, sizes = pool
    counted = ", count_include_pad = 1" if name.endswith("padding") else ""
    numbers = [", ".join(map(str, each)) for each in (kernel, strides, (*begin, *end))]
    attributes = (
        f"ceil_mode = 1, kernel_shape = [{numbers[0]}], strides = [{numbers[1]}], pads = [{numbers[2]}]{counted}"
    )
    spatial = [f"S{k}" for k in range(len(sizes))] if free else list(sizes)
    outs = [f"O{k}" for k in range(len(sizes))]
    text = _text(
        f"float[1,20,{','.join(map(str, spatial))}] x",
        f"float[1,20,{','.join(outs)}] y",
        f"y = {name.split()[0]} <{attributes}> (x)",
    )
    feeds = [{"x": _random(1, 20, *sizes)}]
    if free:
        feeds += [{"x": _random(1, 20, *(size + k for size in sizes))} for k in (1, 2, 3)]
    check_text(text, feeds, tmp_path)


PADS = [
    ("reflect", -2, 2),
    ("reflect", 3, -1),
    ("edge", -3, 3),
    ("edge", 2, -2),
    ("constant", -3, 4),
    ("reflect", -1, 0),
]


@pytest.mark.parametrize(("mode", "begin", "end"), PADS)
def test_pads_that_crop(mode, begin, end, tmp_path):
    held = f"int64[4] p = {{0, {begin}, 1, {end}}}"
    text = _text("float[3,8] x", "float[A,B] y", f'y = Pad <mode = "{mode}"> (x, p)', held)
    check_text(text, [{"x": _random(3, 8)}], tmp_path)


@pytest.mark.parametrize("op", ["ReduceMax", "ReduceMin"])
def test_the_largest_and_least_of_booleans(op, tmp_path):
    """onnxruntime has no such kernel for all versions: the definition is numpy's."""
    body = f"y = {op} <keepdims = 0> (x, ax)\n z = {op} (x, ax)\n w = {op} <keepdims = 0> (x)"
    text = _text("bool[N,5] x", "bool[N] y, bool[N,1] z, bool w", body, "int64[1] ax = {1}")
    model = parser.parse_model(f'<ir_version: 9, opset_import: ["" : 20]>\n{text}')
    onnx.save(model, tmp_path / "m.onnx")
    dldt.compile_model(tmp_path / "m.onnx", tmp_path / "m.so")
    reduce = np.any if op == "ReduceMax" else np.all
    with load(tmp_path / "m.so", threads=1) as made:
        for seed, rows in enumerate((1, 4, 33)):
            x = np.random.default_rng(seed).integers(0, 3, (rows, 5)) > 0
            found = made.run({"x": x})
            np.testing.assert_array_equal(found["y"], reduce(x, 1))
            np.testing.assert_array_equal(found["z"], reduce(x, 1, keepdims=True))
            np.testing.assert_array_equal(found["w"], reduce(x))


def test_the_logarithm_of_a_sum_of_infinities(tmp_path):
    inf, nan = np.inf, np.nan
    rows = [[-inf, -inf, -inf], [inf, 0, 1], [inf, -inf, 1], [-inf, 2, 3], [nan, 0, 1], [1e30, 1e30, -1e30], [0, 0, 0]]
    x = np.float32(rows)
    for keep in (0, 1):
        body = f"y = ReduceLogSumExp <axes = [1], keepdims = {keep}> (x)"
        text = _text("float[N,3] x", "float[N,1] y" if keep else "float[N] y", body)
        model = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 13]>\n{text}')
        onnx.save(model, tmp_path / "m.onnx")
        dldt.compile_model(tmp_path / "m.onnx", tmp_path / "m.so")
        with load(tmp_path / "m.so", threads=1) as made, np.errstate(all="ignore"):
            wanted = np.logaddexp.reduce(x.astype(np.float64), axis=1, keepdims=bool(keep))
            np.testing.assert_allclose(made.run({"x": x})["y"], wanted, rtol=1e-6)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("axis", [0, -1])
def test_vectors_of_any_size_get_the_length_one(p, axis, tmp_path):
    x = np.float32([[3e-9, 4e-9], [3e-30, -4e-30], [0, 0], [3e30, 4e30], [1e-4, 0], [1, -1]])
    text = _text("float[N,2] x", "float[N,2] y", f"y = LpNormalization <axis = {axis}, p = {p}> (x)")
    model = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\n{text}')
    onnx.save(model, tmp_path / "m.onnx")
    dldt.compile_model(tmp_path / "m.onnx", tmp_path / "m.so")
    wide = x.astype(np.float64)
    norm = np.linalg.norm(wide, ord=p, axis=axis, keepdims=True)
    with load(tmp_path / "m.so", threads=1) as made:
        found = made.run({"x": x})["y"]
    np.testing.assert_allclose(found, wide / np.where(norm == 0, 1, norm), rtol=1e-6, atol=1e-38)


@pytest.mark.parametrize("kind", ["INT8", "UINT8", "INT16", "UINT16", "INT32", "UINT32", "INT64", "UINT64", "BOOL"])
def test_a_folded_cast_is_the_cast_that_runs(kind, tmp_path):
    values = "300, nan, inf, -inf, 50.7, -50.7, 1e10, -129.7, 3e9, -1e20, 65536, 0.2, -0.2"
    count, number = values.count(",") + 1, onnx.TensorProto.DataType.Value(kind)
    name = kind.lower()
    text = _text(
        f"float[{count}] x",
        f"{name}[{count}] a, {name}[{count}] b",
        f"a = Cast <to = {number}> (x)\n b = Cast <to = {number}> (c)",
        f"float[{count}] c = {{{values}}}",
    )
    onnx.save(parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\n{text}'), tmp_path / "m.onnx")
    x = np.array([float(v) for v in values.split(",")], np.float32)
    for target in ("host", "x86-64-v3"):
        dldt.compile_model(tmp_path / "m.onnx", tmp_path / "m.so", target)
        with load(tmp_path / "m.so", threads=1) as made:
            found = made.run({"x": x})
        np.testing.assert_array_equal(found["a"], found["b"])
    inside = np.isfinite(x) & (np.abs(x) < 100) & ((x > -1) | (kind[0] != "U"))
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(found["a"][inside], x[inside].astype(found["a"].dtype))
    if kind != "BOOL":
        limits = np.iinfo(found["a"].dtype)
        assert (found["a"][2], found["a"][3], found["a"][1]) == (limits.max, limits.min, 0)


def _names_and_values(text, feed, folder):
    onnx.save(parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17, "own" : 1]>\n{text}'), folder / "m.onnx")
    dldt.compile_model(folder / "m.onnx", folder / "m.so")
    with load(folder / "m.so", threads=1) as made:
        return made.run(feed)


def test_an_output_that_is_listed_again_gets_a_number(tmp_path):
    text = _text("float[3] x", "float[3] y, float[3] y_2, float[3] y, float[3] y", "y = Relu (x)\n y_2 = Neg (x)")
    x = np.float32([-1, 2, -3])
    found = _names_and_values(text, {"x": x}, tmp_path)
    assert list(found) == ["y", "y_2", "y_3", "y_4"]
    relu, negative = np.maximum(x, 0), -x
    for array, wanted in zip(found.values(), (relu, negative, relu, relu), strict=True):
        np.testing.assert_array_equal(array, wanted)


def test_a_graph_without_nodes_hands_its_inputs_on(tmp_path):
    x, z = np.float32([1, 2, 3]), np.arange(4).reshape(2, 2)
    found = _names_and_values(
        "g (float[N] x, int64[2,M] z) => (int64[2,M] z, float[N] x) { }", {"x": x, "z": z}, tmp_path
    )
    np.testing.assert_array_equal(found["x"], x)
    np.testing.assert_array_equal(found["z"], z)


def test_a_function_that_no_node_calls_is_no_matter(tmp_path):
    text = """g (float[3] x) => (float[3] y) { y = Relu (x) }
<domain: "own", opset_import: ["" : 17]>
scaled (a, b) => (o) { o = Mul (a, b) }"""
    found = _names_and_values(text, {"x": np.float32([-1, 2, -3])}, tmp_path)
    np.testing.assert_array_equal(found["y"], [0, 2, 0])


EMPTY = {
    "Reshape": ("float[2,0] x", "float[1,2,0] y", "y = Reshape <allowzero = 1> (x, s)", "int64[3] s = {1,2,0}"),
    "ReduceSum": ("float[2,0] x", "float[2] y", "y = ReduceSum <keepdims = 0> (x, a)", "int64[1] a = {1}"),
    "ReduceProd": ("float[2,0] x", "float[2] y", "y = ReduceProd <axes = [1], keepdims = 0> (x)", ""),
    "Concat": ("float[2,0] x", "float[2,3] y", "y = Concat <axis = 1> (x, c)", "float[2,3] c = {1,2,3,4,5,6}"),
    "MatMul": (
        "float[2,0] x",
        "float[2,3] y",
        "t = Transpose (x)\n z = MatMul (x, t)\n y = Concat <axis=1>(z, c)",
        "float[2,1] c = {1,2}",
    ),
    "Transpose": ("float[2,0,3] x", "float[3,2,0] y", "y = Transpose <perm = [2, 0, 1]> (x)", ""),
    "Softmax": ("float[2,0] x", "float[2,0] y", "y = Softmax (x)", ""),
    "Gather": ("float[2,0] x", "float[1,0] y", "y = Gather (x, i)", "int64[1] i = {1}"),
    "Add": ("float[2,0] x", "float[2,0] y", "y = Add (x, c)", "float[2,1] c = {1,2}"),
    "Pad": ("float[2,0] x", "float[2,3] y", "y = Pad (x, p)", "int64[4] p = {0,1,0,2}"),
    "Tile": ("float[2,3] x", "float[2,0] y", "y = Tile (x, r)", "int64[2] r = {1,0}"),
    "Expand": ("float[2,1] x", "float[2,0] y", "y = Expand (x, r)", "int64[2] r = {2,0}"),
    "Slice": ("float[2,3] x", "float[2,0] y", "y = Slice (x, b, b, o)", "int64[1] b = {1}, int64[1] o = {1}"),
    "Where": ("float[2,0] x", "float[2,0] y", "c = IsNaN (x)\n y = Where (c, x, x)", ""),
    "Conv": (
        "float[0,3,8,8] x",
        "float[0,4,6,6] y",
        "w = ConstantOfShape (s)\n y = Conv (x, w)",
        "int64[4] s = {4,3,3,3}",
    ),
    "MaxPool": ("float[0,3,8,8] x", "float[0,3,4,4] y", "y = MaxPool <kernel_shape=[2,2], strides=[2,2]> (x)", ""),
    "CumSum": ("float[2,0] x", "float[2,0] y", "y = CumSum (x, a)", "int64 a = {1}"),
    "NonZero": ("float[2,0] x", "int64[2,0] y", "y = NonZero (x)", ""),
    "Shape": ("float[2,0] x", "int64[2] y", "y = Shape (x)", ""),
    "Split": ("float[2,0] x", "float[1,0] y", "y, z = Split <axis = 0> (x)", ""),
}


@pytest.mark.parametrize("name", EMPTY)
def test_tensors_without_elements(name, tmp_path):
    inputs, outputs, body, constants = EMPTY[name]
    shape = tuple(map(int, inputs.split("[")[1].split("]")[0].split(",")))
    check_text(_text(inputs, outputs, body, constants), [{"x": _random(*shape)}], tmp_path)


def test_half_of_a_free_dim(tmp_path):
    """As exporters write H // 2: a division of scalars."""
    body = """s = Shape (x)
 a = Gather (s, zero)
 p = Div (a, two)
 u = Unsqueeze (p, axis)
 c = ConstantOfShape (u)
 n = Slice (x, axis, u)
 y = Add (n, c)"""
    text = _text("float[N] x", "float[M] y", body, "int64 zero = {0}, int64 two = {2}, int64[1] axis = {0}")
    check_text(text, [{"x": _random(n)} for n in (7, 8, 1)], tmp_path)


def test_a_transposed_convolution_in_no_groups_is_refused(tmp_path):
    text = _text("float[1,3,8,8] x, float[3,4,3,3] w", "float[A,B,C,D] y", "y = ConvTranspose <group = 0> (x, w)")
    onnx.save(parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\n{text}'), tmp_path / "m.onnx")
    with pytest.raises(InputError, match="group is 0, at least 1 is needed"):
        dldt.read_model(tmp_path / "m.onnx")


@pytest.mark.parametrize("known", [True, False], ids=["constant", "computed"])
@pytest.mark.parametrize(
    ("kernel", "strides"), [((2,), (5,)), ((2, 2), (3, 3)), ((3, 2), (1, 4)), ((2, 2, 2), (2, 2, 3))], ids=str
)
def test_a_transposed_convolution_whose_strides_are_larger_than_its_kernel(kernel, strides, known, tmp_path):
    """Some phases of the result have no taps."""
    weights = _random(3, 5, *kernel)
    shape, spatial = ",".join(map(str, weights.shape)), ",".join("4" for _ in kernel)
    values = ", ".join(map(str, weights.ravel()))
    outs = ",".join(f"O{k}" for k in range(len(kernel)))
    text = _text(
        f"float[1,3,{spatial}] x" + ("" if known else f", float[{shape}] w"),
        f"float[1,5,{outs}] y",
        f"y = ConvTranspose <strides = [{', '.join(map(str, strides))}]> (x, w)",
        f"float[{shape}] w = {{{values}}}" if known else "",
    )
    check_text(text, [{"x": _random(1, 3, *(4 for _ in kernel))} | ({} if known else {"w": weights})], tmp_path)


@pytest.mark.parametrize(
    "body", ["y = LeakyRelu <alpha = 0.3> (x)", "y = PRelu (x, s)", "y = Clip (x, s)", "y = Elu (x)"]
)
def test_activations_of_a_scalar(body, tmp_path):
    text = _text("float x", "float y", body, "float s = {0.25}")
    check_text(text, [{"x": np.array(v, np.float32)} for v in (-1.5, 2, 0)], tmp_path)
