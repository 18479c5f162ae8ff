"""Shapes, slices, joined and padded tensors, orders of elements."""

from __future__ import annotations

import numpy as np

from tests.frontends.tensorflow.cases.data import I64, Case, Fixed, fixed, flags, normal, one, whole


def strided(shape, begin, end, strides, **masks):
    """A slice of random data."""
    return Case("StridedSlice", (normal(*shape), fixed(*begin), fixed(*end), fixed(*strides)), masks)


CASES = [
    Case("Shape", (normal(2, 3, 4),), free=(1,)),
    Case("Shape", (normal(2, 3, 4),), {"out_type": I64}),
    Case("ShapeN", (normal(2, 3), normal(4)), {}, 2),
    Case("Size", (normal(2, 3, 4),), free=(0,)),
    Case("Rank", (normal(2, 3, 4),)),
    Case("Reshape", (normal(2, 3, 4), fixed(6, -1)), free=(0,)),
    Case("EnsureShape", (normal(2, 3),), {"shape": (None, 3)}),
    Case("Squeeze", (normal(1, 3, 1, 2),)),
    Case("Squeeze", (normal(1, 3, 1, 2),), {"squeeze_dims": (-2,)}),
    Case("ExpandDims", (normal(2, 3), one(-2))),
    Case("Transpose", (normal(2, 3, 4), fixed(2, 0, 1))),
    Case("InvertPermutation", (fixed(2, 0, 3, 1),)),
    Case("Tile", (normal(2, 3), fixed(2, 3))),
    Case("BroadcastTo", (normal(3, 1), fixed(2, 3, 4))),
    Case("BroadcastArgs", (fixed(3, 1, 4), fixed(2, 1))),
    Case("Fill", (fixed(2, 3), one(1.5, np.float32))),
    Case("ZerosLike", (normal(2, 3),), free=(0,)),
    Case("OnesLike", (whole(0, 9, 2, 3),)),
    Case("ConcatOffset", (one(1), fixed(2, 3, 4), fixed(2, 5, 4)), {}, 2),
    strided((5, 6, 7), (1, 0, 2), (4, 6, 7), (1, 2, 3)),
    strided((5, 6, 7), (-1, 2), (0, -1), (-2, 1), end_mask=1),
    strided((5, 6, 7), (0, 2), (0, 3), (1, 1), ellipsis_mask=1, shrink_axis_mask=2),
    strided((5, 6), (0, 0, 1), (0, 0, 4), (1, 1, 1), new_axis_mask=1, begin_mask=2, end_mask=2),
    strided((5, 6), (3, 0), (0, 0), (-1, 1), begin_mask=2, end_mask=3),
    strided((5, 6, 7), (-2, 1, 0), (-1, 9, 0), (1, 1, 1), shrink_axis_mask=1, end_mask=4),
    Case(
        "StridedSlice",
        (normal(5, 6), np.array([2, 0], np.int32), np.array([3, 4], np.int32), fixed(1, 1)),
        {"shrink_axis_mask": 1, "begin_mask": 2},
    ),
    Case("Slice", (normal(4, 5), fixed(1, 2), fixed(2, -1))),
    Case("Slice", (normal(4, 5), fixed(1, 2), fixed(2, 3))),
    Case("Slice", (normal(4, 5), np.array([1, 2], np.int32), fixed(2, 2))),
    Case("Split", (one(1), normal(3, 6)), {"num_split": 3}, 3),
    Case("SplitV", (normal(3, 6), fixed(1, -1, 2), one(-1)), {"num_split": 3}, 3),
    Case("Unpack", (normal(3, 2, 4),), {"num": 2, "axis": 1}, 2),
    Case("Pack", (normal(2, 3), normal(2, 3)), {"axis": -1}),
    Case("Pack", (normal(2, 3),)),
    Case("Concat", (one(1), normal(2, 3), normal(2, 4))),
    Case("ConcatV2", (normal(2, 3), normal(2, 4), one(-1))),
    Case("Pad", (normal(3, 4), Fixed(np.int32([[1, 2], [0, 1]])))),
    Case("PadV2", (normal(3, 4), Fixed(np.int32([[1, 2], [0, 1]])), one(2.5, np.float32))),
    Case("MirrorPad", (normal(3, 4), Fixed(np.int32([[1, 2], [3, 1]]))), {"mode": "REFLECT"}),
    Case("MirrorPad", (normal(3, 4), Fixed(np.int32([[1, 2], [3, 1]]))), {"mode": "SYMMETRIC"}),
    Case("ReverseV2", (normal(3, 4, 2), fixed(0, -1))),
    Case("Reverse", (normal(3, 4), Fixed(np.array([False, True])))),
    Case("ReverseSequence", (normal(3, 5, 2), np.array([2, 5, 1], np.int32)), {"seq_dim": 1}),
    Case("ReverseSequence", (normal(5, 3), np.array([2, 5, 1], np.int32)), {"seq_dim": 0, "batch_dim": 1}),
    Case("Roll", (normal(4, 5), fixed(1, -2), fixed(0, 1))),
    Case("Roll", (normal(4, 5), one(3), one(1))),
    Case("Range", (one(2), one(11), one(3))),
    Case("Range", (one(1.0, np.float32), one(0.0, np.float32), one(-0.25, np.float32))),
    Case("LinSpace", (one(-1.0, np.float32), one(2.5, np.float32), one(5))),
    Case("LinSpace", (one(-1.0, np.float32), one(2.5, np.float32), one(1))),
    *(
        Case(op, (normal(3, 4), one(axis)), {"exclusive": exclusive, "reverse": reverse})
        for op in ("Cumsum", "Cumprod", "CumulativeLogsumexp")
        for axis, exclusive, reverse in ((0, False, False), (1, True, False), (-1, False, True), (1, True, True))
    ),
    *(Case(op, (normal(2, 3),)) for op in ("Identity", "StopGradient", "Snapshot", "PreventGradient", "DeepCopy")),
    Case("IdentityN", (normal(2, 3), whole(0, 3, 2)), {}, 2),
    Case("Where", (flags(3, 4),)),
    Case("Where", (np.float32([[0, 1], [2, 0]]),)),
]
