"""The order of the passes: each precedence is kept, and each is needed."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.graph import Graph
from dldt.compiler.ops import (
    Add,
    BatchNormInference,
    BatchToSpace,
    Broadcast,
    Clamp,
    Convert,
    Convolution,
    Divide,
    Equal,
    Erf,
    Gather,
    If,
    Loop,
    MatMul,
    Multiply,
    OneHot,
    ReduceMean,
    ReLU,
    Reshape,
    RNNCell,
    ShapeOf,
    SpaceToBatch,
    Subtract,
    Transpose,
    Unsqueeze,
)
from dldt.compiler.ops.body_ports import BodyOutput, InvariantInput, MergedInput
from dldt.compiler.types import DType, TensorType
from dldt.passes.base import PASSES
from dldt.passes.pipelines import OPTIONAL, PRECEDENCE, default_pipeline
from dldt.passes.transforms.merge_convolutions import MergeConvolutions
from tests.passes.check import f32, graph_of, i64, random, text
from tests.passes.spelled import PADDED, convolved, layer_norm, sixth_of_clamp

X = f32(2, 4, 6, 6)
C4 = random(1, 4, 1, 1, low=0.5)
PLAIN = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))


EVERY_PASS = sorted(PASSES.values(), key=lambda cls: cls.name)


@pytest.mark.parametrize("cls", EVERY_PASS, ids=lambda cls: cls.name)
def test_every_pass_is_in_a_pipeline_or_optional(cls):
    listed = any(isinstance(item, cls) for item in default_pipeline().passes)
    assert listed != (cls in OPTIONAL)
    assert cls.__doc__
    assert "::" in cls.__doc__
    assert "→" in cls.__doc__


def test_optional_passes_join_on_request():
    assert MergeConvolutions() in default_pipeline(merge_convolutions=True).passes


@pytest.mark.parametrize("pair", PRECEDENCE, ids=lambda p: f"{p.first.name}-{p.second.name}")
def test_the_pipeline_keeps_every_precedence(pair):
    passes = default_pipeline().passes
    first = next(i for i, item in enumerate(passes) if isinstance(item, pair.first))
    second = next(i for i, item in enumerate(passes) if isinstance(item, pair.second))
    assert first < second
    assert pair.why


def _quantized_convolution(x):
    data = Multiply()(Convert(DType.f32)(Convert(DType.u8)(x)), 0.25)
    weights = Convert(DType.f32)(x.graph.constant(np.arange(16, dtype=np.int8).reshape(4, 4, 1, 1)))
    return Convolution((1, 1), (0, 0), (0, 0), (1, 1))(data, Multiply()(weights, 0.5))


def _batch_norm(x):
    return BatchNormInference(epsilon=1e-5)(x, *(random(4, seed=i, low=0.1) for i in range(4)))


def _spread_mean(x):
    return Broadcast()(ReduceMean(keep_dims=True)(x, i64(-1)), i64(2, 4, 6, 6))


def _moved_relu(x):
    return Transpose()(ReLU()(Transpose()(x, i64(0, 2, 3, 1))), i64(0, 3, 1, 2))


def _moved_blocks(x):
    """A dilated convolution, of whose parts only the convolution reads channels first."""
    block, none, two = i64(1, 1, 2, 2), i64(0, 0, 0, 0), i64(0, 0, 2, 2)
    there = Transpose()(SpaceToBatch()(x, block, two, two), i64(0, 2, 3, 1))
    inner = Convolution(**PLAIN)(Transpose()(there, i64(0, 3, 1, 2)), random(4, 4, 3, 3))
    return BatchToSpace()(inner, block, none, none)


def _counted_rows(x):
    rows = Reshape(special_zero=False)(Transpose()(x, i64(0, 2, 3, 1)), i64(72, 4))
    return Reshape(special_zero=False)(MatMul()(rows, random(4, 4)), i64(2, 6, 6, 4))


def _reversed(x):
    return Multiply()(Gather()(x, i64(3, 2, 1, 0), i64(1)[0]), C4)


def _chosen(x):
    bodies = []
    for op in (ReLU(), Erf()):
        body = Graph()
        body.result(op(body.parameter("c", X)), "out")
        bodies.append(body)
    return If(*bodies)(Equal()(x.graph.constant(i64(1)[0]), x.graph.constant(i64(1)[0])), x)


def _picking_loop(x):
    """The last state of a cell over the rows of x, which the loop picks by the number of the turn."""
    body = Graph("cells")
    number = body.parameter("i", TensorType(DType.i64, ()))
    rows = body.parameter("rows", TensorType(DType.f32, (48, 1, 6)))
    state = body.parameter("h", TensorType(DType.f32, (1, 3)))
    row = Gather()(rows, number, np.array(0))
    body.result(body.constant(np.array(True)), "on")
    body.result(RNNCell(3)(row, state, random(3, 6), random(3, 3), random(3)), "h2")
    ports = (InvariantInput(2, 1), MergedInput(3, 2, 1))
    loop = Loop(body, ports, (BodyOutput(1),), condition_result=0, iteration_parameter=0)
    first = x.graph.constant(np.zeros((1, 3), np.float32))
    return loop(np.array(48), np.array(True), Reshape()(x, np.array([48, 1, 6])), first)


# first pass, second pass: a graph, and what the two give in this order, which they do not give in the other
SWAPS = {
    ("simplify-shapes", "fold-constants"): (
        lambda x: Multiply()(x, Broadcast()(x.graph.constant(np.float32(2)), ShapeOf()(x))),
        "Multiply(x, [2,4,6,6])",
    ),
    ("merge-common-subexpressions", "fuse-mvn"): (lambda x: layer_norm(x, twice=True), "MVN(x, [3])"),
    ("drop-broadcasts", "fuse-mvn"): (lambda x: layer_norm(x, _spread_mean), "MVN(x, [3])"),
    ("fuse-clamp", "fuse-hsigmoid"): (sixth_of_clamp, "HSigmoid(x)"),
    ("fuse-hsigmoid", "fuse-hswish"): (
        lambda x: Multiply()(x, Divide()(Clamp(min=0, max=6)(Add()(x, 3.0)), 6.0)),
        "HSwish(x)",
    ),
    ("fuse-one-hot-into-mat-mul", "fold-arithmetic-into-table"): (
        lambda x: Multiply()(
            MatMul()(OneHot(-1)(Convert(DType.i64)(x), i64(3)[0], *np.eye(2, dtype="f4")[0]), random(3, 5)), 2.0
        ),
        "Gather([5,5], Minimum(Maximum(Add(Convert(x), 1), 0), 4), 0)",
    ),
    ("fuse-gelu", "fuse-linear"): (
        lambda x: Multiply()(x, Multiply()(Add()(Erf()(Multiply()(x, 0.70710678)), 1.0), 0.5)),
        "Gelu(x)",
    ),
    ("decompose-batch-norm", "fuse-linear"): (
        lambda x: Add()(Multiply()(_batch_norm(x), C4), C4),
        "Add(Multiply(x, [1,4,1,1]), [1,4,1,1])",
    ),
    ("normalize-arithmetic", "fuse-linear"): (
        lambda x: Divide()(Subtract()(Erf()(x), 3.0), 2.0),
        "Add(Multiply(Erf(x), 0.5), -1.5)",
    ),
    ("fuse-linear", "fold-scale-into-weights"): (
        lambda x: Multiply()(Add()(convolved(x), C4), C4),
        "Add(Convolution(x, [4,4,3,3]), [1,4,1,1])",
    ),
    ("drop-reshapes-around-mat-mul", "sink-transposes"): (
        _counted_rows,
        "Transpose(Convolution(x, [4,4,1,1]), [0,2,3,1])",
    ),
    ("sink-transposes", "merge-transposes"): (_moved_relu, "ReLU(x)"),
    ("raise-transposes", "fold-input-affine-into-weights"): (
        lambda x: Convolution(**PLAIN)(Transpose()(Multiply()(x, np.float32(3)), i64(0, 2, 3, 1)), random(4, 6, 3, 3)),
        "Convolution(Transpose(x, [0,2,3,1]), [4,6,3,3])",
    ),
    ("merge-transposes", "fuse-dilated-convolution"): (_moved_blocks, "Convolution(x, [4,4,3,3])"),
    ("sink-views", "merge-reshapes"): (
        lambda x: Reshape(special_zero=False)(ReLU()(Reshape(special_zero=False)(x, i64(8, 36))), i64(2, 4, 6, 6)),
        "ReLU(x)",
    ),
    ("decompose-batch-norm", "sink-views"): (
        lambda x: _batch_norm(Unsqueeze()(x, i64(4))),
        "Unsqueeze(Add(Multiply(x, [1,4,1,1]), [1,4,1,1]), [4])",
    ),
    ("sink-views", "fold-scale-into-weights"): (
        lambda x: Multiply()(Unsqueeze()(convolved(x), i64(4)), C4.reshape(1, 4, 1, 1, 1)),
        "Unsqueeze(Convolution(x, [4,4,3,3]), [4])",
    ),
    ("fold-constants", "inline-if"): (lambda x: _chosen(x), "ReLU(x)"),
    ("sink-dequantization", "fold-constants"): (
        lambda x: _quantized_convolution(x),
        "Multiply(Convolution(Convert(Convert(x)), [4,4,1,1]), 0.125)",
    ),
    ("loops-to-iterators", "loops-to-sequences"): (
        _picking_loop,
        "Squeeze(RNNSequence.1(Transpose(Reshape(x, [48,1,6]), [1,0,2]), Unsqueeze([1,3], [1]), [48], "
        "Unsqueeze([3,6], [0]), Unsqueeze([3,3], [0]), Unsqueeze([3], [0])), [1])",
    ),
    ("sink-channel-order", "fold-channel-order-into-weights"): (
        lambda x: convolved(_reversed(x), PADDED),
        "Convolution(Multiply(x, [1,4,1,1]), [4,4,3,3])",
    ),
}


@pytest.mark.parametrize("pair", PRECEDENCE, ids=lambda p: f"{p.first.name}-{p.second.name}")
def test_swapping_two_ordered_passes_makes_the_result_worse(pair):
    made, wanted = SWAPS[pair.first.name, pair.second.name]

    def after(*passes):
        graph = graph_of(lambda g: made(g.parameter("x", X)))
        for item in passes:
            item.apply(graph)
        return text(graph)

    assert after(pair.first(), pair.second()) == wanted
    assert after(pair.second(), pair.first()) != wanted
