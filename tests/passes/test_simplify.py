"""Shapes, operations and arithmetic in their simplest spelling."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.ops import (
    Add,
    Broadcast,
    Concat,
    ConvertLike,
    Divide,
    Gather,
    GroupConvolution,
    MaxPool8,
    Power,
    Reshape,
    ShapeOf,
    Subtract,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.transforms.concat_to_tile import ConcatToTile
from dldt.passes.transforms.drop_broadcasts import DropBroadcasts
from dldt.passes.transforms.normalize_arithmetic import NormalizeArithmetic
from dldt.passes.transforms.simplify_convert_like import SimplifyConvertLike
from dldt.passes.transforms.simplify_group_convolution import SimplifyGroupConvolution
from dldt.passes.transforms.simplify_max_pool import SimplifyMaxPool
from dldt.passes.transforms.simplify_reshape import SimplifyReshape
from dldt.passes.transforms.simplify_shapes import SimplifyShapes
from tests.passes.check import declined, f32, i64, random, rewritten

N = dims.symbol("N")
H = dims.symbol("H")


# ---- shapes


def test_shape_arithmetic_of_fixed_dims_becomes_a_constant():
    def build(g):
        x = g.parameter("x", f32(2, 3, 4, 4))
        batch = Gather()(ShapeOf()(x), i64(0), i64(0)[0])
        return Reshape(special_zero=False)(x, Concat(axis=0)(batch, i64(-1)))

    assert rewritten(SimplifyShapes(), build) == "Reshape(x, [2,-1])"


def test_a_symbolic_target_becomes_zero_and_minus_one():
    def build(g):
        x = g.parameter("x", f32(N, 3, H, 4))
        batch = Gather()(ShapeOf()(x), i64(0), i64(0)[0])
        return Reshape(special_zero=False)(x, Concat(axis=0)(batch, i64(-1)))

    declined(SimplifyShapes(), build)
    assert rewritten(SimplifyReshape(), build, count=1, sizes={"N": 2, "H": 5}) == "Reshape(x, [0,-1])"


def test_two_unknown_dims_that_move_keep_the_computed_target():
    def build(g):
        x = g.parameter("x", f32(N, H, 4))
        shape = ShapeOf()(x)
        return Reshape(special_zero=False)(x, Gather()(shape, i64(1, 0, 2), i64(0)[0]))

    declined(SimplifyReshape(), build)


def test_a_broadcast_operand_is_read_as_it_is():
    def build(g):
        x, y = g.parameter("x", f32(2, 3, 4)), g.parameter("y", f32(3, 1))
        return Add()(x, Broadcast()(y, i64(2, 3, 4)))

    assert rewritten(DropBroadcasts(), build, count=1) == "Add(x, y)"


def test_a_broadcast_that_makes_the_shape_stays():
    def build(g):
        x, y = g.parameter("x", f32(2, 1, 4)), g.parameter("y", f32(1, 1))
        return Add()(x, Broadcast()(y, i64(2, 3, 4)))

    declined(DropBroadcasts(), build)


def test_a_max_pool_whose_indices_nobody_reads_is_the_plain_one():
    def pool(g, **changes):
        attributes = {
            "strides": (2, 2),
            "dilations": (1, 1),
            "pads_begin": (1, 0),
            "pads_end": (0, 1),
            "kernel": (2, 2),
        }
        return MaxPool8(**{**attributes, **changes}).all(g.parameter("x", f32(1, 2, 6, 6)))

    assert rewritten(SimplifyMaxPool(), lambda g: pool(g)[0], count=1) == "MaxPool(x)"
    declined(SimplifyMaxPool(), pool)
    declined(SimplifyMaxPool(), lambda g: pool(g, dilations=(2, 2))[0])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_many_equal_parts_are_a_tile(axis):
    def build(g, parts=70, others=0):
        x = g.parameter("x", f32(2, 3, 4))
        return Concat(axis)(*[x] * parts, *[g.parameter("y", f32(2, 3, 4))] * others)

    repeats = np.ones(3, np.int64)
    repeats[axis] = 70
    assert rewritten(ConcatToTile(), build, count=1) == f"Tile(x, {repeats.tolist()})".replace(", ", ",").replace(
        "x,", "x, "
    )
    declined(ConcatToTile(), lambda g: build(g, parts=4))
    declined(ConcatToTile(), lambda g: build(g, others=1))


PLAIN = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))


@pytest.mark.parametrize(("groups", "wanted"), [(1, "Convolution(x, [3,4,3,3])"), (2, None)])
def test_one_group_is_no_group(groups, wanted):
    def build(g):
        return GroupConvolution(**PLAIN)(g.parameter("x", f32(1, 4, 5, 5)), random(groups, 3, 4 // groups, 3, 3))

    if wanted is None:
        declined(SimplifyGroupConvolution(), build)
    else:
        assert rewritten(SimplifyGroupConvolution(), build, count=1) == wanted


def test_the_type_of_a_conversion_by_example_is_spelled_out():
    def build(g):
        x, like = g.parameter("x", f32(3)), g.parameter("like", TensorType(DType.f16, ()))
        return ConvertLike()(x, like)

    assert rewritten(SimplifyConvertLike(), build, count=1) == "Convert(x)"


# ---- arithmetic

SPELLINGS = {
    "divide": (lambda x: Divide()(x, 4.0), "Multiply(x, 0.25)"),
    "subtract": (lambda x: Subtract()(x, 3.0), "Add(x, -3)"),
    "subtract from": (lambda x: Subtract()(x.graph.constant(np.float32(3)), x), "Add(Multiply(x, -1), 3)"),
    "square": (lambda x: Power()(x, 2.0), "Multiply(x, x)"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_one_spelling_for_arithmetic_with_constants(name):
    made, expected = SPELLINGS[name]
    assert rewritten(NormalizeArithmetic(), lambda g: made(g.parameter("x", f32(2, 3))), count=1) == expected


@pytest.mark.parametrize("number", [0.0, 1e-42, 3e38, np.inf])
def test_division_by_what_has_no_good_reciprocal_stays(number):
    declined(NormalizeArithmetic(), lambda g: Divide()(g.parameter("x", f32(2)), np.float32(number)))


def test_integer_arithmetic_stays():
    def build(g):
        x = g.parameter("x", TensorType(DType.i32, (4,)))
        return Divide()(x, 3), Subtract()(x, 3), Power()(x, 2)

    declined(NormalizeArithmetic(), build)
