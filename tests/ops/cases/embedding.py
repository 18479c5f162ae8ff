"""Cases of sums of rows of a table."""

from __future__ import annotations

from dldt.compiler import ops
from tests.ops.case import Case, i64, integers, normal, scalar

_TABLE = normal(7, 3)
_INDICES = integers(0, 7, 6, dtype="i4")
_OFFSETS = i64(0, 2, 2, 5).astype("i4")

CASES = [
    Case(ops.EmbeddingBagOffsets(), (_TABLE, _INDICES, _OFFSETS), "EmbeddingBagOffsets",
         symbolic={0: "N,3", 1: "I"}),
    Case(ops.EmbeddingBagOffsets(), (_TABLE, _INDICES, _OFFSETS, scalar(4, "i4"), normal(6)),
         "EmbeddingBagOffsets-weights"),
    Case(ops.EmbeddingBagOffsets(), (_TABLE, _INDICES, _OFFSETS, scalar(-1, "i4"), normal(6)),
         "EmbeddingBagOffsets-none", frozenset({3})),
    Case(ops.EmbeddingBagOffsets("mean"), (normal(7, 2, 3), _INDICES, _OFFSETS, scalar(3, "i4")),
         "EmbeddingBagOffsets-mean"),
    Case(ops.EmbeddingBagPacked(), (_TABLE, integers(0, 7, 4, 2)), "EmbeddingBagPacked", symbolic={0: "N,3", 1: "B,2"}),
    Case(ops.EmbeddingBagPacked(), (_TABLE, integers(0, 7, 4, 2), normal(4, 2)), "EmbeddingBagPacked-weights"),
    Case(ops.EmbeddingBagPacked("mean"), (normal(7, 2, 3), integers(0, 7, 4, 3)), "EmbeddingBagPacked-mean"),
    Case(ops.EmbeddingSegmentsSum(), (_TABLE, _INDICES, i64(0, 0, 1, 1, 1, 4).astype("i4"), scalar(5, "i4")),
         "EmbeddingSegmentsSum", frozenset({3}), {0: "N,3", 1: "I", 2: "I"}),
    Case(ops.EmbeddingSegmentsSum(),
         (_TABLE, _INDICES.astype("i8"), i64(0, 0, 1, 1, 1, 4), scalar(6, "i8"), scalar(2, "i8"), normal(6)),
         "EmbeddingSegmentsSum-weights", frozenset({3})),
]  # fmt: skip
