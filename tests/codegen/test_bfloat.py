"""Precision bf16: contractions multiply what is rounded to bf16, and sum in f32; compared with ml_dtypes' rounding."""

from __future__ import annotations

import attrs
import ml_dtypes
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.winograd.choose import F4
from dldt.codegen.object.object import compile_modules
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.codegen.task.numerics import Numerics
from dldt.codegen.task.task import Compute
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from tests.codegen.program_of import program_of
from tests.codegen.random_graph import RandomGraph
from tests.codegen.test_micro import SHAPES, SPILLS, convolution_graph, inner_loops
from tests.codegen.winograd_case import force

BFLOAT = Numerics(weights=DType.bf16, precision=DType.bf16)
TARGET = attrs.evolve(TARGETS["x86-64-v4"], features=(*TARGETS["x86-64-v4"].features, "avx512bf16"))
ONE, NONE = (1, 1), (0, 0)


@pytest.fixture
def host():
    target = resolve_target("host")
    if not target.multiplies_bfloat:
        pytest.skip("this processor lacks AVX512_BF16")
    return target


def rounded(array):
    return np.asarray(array, np.float32).astype(ml_dtypes.bfloat16).astype(np.float64)


def blocked(graph, name, shape):
    """An input, brought into channel blocks by a 1×1 convolution that changes nothing; they are stored as bf16."""
    value = graph.parameter(name, TensorType(DType.f32, shape))
    same = np.eye(shape[1], dtype=np.float32).reshape(shape[1], shape[1], *[1] * (len(shape) - 2))
    dims = len(shape) - 2
    return ops.Convolution((1,) * dims, (0,) * dims, (0,) * dims, (1,) * dims)(value, graph.constant(same))


def ran(graph, feeds, host, tmp_path, numerics=BFLOAT):
    """The only output, the same on one thread and on two, and the summary."""
    summary = compile_graph(graph, tmp_path / "m.so", host, numerics=numerics)
    found = []
    for threads in (1, 2):
        with load(tmp_path / "m.so", threads=threads) as model:
            found.append(model.run(feeds)["y"])
    assert found[0].tobytes() == found[1].tobytes()
    return found[0], summary


def close(found, wanted, tolerance=2e-6):
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= tolerance * np.abs(wanted).max()


def windows(x, kernel, strides, pads, dilations=ONE):
    """[n, c, rows, columns, kernel rows, kernel columns]."""
    padded = np.pad(x, [(0, 0), (0, 0), *((p, p) for p in pads)])
    spans = tuple((k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True))
    view = np.lib.stride_tricks.sliding_window_view(padded, spans, (2, 3))
    return view[:, :, :: strides[0], :: strides[1], :: dilations[0], :: dilations[1]]


# (batch, inputs, outputs, height, width, kernel, strides, pads, dilations)
CONVOLUTIONS = {
    "1x1": (1, 32, 48, 9, 7, ONE, ONE, NONE, ONE),
    "3x3": (2, 16, 24, 9, 11, (3, 3), ONE, ONE, ONE),
    "odd-inputs": (1, 21, 33, 8, 8, (3, 3), (2, 2), ONE, ONE),
    "dilated": (1, 48, 16, 12, 10, (3, 2), ONE, (2, 1), (2, 1)),
    "wide": (1, 19, 5, 3, 40, (1, 31), ONE, (0, 15), ONE),
    "few-outputs": (1, 37, 2, 6, 50, ONE, ONE, NONE, ONE),
}


@pytest.mark.parametrize("case", CONVOLUTIONS)
@pytest.mark.parametrize("free", [False, True], ids=["fixed", "free"])
def test_convolutions(case, free, host, tmp_path):
    batch, inputs, outputs, height, width, kernel, strides, pads, dilations = CONVOLUTIONS[case]
    rng = np.random.default_rng(inputs)
    x = rng.standard_normal((batch, inputs, height, width)).astype(np.float32)
    w = rng.standard_normal((outputs, inputs, *kernel)).astype(np.float32)
    bias, graph = rng.standard_normal((1, outputs, 1, 1)).astype(np.float32), Graph(case)
    value = blocked(graph, "x", (symbol("N", 1) if free else batch, *x.shape[1:]))
    value = ops.Convolution(strides, pads, pads, dilations)(value, graph.constant(w))
    graph.result(ops.ReLU()(ops.Add()(value, graph.constant(bias))), "y")
    found, summary = ran(graph, {"x": x}, host, tmp_path, attrs.evolve(BFLOAT, winograd=False))
    wanted = np.einsum("nchwij,ocij->nohw", windows(rounded(x), kernel, strides, pads, dilations), rounded(w))
    close(found, np.maximum(wanted + bias, 0))
    assert summary.notes[0].startswith("1 contraction(s) multiply bf16, ")


@pytest.mark.parametrize(("groups", "inputs", "outputs"), [(2, 16, 32), (4, 6, 8), (3, 5, 7), (3, 32, 16)])
def test_groups(groups, inputs, outputs, host, tmp_path):
    rng = np.random.default_rng(groups)
    x = rng.standard_normal((1, groups * inputs, 7, 9)).astype(np.float32)
    w = rng.standard_normal((groups, outputs, inputs, 3, 3)).astype(np.float32)
    graph = Graph("groups")
    value = ops.GroupConvolution(ONE, ONE, ONE, ONE)(blocked(graph, "x", x.shape), graph.constant(w))
    graph.result(value, "y")
    parts = windows(rounded(x), (3, 3), ONE, ONE).reshape(1, groups, inputs, 7, 9, 3, 3)
    wanted = np.einsum("ngchwij,gocij->ngohw", parts, rounded(w)).reshape(1, groups * outputs, 7, 9)
    close(ran(graph, {"x": x}, host, tmp_path, attrs.evolve(BFLOAT, winograd=False))[0], wanted)


def test_shuffled_channels_have_no_neighbours(host, tmp_path):
    rng = np.random.default_rng(10)
    x = rng.standard_normal((1, 48, 6, 7)).astype(np.float32)
    w = rng.standard_normal((3, 20, 16, 1, 1)).astype(np.float32)
    graph = Graph("shuffle")
    shuffled = ops.ShuffleChannels(1, 4)(blocked(graph, "x", x.shape))
    graph.result(ops.GroupConvolution(ONE, NONE, NONE, ONE)(shuffled, graph.constant(w)), "y")
    order = rounded(x).reshape(1, 4, 12, 6, 7).swapaxes(1, 2).reshape(1, 3, 16, 6, 7)
    wanted = np.einsum("ngchw,goc->ngohw", order, rounded(w[..., 0, 0])).reshape(1, 60, 6, 7)
    close(ran(graph, {"x": x}, host, tmp_path)[0], wanted)


def test_depthwise_reads_bfloats_and_keeps_its_weights(host, tmp_path):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((1, 40, 9, 9)).astype(np.float32)
    w = rng.standard_normal((40, 1, 1, 3, 3)).astype(np.float32)
    graph = Graph("depthwise")
    graph.result(ops.GroupConvolution((2, 2), ONE, ONE, ONE)(blocked(graph, "x", x.shape), graph.constant(w)), "y")
    wanted = np.einsum("nchwij,cij->nchw", windows(rounded(x), (3, 3), (2, 2), ONE), w[:, 0, 0].astype(np.float64))
    close(ran(graph, {"x": x}, host, tmp_path)[0], wanted)


def test_one_dimension_and_transposed(host, tmp_path):
    rng = np.random.default_rng(4)
    x = rng.standard_normal((1, 18, 30)).astype(np.float32)
    w = rng.standard_normal((20, 18, 5)).astype(np.float32)
    graph = Graph("line")
    graph.result(ops.Convolution((1,), (2,), (2,), (1,))(blocked(graph, "x", x.shape), graph.constant(w)), "y")
    view = np.lib.stride_tricks.sliding_window_view(np.pad(rounded(x), [(0, 0), (0, 0), (2, 2)]), 5, 2)
    close(ran(graph, {"x": x}, host, tmp_path)[0], np.einsum("nchi,oci->noh", view, rounded(w)))

    image, filters = x.reshape(1, 18, 5, 6), rng.standard_normal((18, 17, 2, 2)).astype(np.float32)
    graph = Graph("transposed")
    twice = ops.ConvolutionBackpropData((2, 2), NONE, NONE, ONE)
    graph.result(twice(blocked(graph, "x", image.shape), graph.constant(filters)), "y")
    blown = np.einsum("nchw,coij->nohiwj", rounded(image), rounded(filters)).reshape(1, 17, 10, 12)
    close(ran(graph, {"x": image}, host, tmp_path)[0], blown)


@pytest.mark.parametrize("free", [False, True], ids=["fixed", "free"])
@pytest.mark.parametrize(("depth", "columns"), [(64, 48), (37, 21), (512, 3)])
def test_products_of_many_rows(depth, columns, free, host, tmp_path):
    rng = np.random.default_rng(depth)
    x = rng.standard_normal((2, 25, depth)).astype(np.float32)
    w = rng.standard_normal((columns, depth)).astype(np.float32)
    shift = rng.standard_normal(depth).astype(np.float32)
    graph = Graph("product")
    rows = graph.parameter("x", TensorType(DType.f32, (symbol("N", 1) if free else 2, 25, depth)))
    moved = ops.Add()(rows, graph.constant(shift))
    graph.result(ops.ReLU()(ops.MatMul(False, True)(moved, graph.constant(w))), "y")
    found, summary = ran(graph, {"x": x}, host, tmp_path)
    close(found, np.maximum(rounded(x + shift) @ rounded(w).T, 0))
    assert summary.notes[0].startswith("1 contraction(s) multiply bf16, ")


def test_attention(host, tmp_path):
    """Rows of bf16 are multiplied by constant matrices, seen through a reshape, added to, and multiplied by each
    other: the last as floats."""
    rng = np.random.default_rng(12)
    x = rng.standard_normal((40, 32)).astype(np.float32)
    w = [(rng.standard_normal((32, 32)) / 6).astype(np.float32) for _ in range(4)]
    graph = Graph("attention")
    rows = ops.Tanh()(graph.parameter("x", TensorType(DType.f32, x.shape)))
    query, key, value = (ops.MatMul(False, False)(rows, graph.constant(matrix)) for matrix in w[:3])
    folded = ops.Reshape(False)(rows, graph.constant(np.int64([40, 2, 16])))
    scores = ops.Softmax8(-1)(ops.MatMul(False, True)(query, key))
    mixed = ops.MatMul(False, False)(ops.MatMul(False, False)(scores, value), graph.constant(w[3]))
    sums = ops.ReduceSum(True)(
        ops.ReduceSum(False)(folded, graph.constant(np.int64([2]))), graph.constant(np.int64([1]))
    )
    graph.result(ops.Add()(ops.Add()(mixed, rows), sums), "y")

    def exactly(x):
        e = np.exp((x @ w[0]) @ (x @ w[1]).T)
        return e / e.sum(1, keepdims=True) @ (x @ w[2]) @ w[3] + x + x.sum(1, keepdims=True)

    graph.result(folded, "rows")
    compile_graph(graph, tmp_path / "m.so", host, numerics=BFLOAT)
    with load(tmp_path / "m.so", threads=2) as model:
        found = model.run({"x": x})
    np.testing.assert_array_equal(found["rows"].reshape(40, 32), rounded(np.tanh(x)))
    error = np.abs(found["y"] - exactly(np.tanh(x.astype(np.float64)))).max()
    assert 1e-4 < error < 5e-2


def test_recurrent_layers_keep_floats(host, tmp_path):
    """Their inputs are projected in pairs of bf16; the loop works on floats, and so does what it leaves behind."""
    size, rng = 24, np.random.default_rng(13)
    weights = [(rng.standard_normal(s) / 5).astype(np.float32) for s in ((1, 4 * size, 8), (1, 4 * size, size))]
    x, start = rng.standard_normal((2, 20, 8)).astype(np.float32), np.zeros((2, 1, size), np.float32)
    last = (rng.standard_normal((size, 6)) / 5).astype(np.float32)
    outputs = []
    for numerics in (Numerics(), BFLOAT):
        graph = Graph("recurrent")
        rows = ops.Tanh()(graph.parameter("x", TensorType(DType.f32, x.shape)))
        fixed = [start, start, np.full(2, 20), *weights, np.zeros((1, 4 * size), np.float32)]
        states = ops.LSTMSequence(size, direction="forward").all(rows, *(graph.constant(a) for a in fixed))[0]
        graph.result(ops.MatMul(False, False)(ops.Tanh()(states), graph.constant(last)), "y")
        outputs.append(ran(graph, {"x": x}, host, tmp_path, numerics)[0])
        assert outputs[-1].shape == (2, 1, 20, 6)
    assert 1e-5 < np.abs(outputs[1] - outputs[0]).max() < 2e-2 * np.abs(outputs[0]).max()


@pytest.mark.parametrize("inputs", [20, 21])
def test_what_lies_past_the_last_channel_is_not_read(inputs, host, tmp_path):
    """The padding of the last channel block holds 1/0; times a weight of 0 that would be no number."""
    rng = np.random.default_rng(5)
    x = rng.uniform(1, 2, (1, inputs, 6, 6)).astype(np.float32)
    w = rng.standard_normal((16, inputs, 1, 1)).astype(np.float32)
    graph = Graph("padding")
    inverse = ops.Divide()(graph.constant(np.float32(1)), blocked(graph, "x", x.shape))
    graph.result(ops.Convolution(ONE, NONE, NONE, ONE)(inverse, graph.constant(w)), "y")
    wanted = np.einsum("nchw,oc->nohw", rounded(1 / x), rounded(w[:, :, 0, 0]))
    close(ran(graph, {"x": x}, host, tmp_path)[0], wanted)


def test_tensors_between_kernels_are_rounded_to_nearest_even(host, tmp_path):
    patterns = np.random.default_rng(6).integers(0, 1 << 32, 16 * 256, dtype=np.uint32)
    ties = (np.arange(16 * 256, dtype=np.uint32) << 16) + np.uint32(0x3F80_8000)
    x = np.concatenate([patterns, ties]).view(np.float32)
    x = np.where(np.abs(x) < 3.3e38, x, np.float32(1.5))  # a NaN in one channel would be a NaN in all
    x = np.where(np.abs(x) > 1e-37, x, np.float32(0)).reshape(1, 32, 16, 16)
    graph = Graph("rounding")
    one = graph.constant(np.ones((32, 1, 1, 1, 1), np.float32))
    graph.result(ops.GroupConvolution(ONE, NONE, NONE, ONE)(blocked(graph, "x", x.shape), one), "y")
    np.testing.assert_array_equal(ran(graph, {"x": x}, host, tmp_path)[0], rounded(x))


def test_weights_that_do_not_fit_are_multiplied_as_floats(host, tmp_path):
    x = np.random.default_rng(7).uniform(0.25, 0.5, (1, 16, 4, 4)).astype(np.float32)
    w = np.zeros((16, 16, 1, 1), np.float32)
    w[3, 2], w[5, 4] = 3.4e38, 1 + 2.0**-12
    graph = Graph("large")
    graph.result(ops.Convolution(ONE, NONE, NONE, ONE)(blocked(graph, "x", x.shape), graph.constant(w)), "y")
    found, summary = ran(graph, {"x": x}, host, tmp_path)
    np.testing.assert_allclose(found, np.einsum("nchw,oc->nohw", rounded(x), w[:, :, 0, 0].astype(float)), rtol=1e-6)
    assert summary.notes[-1].endswith(": a weight is beyond the largest bf16: its weights stay f32")


def test_winograd_reads_and_writes_bfloats(host, tmp_path, monkeypatch):
    force(monkeypatch, F4)
    rng = np.random.default_rng(8)
    x = rng.standard_normal((2, 20, 13, 11)).astype(np.float32)
    w = rng.standard_normal((36, 20, 3, 3)).astype(np.float32)
    same = np.ones((36, 1, 1, 1, 1), np.float32)
    graph = Graph("winograd")
    value = ops.Convolution(ONE, ONE, ONE, ONE)(blocked(graph, "x", x.shape), graph.constant(w))
    value = ops.GroupConvolution(ONE, NONE, NONE, ONE)(value, graph.constant(same))
    graph.result(value, "y")
    found, summary = ran(graph, {"x": x}, host, tmp_path)
    assert "1 convolution(s) by Winograd's algorithm" in summary.notes[0]
    wanted = np.einsum("nchwij,ocij->nohw", windows(rounded(x), (3, 3), ONE, ONE), w.astype(np.float64))
    # Near the middle between two bfloats, Winograd's own rounding decides.
    close(found, rounded(wanted), 2.0**-8)
    assert np.mean(found == rounded(wanted)) > 0.99


def residual_network():
    """Everything between convolutions: a residual, a Concat in place, pools, LRN, a resize, an average, a product."""
    rng = np.random.default_rng(9)

    def filters(*shape):
        scale = np.sqrt(2 / np.prod(shape[1:]))
        return graph.constant((rng.standard_normal(shape) * scale).astype(np.float32))

    graph = Graph("network")
    image = graph.parameter("x", TensorType(DType.f32, (1, 3, 24, 24)))
    a = ops.ReLU()(ops.Convolution((2, 2), ONE, ONE, ONE)(image, filters(32, 3, 3, 3)))
    b = ops.ReLU()(ops.Add()(ops.Convolution(ONE, ONE, ONE, ONE)(a, filters(32, 32, 3, 3)), a))
    c = ops.Concat(1)(b, ops.Convolution(ONE, NONE, NONE, ONE)(a, filters(48, 32, 1, 1)))
    d = ops.MaxPool((2, 2), NONE, NONE, (2, 2))(c)
    e = ops.AvgPool(ONE, ONE, ONE, (3, 3), True)(d)
    f = ops.Sigmoid()(ops.Convolution(ONE, NONE, NONE, ONE)(ops.Add()(d, e), filters(40, 80, 1, 1)))
    graph.result(f, "map")
    mean = ops.ReduceMean(False)(f, graph.constant(np.int64([2, 3])))
    graph.result(ops.MatMul(False, False)(mean, filters(40, 10)), "y")
    return graph, {"x": rng.standard_normal((1, 3, 24, 24)).astype(np.float32)}


def test_a_network(host, tmp_path):
    graph, feeds = residual_network()
    outputs = {}
    for name, numerics in (("exact", Numerics()), ("rounded", BFLOAT)):
        compile_graph(graph.copy(), tmp_path / f"{name}.so", host, numerics=numerics)
        with load(tmp_path / f"{name}.so", threads=2) as model:
            outputs[name] = model.run(feeds)
    for name in ("map", "y"):
        exact, found = outputs["exact"][name], outputs["rounded"][name]
        error = np.abs(found - exact).max() / np.abs(exact).max()
        assert 1e-5 < error < 2e-2, name


@pytest.mark.parametrize("seed", range(12))
def test_random_networks(seed, host, tmp_path):
    made = RandomGraph(seed, free=bool(seed % 2))
    expected = interpret(made.graph, made.feeds)
    compile_graph(made.graph, tmp_path / "m.so", host, numerics=BFLOAT)
    with load(tmp_path / "m.so", threads=2) as model:
        model.run(made.feeds)
        found = model.run(made.feeds)
    for name, wanted in expected.items():
        assert np.abs(found[name] - wanted).max(initial=0) <= 0.1 * max(1.0, np.abs(wanted).max(initial=0)), name


def test_what_is_stored_as_bfloat():
    graph, _ = residual_network()
    program = program_of(graph, TARGET, BFLOAT)
    made = [task.output for task in program.tasks if isinstance(task, Compute)]
    halves = [tensor for tensor in made if tensor.type.dtype is DType.bf16]
    assert {str(t.layout) for t in halves} == {"blocked16"}
    # The outputs and what lies in C order stay f32; the convolution under the Concat is made in its place.
    assert [t.type.shape for t in made if t not in halves] == [(1, 40, 6, 6), (1, 40), (1, 10)]
    assert [t.parent.type.dtype for t in halves if t.parent is not None and t.parent in halves] != []
    assert not any(t.type.dtype is DType.bf16 for t in (*program.inputs, *program.outputs))
    every = [task.output for task in program_of(graph, TARGET).tasks if isinstance(task, Compute)]
    assert not any(tensor.type.dtype is DType.bf16 for tensor in every)


@pytest.mark.parametrize(
    "shape", [name for name in SHAPES if name not in ("first-layer", "alexnet-11x11", "depthwise")]
)
def test_no_accumulator_is_spilled(shape):
    numerics = attrs.evolve(BFLOAT, winograd=False)
    model = assemble(convolution_graph(*SHAPES[shape]), TARGET, numerics)
    text = "\n".join(code.assembly for code in compile_modules(model.modules, TARGET, assembly=True))
    loops = [body for body in inner_loops(text, TARGET.arch) if "vdpbf16ps" in body]
    assert loops
    for body in loops:
        assert not [line for line in body.splitlines() if SPILLS["x86_64"].search(line)]
        assert "vfmadd" not in body
