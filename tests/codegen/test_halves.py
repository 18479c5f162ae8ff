"""Contractions of half precision: sums of floats, rounded once, by the kernels that sum floats."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import parser

import dldt
from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.codegen.integer_case import run
from tests.codegen.native import run_emulated, run_native
from tests.codegen.qemu import require_emulator
from tests.frontends.models import model_path

ONE, NONE = (1, 1), (0, 0)
LEVELS = ["host", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"]
KINDS = {"f16": np.dtype(np.float16), "bf16": np.dtype(ml_dtypes.bfloat16)}
BITS = {"f16": 11, "bf16": 8}


def convolution(x, w):
    return ops.Convolution(ONE, ONE, ONE, ONE)(x, w)


def grouped(x, w):
    return ops.GroupConvolution(ONE, ONE, ONE, ONE)(x, w)


def transposed(x, w):
    return ops.ConvolutionBackpropData((2, 2), NONE, NONE, ONE)(x, w)


def product(x, w):
    return ops.MatMul(False, True)(x, w)


def windows(x):
    return np.lib.stride_tricks.sliding_window_view(np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)]), (3, 3), (2, 3))


def sums_of_groups(x, w):
    apart = windows(x).reshape(x.shape[0], w.shape[0], w.shape[2], *x.shape[2:], 3, 3)
    return np.einsum("ngchwij,gocij->ngohw", apart, w).reshape(x.shape[0], -1, *x.shape[2:])


def sums_apart(x, w):
    found = np.einsum("nchw,coij->nohiwj", x, w)
    return found.reshape(x.shape[0], w.shape[1], 2 * x.shape[2], 2 * x.shape[3])


CASES = {
    "3x3": (convolution, (2, 20, 9, 11), (33, 20, 3, 3), lambda x, w: np.einsum("nchwij,ocij->nohw", windows(x), w)),
    "winograd": (convolution, (1, 32, 30, 28), (32, 32, 3, 3), lambda x, w: sums_of_groups(x, w[None])),
    "groups": (grouped, (1, 32, 7, 9), (2, 24, 16, 3, 3), sums_of_groups),
    "depthwise": (grouped, (2, 40, 9, 8), (40, 1, 1, 3, 3), sums_of_groups),
    "transposed": (transposed, (1, 24, 6, 7), (24, 20, 2, 2), sums_apart),
    "matmul": (product, (2, 7, 70), (45, 70), lambda x, w: x @ w.T),
    "one row": (product, (1, 300), (130, 300), lambda x, w: x @ w.T),
}
KERNELS = {"depthwise": "conv", "winograd": ("conv", "winograd")}


def numbers(kind, *shapes):
    rng = np.random.default_rng(5)
    return [rng.standard_normal(shape).astype(KINDS[kind]) for shape in shapes]


def check_rounded_once(got, exact, kind, *, error=1e-5):
    """Half a unit of the type, and a little for sums of floats."""
    unit = 2.0 ** (np.floor(np.log2(np.maximum(np.abs(exact), 2.0**-14))) + 1 - BITS[kind])
    wrong = np.abs(got.view(KINDS[kind]).astype(np.float64) - exact) > unit / 2 + error * np.abs(exact).max()
    assert got.shape == exact.shape
    assert not wrong.any()


def of_two(kind, operation, x, w, *, constant=True):
    graph = Graph("half")
    data = graph.parameter("x", TensorType(DType(kind), x.shape))
    weights = graph.constant(w) if constant else graph.parameter("w", TensorType(DType(kind), w.shape))
    graph.result(operation(data, weights), "y")
    return graph


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CASES)
def test_a_sum_is_rounded_once(name, kind, level, tmp_path):
    operation, *shapes, define = CASES[name]
    x, w = numbers(kind, *shapes)
    found = run(of_two(kind, operation, x, w), {"x": x}, level, tmp_path)
    exact = define(x.astype(np.float64), w.astype(np.float64))
    check_rounded_once(found, exact, kind, error=1e-4 if name == "winograd" else 1e-5)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shapes", [((5, 64), (33, 64)), ((2, 3, 40, 50), (2, 1, 24, 50))])
def test_products_of_two_computed_matrices(shapes, kind, level, tmp_path):
    x, w = numbers(kind, *shapes)
    found = run(of_two(kind, product, x, w, constant=False), {"x": x, "w": w}, level, tmp_path)
    exact = x.astype(np.float64) @ np.swapaxes(w.astype(np.float64), -1, -2)
    check_rounded_once(found, exact, kind)


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("masked", [False, True])
def test_a_mean_by_a_softmax_is_rounded_once(masked, kind, level, tmp_path):
    """The weights of attention are no numbers of half precision between the softmax and the sum."""
    x, v = numbers(kind, (5, 40), (40, 24))
    hidden = np.arange(40) % 3 == 1
    graph = Graph("half")
    data, values = (graph.parameter(n, TensorType(DType(kind), a.shape)) for n, a in (("x", x), ("v", v)))
    weights = ops.Softmax8(-1)(data)
    if masked:
        weights = ops.Select()(hidden, np.zeros((), KINDS[kind]), weights)
    graph.result(ops.MatMul()(weights, values), "y")
    found = run(graph, {"x": x, "v": v}, level, tmp_path)
    exact = np.exp(x.astype(np.float64))
    exact /= exact.sum(-1, keepdims=True)
    check_rounded_once(found, np.where(masked & hidden, 0, exact) @ v.astype(np.float64), kind)


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 3, 70])
@pytest.mark.parametrize("transposed", [False, True])
def test_the_second_matrix_is_read_as_it_is_stored(transposed, rows, kind, level, tmp_path):
    """As the keys and values that a step of a decoder is given: converted on the way, through a movement too."""
    x, w = numbers(kind, (4, rows, 50), (37 if transposed else 50, 4, 50 if transposed else 37))
    graph = Graph("half")
    data, weights = (graph.parameter(n, TensorType(DType(kind), v.shape)) for n, v in (("x", x), ("w", w)))
    graph.result(ops.MatMul(False, transposed)(data, ops.Transpose()(weights, np.array([1, 0, 2]))), "y")
    made = assemble(graph.copy(), resolve_target(level))
    families = [chosen.implementation.family for leaf in made.program.leaves() for chosen in leaf.chosen]
    assert families == ["loops", "batch_matmul"]
    found = run(graph, {"x": x, "w": w}, level, tmp_path)
    given = w.astype(np.float64).transpose(1, 0, 2)
    check_rounded_once(found, x.astype(np.float64) @ (np.swapaxes(given, 1, 2) if transposed else given), kind)


@pytest.mark.parametrize("level", ["x86-64-v3", "x86-64-v4", "aarch64"])
@pytest.mark.parametrize("name", CASES)
def test_micro_kernels_sum(name, level):
    operation, *shapes, _ = CASES[name]
    x, w = numbers("f16", *shapes)
    made = assemble(of_two("f16", operation, x, w), TARGETS[level])
    algorithms = [chosen.implementation.family for leaf in made.program.leaves() for chosen in leaf.chosen]
    assert set(algorithms) & {"convolution", "matmul", "winograd"}


def block(graph, x, channels):
    """Two convolutions, a maximum and a sum, as a network has them."""
    rng = np.random.default_rng(7)
    first, second = (rng.standard_normal((channels, channels, 3, 3)).astype(np.float16) / 8 for _ in range(2))
    bias = rng.standard_normal((1, channels, 1, 1)).astype(np.float16)
    y = ops.ReLU()(ops.Add()(convolution(x, graph.constant(first)), graph.constant(bias)))
    z = ops.MaxPool(ONE, ONE, ONE, (3, 3), "floor", "explicit")(convolution(y, graph.constant(second)))
    return ops.Add()(y, z), (first, second, bias)


def half(x):
    return x.astype(np.float16).astype(np.float64)


def block_of_numbers(x, first, second, bias):
    x, first, second, bias = (v.astype(np.float64) for v in (x, first, second, bias))
    y = np.maximum(half(half(sums_of_groups(x, first[None])) + bias), 0)
    around = np.pad(half(sums_of_groups(y, second[None])), [(0, 0), (0, 0), (1, 1), (1, 1)], constant_values=-np.inf)
    return y + np.lib.stride_tricks.sliding_window_view(around, (3, 3), (2, 3)).max((-1, -2))


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
def test_a_network_rounds_where_the_model_rounds(level, tmp_path):
    """Sums of floats in another order may fall to the other side of a middle between two numbers of half precision:
    a few results differ by a unit or two."""
    graph, x = Graph("block"), numbers("f16", (1, 32, 14, 13))[0]
    y, weights = block(graph, graph.parameter("x", TensorType(DType.f16, x.shape)), 32)
    graph.result(y, "y")
    exact = block_of_numbers(x, *weights)
    found = run(graph, {"x": x}, level, tmp_path).astype(np.float64)
    unit = 2.0 ** (np.floor(np.log2(np.maximum(np.abs(exact), 1))) - 10)
    assert (np.abs(found - exact) > unit * 0.51).mean() < 0.05
    assert (np.abs(found - exact) <= unit * 3).all()


def test_a_network_with_free_sizes(tmp_path):
    graph, target = Graph("block"), resolve_target("host")
    shape = (symbol("N"), 32, symbol("H"), symbol("W"))
    y, weights = block(graph, graph.parameter("x", TensorType(DType.f16, shape)), 32)
    graph.result(y, "y")
    for size in ((1, 32, 5, 9), (2, 32, 17, 4)):
        x = numbers("f16", size)[0]
        found = run_native(graph.copy(), {"x": x}, target, tmp_path)["y"].astype(np.float64)
        exact = block_of_numbers(x, *weights)
        assert np.abs(found - exact).max() <= 2.0**-9 * np.abs(exact).max()


def test_what_is_stored_between_kernels_are_floats():
    """No kernel converts before a contraction: the one that makes its data stores floats."""
    graph = Graph("block")
    y, _ = block(graph, graph.parameter("x", TensorType(DType.f16, (1, 32, 14, 13))), 32)
    graph.result(y, "y")
    leaves = list(assemble(graph, TARGETS["x86-64-v4"]).program.leaves())
    families = [next(chosen.implementation.family for chosen in leaf.chosen) for leaf in leaves]
    assert families == ["loops", "winograd", "winograd", "pool", "copy"]
    assert [leaf.output.type.dtype for leaf in leaves] == [*[DType.f32] * 2, *[DType.f16] * 3]


def test_the_summary_says_what_is_multiplied(tmp_path):
    graph = Graph("block")
    y, _ = block(graph, graph.parameter("x", TensorType(DType.f16, (1, 32, 14, 13))), 32)
    graph.result(y, "y")
    summary = compile_graph(graph, tmp_path / "m.so", TARGETS["x86-64-v3"])
    assert "2 contraction(s) and recurrent layer(s) of f16 multiply and sum f32" in "\n".join(summary.notes)
    assert summary.precision == "as in the model: nothing was changed"


@pytest.mark.parametrize("level", ["host", "x86-64-v2", "aarch64"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_conversion_rounds_inside_a_kernel_too(kind, level, tmp_path):
    """Steps of a function see what was rounded: a comparison, a conversion back, a largest integer."""
    graph = Graph("steps")
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((2, 1000)).astype(np.float32) * 8
    x, y = (graph.parameter(n, TensorType(DType.f32, (1000,))) for n in "ab")
    total = ops.Add()(ops.Convert(DType(kind))(x), ops.Convert(DType(kind))(y))
    floor = ops.Convert(DType.f32)(ops.Floor()(total))
    more = ops.Convert(DType.f32)(ops.Greater()(total, ops.Convert(DType(kind))(y)))
    graph.result(ops.Concat(0)(ops.Convert(DType.f32)(total), floor, more), "y")
    found = run(graph, {"a": a, "b": b}, level, tmp_path)
    low, high = a.astype(KINDS[kind]), b.astype(KINDS[kind])
    wanted = low + high
    parts = [v.astype(np.float32) for v in (wanted, np.floor(wanted), wanted > high)]
    np.testing.assert_array_equal(found, np.concatenate(parts))


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
def test_a_recurrent_layer(level, tmp_path):
    """Gates and states are floats; a number that leaves the layer is rounded."""
    x, h, w, r, b = numbers("f16", (2, 5, 12), (2, 1, 16), (1, 48, 12), (1, 48, 16), (1, 48))
    w, r = (w / np.float16(4), r / np.float16(4))
    graph = Graph("gru")
    steps, state = (graph.parameter(n, TensorType(DType.f16, v.shape)) for n, v in (("x", x), ("h", h)))
    layer = ops.GRUSequence(16, direction="forward", linear_before_reset=False)
    every, _ = layer.all(steps, state, graph.constant(np.int64([5, 5])), *map(graph.constant, (w, r, b)))
    graph.result(every, "y")
    found = run(graph, {"x": x, "h": h}, level, tmp_path)
    wide = [v.astype(np.float64) for v in (x, h, w, r, b)]
    exact = layer.evaluate(*wide[:2], np.int64([5, 5]), *wide[2:])[0]
    assert np.abs(found - exact).max() <= 2.0**-11


def compared(path, feeds, level, folder):
    """What native code gives, and onnxruntime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    shapes = {name: x.shape for name, x in feeds.items()}
    graph = dldt.read_model(path, inputs=shapes)
    run_pipeline(graph, default_pipeline())
    target = resolve_target(level)
    if target.arch == resolve_target("host").arch:
        found = run_native(graph, feeds, target, folder, threads=2)
    else:
        require_emulator(target)
        found = run_emulated(graph, feeds, target, folder)
    names = [output.name for output in session.get_outputs()]
    return [(found[name], wanted) for name, wanted in zip(names, session.run(None, feeds), strict=True)]


@pytest.mark.parametrize("level", ["host", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"])
def test_a_detector(level, tmp_path):
    x = np.random.default_rng(2).uniform(-1, 1, (2, 48, 48, 3)).astype(np.float16)
    path = model_path("onnx/derived_int8_fp16/mtcnn_onet_fp16.onnx")
    for found, wanted in compared(path, {"input_3": x}, level, tmp_path):
        assert np.abs(found.astype(np.float64) - wanted).max() <= 2.0**-10 * np.abs(wanted).max()


ATTENTION = """agraph (float16[2,9,32] x, float16[2,9,32] k, float16[32,48] w) => (float16[2,9,48] y)
{
  kt = Transpose<perm = [0, 2, 1]>(k)
  scores = MatMul(x, kt)
  chances = Softmax<axis = -1>(scores)
  mixed = MatMul(chances, k)
  sum = Add(mixed, x)
  rows = MatMul(sum, w)
  y = Relu(rows)
}"""


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "aarch64"])
def test_attention(level, tmp_path):
    model = parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\n{ATTENTION}')
    onnx.save(model, tmp_path / "model.onnx")
    shapes = {"x": (2, 9, 32), "k": (2, 9, 32), "w": (32, 48)}
    feeds = {name: numbers("f16", shape)[0] / np.float16(4) for name, shape in shapes.items()}
    ((found, wanted),) = compared(tmp_path / "model.onnx", feeds, level, tmp_path)
    assert np.abs(found.astype(np.float64) - wanted).max() <= 2.0**-9 * np.abs(wanted).max()
