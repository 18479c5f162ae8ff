"""Elements chosen, written, counted, joined by segments; matrices; sparse tensors; quantisation; recurrent cells."""

from __future__ import annotations

import numpy as np

from dldt.compiler.types import DType
from tests.frontends.tensorflow.cases.data import I64, U8, Case, Fixed, fixed, normal, one, positive, unit, whole

IDS = np.array([0, 0, 1, 3, 3], np.int32)
LOOSE = np.array([2, 0, -1, 2, 4], np.int32)
PLACES = np.array([[3], [0], [3]], np.int32)
SPARSE = np.array([[0, 1], [1, 0], [2, 3]], np.int64)
K = fixed(-1, 1)
ALIGN = ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT")
CELL = (normal(2, 3), normal(2, 4), normal(2, 4), normal(7, 16), normal(4), normal(4), normal(4), normal(16))


def block(op, steps, outputs=7, **attributes):
    """A recurrent layer of five steps."""
    tensors = (normal(5, 2, 3), *CELL[1:])
    return Case(op, (one(steps, np.int64), *tensors), attributes, outputs, 3e-5)


_CHOSEN = [
    Case("Gather", (normal(5, 3), whole(0, 5, 2, 2))),
    Case("GatherV2", (normal(5, 3), whole(0, 3, 4), one(1))),
    Case("GatherV2", (normal(2, 5, 3), whole(0, 5, 2, 4), one(1)), {"batch_dims": 1}),
    Case("GatherNd", (normal(4, 5, 3), whole(0, 4, 2, 2))),
    Case("OneHot", (np.array([0, 2, -1, 5], np.int32), one(4), one(5.0, np.float32), one(-1.0, np.float32))),
    Case(
        "OneHot", (whole(0, 3, 2, 2, dtype=np.int64), one(3), one(1.0, np.float32), one(0.0, np.float32)), {"axis": 0}
    ),
    Case("OneHot", (whole(0, 3, 4, dtype=np.uint8), one(3), one(1.0, np.float32), one(0.0, np.float32))),
    Case("TopKV2", (np.float32([[1, 3, 3, 2], [5, 5, 0, 5]]), one(3)), {}, 2),
    Case("NthElement", (normal(3, 6), one(2))),
    Case("NthElement", (normal(3, 6), one(0)), {"reverse": True}),
    *(Case(op, (normal(3, 4, 5), one(1))) for op in ("ArgMax", "ArgMin")),
    *(Case(op, (whole(0, 3, 3, 6), one(-1)), {"output_type": DType.i32}) for op in ("ArgMax", "ArgMin")),
    Case("InTopK", (normal(4, 6), np.array([0, 3, 5, 2], np.int32)), {"k": 3}),
    Case("InTopKV2", (normal(4, 6), np.array([0, 3, 7, -1], np.int32), one(3))),
]
_WRITTEN = [
    Case("ScatterNd", (PLACES, normal(3, 4), fixed(5, 4))),
    Case("ScatterNd", (np.array([[0, 1], [2, 2], [0, 1]], np.int32), normal(3), fixed(3, 4))),
    *(
        Case(f"TensorScatter{how}", (normal(4, 3), PLACES[:2], normal(2, 3)))
        for how in ("Update", "Add", "Sub", "Max", "Min")
    ),
    Case("TensorScatterAdd", (normal(4, 3), PLACES, normal(3, 3))),
]
_SEGMENTS = [
    *(Case(f"Segment{how}", (normal(5, 3), Fixed(IDS))) for how in ("Sum", "Prod", "Max", "Min", "Mean")),
    Case("SegmentSum", (normal(5, 3), IDS)),
    *(Case(f"UnsortedSegment{how}", (normal(5, 3), Fixed(LOOSE), one(5))) for how in ("Sum", "Prod", "Max", "Min")),
    Case("UnsortedSegmentSum", (normal(2, 3, 2), whole(0, 4, 2, 3), one(4))),
    *(Case(f"SparseSegment{how}", (normal(6, 3), whole(0, 6, 5), Fixed(IDS))) for how in ("Sum", "Mean", "SqrtN")),
    *(
        Case(f"SparseSegment{how}WithNumSegments", (normal(6, 3), whole(0, 6, 5), IDS, one(6)))
        for how in ("Sum", "Mean", "SqrtN")
    ),
]
_PARTS = [
    Case("Unique", (np.array([3, 1, 3, 2, 1, 7], np.int32),), {}, 2),
    Case("UniqueWithCounts", (np.array([3, 1, 3, 2, 1, 7], np.int32),), {"out_idx": I64}, 3),
    Case("UniqueV2", (np.array([[1, 2], [3, 4], [1, 2]], np.float32), fixed(0)), {}, 2),
    Case("DynamicPartition", (normal(5, 2), np.array([1, 0, 1, 2, 0], np.int32)), {"num_partitions": 3}, 3),
    Case("DynamicStitch", (fixed(0, 3), fixed(2, 1), normal(2, 3), normal(2, 3))),
    Case("DynamicStitch", (np.array([0, 3], np.int32), np.array([2, 1, 3], np.int32), normal(2, 3), normal(3, 3))),
    Case("ParallelDynamicStitch", (fixed(0, 1), one(2), normal(2, 3), normal(3))),
]
_MATRICES = [
    Case("MatMul", (normal(3, 4), normal(4, 5))),
    Case("MatMul", (normal(4, 3), normal(5, 4)), {"transpose_a": True, "transpose_b": True}),
    *(Case(op, (normal(2, 3, 4), normal(2, 4, 5))) for op in ("BatchMatMul", "BatchMatMulV2")),
    Case("BatchMatMulV2", (normal(2, 1, 3, 4), normal(3, 5, 4)), {"adj_y": True}),
    Case("BatchMatMulV3", (normal(2, 3, 4), normal(4, 5)), {"Tout": DType.f32}),
    Case("Einsum", (normal(2, 3, 4), normal(4, 5)), {"equation": "bij,jk->bik"}),
    Case("Einsum", (normal(2, 3, 4, 5), normal(2, 6, 4, 5)), {"equation": "bfnd,btnd->bnft"}),
    Case("Einsum", (normal(2, 3, 4), normal(4, 5)), {"equation": "...j,jk->...k"}),
    *(
        Case("MatrixBandPart", (normal(2, 4, 5), one(a, np.int64), one(b, np.int64)))
        for a, b in ((1, 0), (-1, 1), (2, -1))
    ),
    Case("MatrixDiag", (normal(2, 3),)),
    Case("MatrixDiagPart", (normal(2, 3, 4),)),
    Case("MatrixSetDiag", (normal(2, 3, 4), normal(2, 3))),
    Case("MatrixDiagV2", (normal(2, 3), one(1), one(-1), one(-1), one(7.0, np.float32))),
    Case("MatrixDiagPartV2", (normal(2, 3, 4), K, one(7.0, np.float32))),
    Case("MatrixSetDiagV2", (normal(2, 3, 4), normal(2, 3), one(1))),
    *(
        Case("MatrixDiagV3", (normal(2, 3, 3), K, one(3), one(4), one(7.0, np.float32)), {"align": align})
        for align in ALIGN
    ),
    *(Case("MatrixDiagPartV3", (normal(2, 3, 4), fixed(-2, 2), one(7.0, np.float32)), {"align": a}) for a in ALIGN),
    *(Case("MatrixSetDiagV3", (normal(3, 4), normal(3, 3), K), {"align": align}) for align in ALIGN),
    Case("Diag", (normal(2, 3),)),
    Case("DiagPart", (normal(2, 3, 2, 3),)),
    Case("Cross", (normal(4, 3), normal(4, 3))),
]
_COUNTED = [
    Case("Bincount", (np.array([1, 5, 1, 0, 9], np.int32), one(6), fixed(dtype=np.float32))),
    Case("Bincount", (np.array([1, 5, 1, 0, 9], np.int32), one(6), normal(5))),
    Case("DenseBincount", (whole(0, 5, 2, 6), one(4), fixed(dtype=np.float32))),
    Case("DenseBincount", (whole(0, 5, 2, 6), one(4), fixed(dtype=np.float32)), {"binary_output": True}),
    Case("Bucketize", (np.float32([[-5, 0, 1], [10, 11, 3]]),), {"boundaries": (0.0, 3.0, 10.0)}),
    Case("LowerBound", (np.float32([[1, 2, 2, 5]]), np.float32([[2, 0, 9]]))),
    Case("UpperBound", (np.float32([[1, 2, 2, 5]]), np.float32([[2, 0, 9]]))),
]
_SPARSE = [
    Case("SparseToDense", (SPARSE, fixed(3, 4, dtype=np.int64), normal(3), one(0.5, np.float32))),
    Case("SparseToDense", (fixed(1, 3), fixed(5), one(1.0, np.float32), one(0.0, np.float32))),
    Case("SparseTensorDenseMatMul", (SPARSE, normal(3), fixed(3, 4, dtype=np.int64), normal(4, 5))),
    Case("SparseTensorDenseAdd", (SPARSE, normal(3), fixed(3, 4, dtype=np.int64), normal(3, 4))),
    Case("SparseReshape", (SPARSE, fixed(3, 4, dtype=np.int64), fixed(2, -1, dtype=np.int64)), {}, 2),
]
_QUANTISED = [
    *(
        Case(
            "FakeQuantWithMinMaxArgs",
            (normal(4, 5) * 4,),
            {"min": low, "max": high, "num_bits": bits, "narrow_range": narrow},
        )
        for low, high, bits, narrow in (
            (-6.0, 6.0, 8, False),
            (0.3, 5.0, 8, False),
            (-1.7, 3.3, 4, True),
            (-5.0, -1.0, 8, False),
        )
    ),
    Case("FakeQuantWithMinMaxVars", (normal(4, 5), one(-1.1, np.float32), one(2.3, np.float32)), {"num_bits": 6}),
    Case("FakeQuantWithMinMaxVars", (normal(4, 5), one(0, np.float32), one(0, np.float32))),
    Case(
        "FakeQuantWithMinMaxVarsPerChannel",
        (normal(4, 3), Fixed(np.float32([-1, -2, 0])), Fixed(np.float32([2, 1, 3]))),
    ),
    *(
        Case(
            "QuantizeAndDequantizeV2",
            (normal(4, 5), one(-1.5, np.float32), one(1.2, np.float32)),
            {"signed_input": signed, "num_bits": 5, "range_given": given, "narrow_range": narrow},
        )
        for signed, given, narrow in ((True, True, False), (True, False, True), (True, False, False))
    ),
    Case(
        "QuantizeAndDequantizeV2",
        (positive(4, 5), one(0, np.float32), one(1.2, np.float32)),
        {"signed_input": False, "range_given": True},
    ),
    Case("QuantizeAndDequantizeV3", (normal(4, 5), one(-1.5, np.float32), one(1.2, np.float32), one(6))),
    Case("QuantizeAndDequantizeV4", (normal(4, 5), one(-1.5, np.float32), one(1.2, np.float32)), {"range_given": True}),
    *(
        Case("QuantizeV2", (unit(4, 5) * 3, one(-2.0, np.float32), one(2.5, np.float32)), {"T": kind, "mode": mode})
        for kind, mode in ((U8, "MIN_COMBINED"), (DType.i8, "MIN_FIRST"), (DType.i8, "SCALED"), (U8, "MIN_FIRST"))
    ),
    *(
        Case(
            "Dequantize",
            (whole(low, low + 256, 4, 5, dtype=kind), one(-2.0, np.float32), one(2.5, np.float32)),
            {"mode": mode},
        )
        for low, kind, mode in (
            (0, np.uint8, "MIN_COMBINED"),
            (0, np.uint8, "MIN_FIRST"),
            (-128, np.int8, "SCALED"),
            (-128, np.int8, "MIN_COMBINED"),
        )
    ),
]
_RECURRENT = [
    Case("LSTMBlockCell", CELL, {"cell_clip": 0.5, "use_peephole": True}, 7),
    Case("LSTMBlockCell", CELL, {"cell_clip": -1.0}, 7),
    Case("GRUBlockCell", (normal(2, 3), normal(2, 4), normal(7, 8), normal(7, 4), normal(8), normal(4)), {}, 4),
    block("BlockLSTM", 5),
    block("BlockLSTM", 5, cell_clip=0.4, use_peephole=True),
    block("BlockLSTMV2", 5),
    Case(
        "CTCGreedyDecoder",
        (normal(6, 2, 4), np.array([6, 4], np.int32)),
        {"merge_repeated": True},
        4,
    ),
    Case("CTCGreedyDecoder", (normal(6, 2, 4), np.array([3, 6], np.int32)), {"blank_index": 0}, 4),
]
CASES = [
    *_CHOSEN, *_WRITTEN, *_SEGMENTS, *_PARTS, *_MATRICES, *_COUNTED, *_SPARSE, *_QUANTISED, *_RECURRENT,
]  # fmt: skip
