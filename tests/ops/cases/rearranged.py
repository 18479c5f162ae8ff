"""Cases of elements that move: blocks of space in the batch, patches, turned tensors, matrices with a diagonal."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, i64, integers, normal, scalar

_SHAPES = frozenset({1, 2, 3})
_AXES = frozenset({1, 2})

CASES = [
    Case(ops.SpaceToBatch(), (normal(2, 3, 4, 6), i64(1, 1, 2, 3), i64(0, 0, 1, 0), i64(0, 0, 1, 3)), "SpaceToBatch",
         _SHAPES, {0: "N,C,4,6"}),
    Case(ops.SpaceToBatch(), (normal(1, 4, 6), i64(1, 2, 3), i64(0, 0, 0), i64(0, 0, 0)), "SpaceToBatch-3d", _SHAPES),
    Case(ops.SpaceToBatch(), (normal(2, 2, 3, 2, 4), i64(1, 1, 2, 1, 2), i64(0, 0, 1, 0, 0), i64(0, 0, 0, 0, 0)),
         "SpaceToBatch-5d", _SHAPES),
    Case(ops.BatchToSpace(), (normal(12, 3, 3, 3), i64(1, 1, 2, 3), i64(0, 0, 1, 0), i64(0, 0, 1, 3)), "BatchToSpace",
         _SHAPES, {0: "12,3,H,W"}),
    Case(ops.BatchToSpace(), (integers(0, 99, 6, 2, 2), i64(1, 2, 3), i64(0, 0, 0), i64(0, 1, 0)), "BatchToSpace-3d",
         _SHAPES),
    Case(ops.ExtractImagePatches((2, 3), (2, 1), (1, 2), "valid"), (normal(2, 3, 6, 7),), "ExtractImagePatches",
         symbolic={0: "N,3,H,W"}),
    Case(ops.ExtractImagePatches((3, 3), (5, 5), (1, 1), "same_upper"), (normal(1, 2, 10, 11),),
         "ExtractImagePatches-upper"),
    Case(ops.ExtractImagePatches((2, 2), (1, 3), (2, 1), "same_lower"), (normal(1, 2, 5, 7),),
         "ExtractImagePatches-lower"),
    Case(ops.Roll(), (normal(4, 5), i64(2), i64(1)), "Roll", _AXES, {0: "N,5"}),
    Case(ops.Roll(), (normal(4, 5, 3), i64(-1, 7), i64(0, -1)), "Roll-two", _AXES, {0: "N,M,3"}),
    Case(ops.Roll(), (normal(4, 5), i64(3, 1, 2), i64(0, 1, 0)), "Roll-repeated", _AXES),
    Case(ops.Roll(), (integers(0, 9, 4, 5), scalar(-6, "i4"), i64(1)), "Roll-computed", frozenset({2}), {0: "N,M"}),
    Case(ops.Eye("f32"), (scalar(3, "i4"), scalar(5, "i4"), scalar(1, "i4")), "Eye", frozenset({0, 1})),
    Case(ops.Eye("i32"), (i64(4), i64(3), i64(-2), i64(2, 1)), "Eye-batch", frozenset({0, 1, 3})),
    Case(ops.RandomUniform("f32", 150, 10), (i64(3, 3), scalar(0), scalar(1)), "RandomUniform", frozenset({0})),
    Case(ops.RandomUniform("f32", 2**35 + 7, 2**33 + 1), (i64(2, 3, 5), scalar(-2), scalar(3.5)),
         "RandomUniform-wide", frozenset({0})),
    Case(ops.RandomUniform("i32", 80, 100), (i64(2, 3), scalar(50, "i4"), scalar(100, "i4")), "RandomUniform-i32",
         frozenset({0})),
    Case(ops.RandomUniform("i64", 80, 0), (i64(7), scalar(-5, "i8"), scalar(90, "i8")), "RandomUniform-i64",
         frozenset({0})),
    Case(ops.RandomUniform("f64", 80, 100), (i64(2, 2), scalar(2, "f8"), scalar(10, "f8")), "RandomUniform-f64",
         frozenset({0}), openvino=False, why="its CPU device computes in f32"),
    Case(ops.ScatterUpdate(), (normal(5, 3), i64(4, 0), normal(2, 3), scalar(0, "i8")), "ScatterUpdate",
         frozenset({3}), {0: "N,3", 1: "M", 2: "M,3"}),
    Case(ops.ScatterUpdate(), (normal(2, 5, 3), integers(0, 5, 2, 2, dtype="i4"), normal(2, 2, 2, 3), scalar(1, "i8")),
         "ScatterUpdate-middle", frozenset({3}), {0: "N,5,M", 2: "N,2,2,M"}),
    Case(ops.ScatterUpdate(), (integers(0, 9, 2, 3), i64(-1), integers(0, 9, 2, 1), i64(-1)), "ScatterUpdate-last",
         frozenset({3}), openvino=False, why="its CPU device writes outside of memory for an index below 0"),
    Case(ops.Einsum("ij,jk->ik"), (normal(4, 5), normal(5, 3)), "Einsum-product", symbolic={0: "N,5", 1: "5,M"}),
    Case(ops.Einsum("bhqd,bhkd->bhqk"), (normal(2, 3, 4, 5), normal(2, 3, 6, 5)), "Einsum-attention",
         symbolic={0: "B,3,N,5", 1: "B,3,M,5"}),
    Case(ops.Einsum("abc->ca"), (normal(2, 3, 4),), "Einsum-sum"),
    Case(ops.Einsum("a...b,b...->...a"), (normal(2, 3, 4, 5), normal(5, 3, 4)), "Einsum-dots"),
    Case(ops.Einsum("ab,cd,bc->ad"), (normal(2, 3), normal(4, 5), normal(3, 4)), "Einsum-three"),
    Case(ops.Einsum("iij->ij"), (normal(3, 3, 2),), "Einsum-diagonal"),
    Case(ops.Einsum("i,j"), (integers(0, 9, 3, dtype="i4"), integers(0, 9, 4, dtype="i4")), "Einsum-outer"),
]  # fmt: skip
