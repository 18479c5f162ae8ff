"""Reshapes, transposes and conversions in a row."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.ops import (
    Convert,
    ReLU,
    Reshape,
    Squeeze,
    Transpose,
    Unsqueeze,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.transforms.merge_converts import MergeConverts
from dldt.passes.transforms.merge_reshapes import MergeReshapes
from dldt.passes.transforms.merge_transposes import MergeTransposes
from dldt.passes.transforms.transpose_to_reshape import TransposeToReshape
from tests.passes.check import declined, f32, i64, rewritten

N = dims.symbol("N")
H = dims.symbol("H")


def test_reshapes_in_a_row_are_one():
    def build(g):
        return Reshape(special_zero=False)(
            Reshape(special_zero=False)(g.parameter("x", f32(2, 12)), i64(4, 6)), i64(8, 3)
        )

    assert rewritten(MergeReshapes(), build, count=1) == "Reshape(x, [8,3])"


def test_unsqueeze_and_squeeze_cancel():
    def build(g):
        return ReLU()(Squeeze()(Unsqueeze()(g.parameter("x", f32(2, 3)), i64(1)), i64(1)))

    assert rewritten(MergeReshapes(), build, count=1) == "ReLU(x)"


def test_symbolic_reshapes_in_a_row_keep_the_symbol_free():
    def build(g):
        x = g.parameter("x", f32(N, 3, H, 4))
        return Reshape(special_zero=True)(Reshape(special_zero=True)(x, i64(0, 3, -1)), i64(0, -1))

    assert rewritten(MergeReshapes(), build, count=1, sizes={"N": 2, "H": 3}) == "Reshape(x, [0,-1])"


def test_transposes_in_a_row_compose():
    def build(g):
        return Transpose()(Transpose()(g.parameter("x", f32(2, 3, 4)), i64(1, 2, 0)), i64(0, 2, 1))

    assert rewritten(MergeTransposes(), build, count=1) == "Transpose(x, [1,0,2])"


def test_inverse_transposes_cancel_also_where_the_inner_has_other_readers():
    def build(g):
        moved = Transpose()(g.parameter("x", f32(2, 3, 4, 5)), i64(0, 2, 3, 1))
        return Transpose()(moved, i64(0, 3, 1, 2)), ReLU()(moved)

    assert rewritten(MergeTransposes(), build, count=1) == "x; ReLU(Transpose(x, [0,2,3,1]))"


def test_an_empty_order_reverses():
    def build(g):
        return Transpose()(Transpose()(g.parameter("x", f32(2, 3, 4)), i64(2, 1, 0)), np.zeros(0, np.int64))

    assert rewritten(MergeTransposes(), build, count=1) == "x"


def test_a_transpose_of_ones_is_a_reshape():
    def build(g):
        return Transpose()(g.parameter("x", f32(N, 7, 1, 1)), i64(0, 2, 3, 1))

    assert rewritten(TransposeToReshape(), build, count=1, sizes={"N": 2}) == "Reshape(x, [0,1,1,7])"


def test_a_transpose_that_moves_data_stays():
    declined(TransposeToReshape(), lambda g: Transpose()(g.parameter("x", f32(2, 7, 3, 1)), i64(0, 2, 3, 1)))


def _converts(source, *chain):
    def build(g):
        value = g.parameter("x", TensorType(source, (4,)))
        for dtype in chain:
            value = Convert(destination_type=dtype)(value)
        return value

    return build


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ((DType.i8, DType.i32, DType.f32), "Convert(x)"),
        ((DType.f16, DType.f32, DType.f16), "x"),
        ((DType.u8, DType.i16, DType.u8), "x"),
        ((DType.boolean, DType.i64, DType.f32), "Convert(x)"),
    ],
)
def test_a_convert_after_one_that_loses_nothing(types, expected):
    assert rewritten(MergeConverts(), _converts(*types), count=1) == expected


@pytest.mark.parametrize(
    "types",
    [
        (DType.f32, DType.i32, DType.f32),
        (DType.f32, DType.f16, DType.f32),
        (DType.i64, DType.i32, DType.i64),
        (DType.i32, DType.f32, DType.i32),
        (DType.u8, DType.i8, DType.i32),
        (DType.f16, DType.bf16, DType.f32),
        (DType.i32, DType.boolean, DType.i32),
    ],
)
def test_a_convert_after_one_that_loses_something_stays(types):
    declined(MergeConverts(), _converts(*types))
