"""Dead code, common subexpressions, identities."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.graph import Graph
from dldt.compiler.ops import (
    Add,
    AvgPool,
    Broadcast,
    Clamp,
    Concat,
    Convert,
    Divide,
    Gather,
    Maximum,
    MaxPool,
    Minimum,
    Multiply,
    Pad,
    Power,
    ReduceMean,
    ReLU,
    Reshape,
    Sigmoid,
    Slice,
    Split,
    StridedSlice,
    Subtract,
    Tile,
    Transpose,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.transforms.merge_common_subexpressions import MergeCommonSubexpressions
from dldt.passes.transforms.remove_dead_code import RemoveDeadCode
from dldt.passes.transforms.remove_identities import RemoveIdentities
from tests.passes.check import declined, f32, graph_of, i64, random, rewritten, text

# ---- dead code and common subexpressions


def test_what_no_output_needs_goes_but_parameters_stay():
    graph = Graph()
    x = graph.parameter("x", f32(2))
    graph.parameter("unused", f32(2))
    Sigmoid()(ReLU()(x))
    graph.result(ReLU()(x), "y")
    assert RemoveDeadCode().apply(graph) == 2
    assert [v.node.name for v in graph.inputs] == ["x", "unused"]
    assert text(graph) == "ReLU(x)"


def test_equal_operations_on_equal_constants_are_merged():
    def build(g):
        x = g.parameter("x", f32(2, 3))
        a, b = Add()(x, g.constant(random(3))), Add()(x, g.constant(random(3)))
        return Multiply()(ReLU()(a), ReLU()(b))

    graph = graph_of(build)
    assert MergeCommonSubexpressions().apply(graph) == 3
    product = graph.output_values[0]
    assert product.inputs[0] == product.inputs[1]
    rewritten(MergeCommonSubexpressions(), build)


def test_different_attributes_inputs_and_constants_are_not_merged():
    def build(g):
        x = g.parameter("x", f32(2, 3))
        one = random(3)
        other = one.copy()
        other[1] += 1
        sums = [
            Add()(x, g.constant(one)),
            Add()(x, g.constant(other)),
            Add()(x, g.constant(one.astype(np.float32)[::-1])),
        ]
        means = [ReduceMean(keep_dims=True)(x, i64(1)), ReduceMean(keep_dims=True)(x, i64(0))]
        bounded = [Clamp(min=0, max=1)(x), Clamp(min=0, max=6)(x)]
        return (*sums, *means, *bounded)

    declined(MergeCommonSubexpressions(), build)


def test_constants_of_equal_bytes_and_different_types_are_not_merged():
    def build(g):
        a, b = g.constant(np.zeros(2, np.int32)), g.constant(np.zeros(2, np.float32))
        return Add()(g.parameter("x", f32(2)), b), Add()(g.parameter("i", TensorType(DType.i32, (2,))), a)

    declined(MergeCommonSubexpressions(), build)


def test_both_names_survive_a_merge():
    graph = Graph()
    x = graph.parameter("x", f32(2))
    a, b = ReLU()(x, name="first"), ReLU()(x, name="second")
    graph.rename(a, ("a",))
    graph.rename(b, ("b",))
    graph.result(a, "y0")
    graph.result(b, "y1")
    MergeCommonSubexpressions().apply(graph)
    (left, right) = graph.output_values
    assert left == right
    assert left.names == ("a", "b")
    assert left.node.name == "first"
    assert [node.name for node in graph.outputs] == ["y0", "y1"]


# ---- identities

SHAPE = (2, 3, 4, 4)
POOL = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), kernel=(1, 1))
IDENTITIES = {
    "reshape": lambda x: Reshape(special_zero=True)(x, i64(0, 3, -1, 4)),
    "transpose": lambda x: Transpose()(x, i64(0, 1, 2, 3)),
    "convert": lambda x: Convert(destination_type=DType.f32)(x),
    "add": lambda x: Add()(x, np.zeros((1, 3, 1, 1), np.float32)),
    "add, constant first": lambda x: Add()(x.graph.constant(np.float32(0)), x),
    "multiply": lambda x: Multiply()(x, 1.0),
    "divide": lambda x: Divide()(x, 1.0),
    "subtract": lambda x: Subtract()(x, 0.0),
    "power": lambda x: Power()(x, 1.0),
    "maximum": lambda x: Maximum()(x, -np.inf),
    "minimum": lambda x: Minimum()(x, np.inf),
    "pad": lambda x: Pad(pad_mode="constant")(x, i64(0, 0, 0, 0), i64(0, 0, 0, 0), 0.0),
    "concat": lambda x: Concat(axis=1)(x),
    "split": lambda x: Split(num_splits=1)(x, i64(1)[0]),
    "slice": lambda x: Slice()(x, i64(0), i64(9), i64(1), i64(1)),
    "strided slice": lambda x: StridedSlice(begin_mask=(1, 1), end_mask=(1, 1))(x, i64(0, 0), i64(0, 0), i64(1, 1)),
    "broadcast": lambda x: Broadcast()(x, i64(*SHAPE)),
    "tile": lambda x: Tile()(x, i64(1, 1, 1, 1)),
    "gather": lambda x: Gather()(x, i64(0, 1, 2), i64(1)[0]),
    "max pool": lambda x: MaxPool(**POOL)(x),
    "average pool": lambda x: AvgPool(exclude_pad=True, **POOL)(x),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_an_operation_that_changes_nothing_goes(name):
    def build(g):
        return ReLU()(IDENTITIES[name](Sigmoid()(g.parameter("x", f32(*SHAPE)))))

    assert rewritten(RemoveIdentities(), build, count=1) == "ReLU(Sigmoid(x))"


def test_a_mean_over_axes_of_size_one_goes():
    def build(g):
        return ReLU()(ReduceMean(keep_dims=True)(g.parameter("x", f32(2, 3, 1, 1)), i64(2, 3)))

    assert rewritten(RemoveIdentities(), build, count=1) == "ReLU(x)"


NOT_IDENTITIES = {
    "reverse": lambda x: Slice()(x, i64(-1), i64(-100), i64(-1), i64(1)),
    "widening": lambda x: Add()(x, np.zeros((2, 1, 3, 4, 4), np.float32)),
    "0 - x": lambda x: Subtract()(x.graph.constant(np.float32(0)), x),
    "1 / x": lambda x: Divide()(x.graph.constant(np.float32(1)), x),
    "1 ^ x": lambda x: Power()(x.graph.constant(np.float32(1)), x),
    "swap of equal dims": lambda x: Transpose()(x, i64(0, 1, 3, 2)),
    "reorder": lambda x: Gather()(x, i64(2, 1, 0), i64(1)[0]),
    "crop and pad": lambda x: Pad(pad_mode="constant")(x, i64(0, 0, -1, 0), i64(0, 0, 1, 0), 0.0),
    "nearly one": lambda x: Multiply()(x, 1.0001),
}


@pytest.mark.parametrize("name", NOT_IDENTITIES)
def test_what_changes_something_stays(name):
    declined(RemoveIdentities(), lambda g: NOT_IDENTITIES[name](g.parameter("x", f32(*SHAPE))))


def test_an_identity_between_input_and_output_leaves_both_names():
    graph = Graph()
    value = Multiply()(graph.parameter("x", f32(2)), 1.0)
    graph.rename(value, ("y",))
    graph.result(value)
    RemoveIdentities().apply(graph)
    assert text(graph) == "x"
    assert graph.inputs[0].node.name == "x"
    assert graph.inputs[0].names == ("x", "y")
    assert graph.outputs[0].name == "y"
