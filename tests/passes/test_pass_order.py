"""The order of the passes: each precedence is kept, and each is needed."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.graph import Graph
from dldt.compiler.ops import (
    Add,
    BatchNormInference,
    Broadcast,
    Clamp,
    Convert,
    Convolution,
    Divide,
    Equal,
    Erf,
    Gather,
    If,
    MatMul,
    Multiply,
    OneHot,
    ReduceMean,
    ReLU,
    Reshape,
    ShapeOf,
    Subtract,
    Transpose,
    Unsqueeze,
)
from dldt.compiler.types import DType
from dldt.passes.base import PASSES
from dldt.passes.pipelines import OPTIONAL, PRECEDENCE, default_pipeline
from dldt.passes.transforms.merge_convolutions import MergeConvolutions
from tests.passes.check import f32, graph_of, i64, random, text
from tests.passes.spelled import PADDED, convolved, layer_norm, sixth_of_clamp

X = f32(2, 4, 6, 6)
C4 = random(1, 4, 1, 1, low=0.5)


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


def _reversed(x):
    return Multiply()(Gather()(x, i64(3, 2, 1, 0), i64(1)[0]), C4)


def _chosen(x):
    bodies = []
    for op in (ReLU(), Erf()):
        body = Graph()
        body.result(op(body.parameter("c", X)), "out")
        bodies.append(body)
    return If(*bodies)(Equal()(x.graph.constant(i64(1)[0]), x.graph.constant(i64(1)[0])), x)


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
    ("sink-transposes", "merge-transposes"): (_moved_relu, "ReLU(x)"),
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
