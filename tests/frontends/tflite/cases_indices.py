"""Elements picked by index, and put where indices say."""

import numpy as np

from tests.frontends.tflite.case import one
from tests.frontends.tflite.cases_elementwise import R, bytes_of, f, i, reseed
from tests.frontends.tflite.cases_shapes import ints
from tests.frontends.tflite.graphs import const, given, like

F = np.float32


def _picked():
    for axis, batch in ((0, 0), (1, 0), (2, 1)):
        places = i(np.int32, 2, 3, low=0, high=2)
        values = {"axis": axis, "batch_dims": batch}
        yield one("GATHER", [f(2, 3, 4), places], [like(F)], "GatherOptions", label=f"{axis}-{batch}", **values)
    data = given(bytes_of(5, 3), 0.03, 5)
    yield one("GATHER", [data, ints(1, 4, 0)], [like(np.int8, 0.03, 5)], "GatherOptions", label="i8")
    yield one("GATHER_ND", [f(3, 4, 5), i(np.int32, 2, 2, low=0, high=3)], [like(F)], "GatherNdOptions")
    yield one("EMBEDDING_LOOKUP", [np.array([2, 0, 4], np.int32), const(f(5, 3))], [like(F)])
    numbers = [const(np.array(x, d)) for x, d in ((5, np.int32), (2, F), (-1, F))]
    for axis in (-1, 0):
        parts = [i(np.int32, 3, 2, low=-1, high=6), *numbers]
        yield one("ONE_HOT", parts, [like(F)], "OneHotOptions", label=f"{axis}", axis=axis)
    flags = R.integers(0, 2, 3).astype(np.bool_)
    yield one("SELECT", [flags, f(3, 4), f(3, 4)], [like(F)], "SelectOptions", label="rows")
    flags = R.integers(0, 2, (3, 4)).astype(np.bool_)
    yield one("SELECT", [flags, f(3, 4), f(3, 4)], [like(F)], "SelectOptions")
    yield one("SELECT_V2", [flags, f(3, 1), f(2, 1, 4)], [like(F)], "SelectV2Options")
    yield one("WHERE", [flags], [like(np.int64)], "WhereOptions")
    yield one("WHERE", [i(np.int32, 3, 4, low=0, high=2)], [like(np.int64)], "WhereOptions", label="i32")
    data = np.array([3, 1, 3, 7, 1], F)
    yield one("UNIQUE", [data], [like(F), like(np.int32)], "UniqueOptions")
    parts = [f(3, 4, 5), np.array([2, 0, 3], np.int32)]
    yield one("REVERSE_SEQUENCE", parts, [like(F)], "ReverseSequenceOptions", seq_dim=1, batch_dim=0)
    yield one("BUCKETIZE", [f(3, 4)], [like(np.int32)], "BucketizeOptions", boundaries=(-2.0, 0.0, 1.5))


def _windows():
    parts = [f(3, 4), const(np.array([2, 3], np.int32)), const(np.array(0.5, F))]
    yield one("DILATE", parts, [like(F)], "DilateOptions")
    rows = [const(np.array(x, np.int64)) for x in ((2, 3), (1, 2), (2, 1))]
    for name in ("ADD", "MUL", "MINIMUM", "MAXIMUM"):
        values = {"label": name.lower(), "reduce_function": name}
        start = const(np.array(1 if name == "MUL" else 0.25, F))
        yield one("REDUCE_WINDOW", [f(6, 8), start, *rows], [like(F)], "ReduceWindowOptions", **values)
    flags = R.integers(0, 2, (6, 8)).astype(np.bool_)
    for name in ("ALL", "ANY"):
        values = {"label": name.lower(), "reduce_function": name}
        start = const(np.array(name == "ALL"))
        yield one("REDUCE_WINDOW", [flags, start, *rows], [like(np.bool_)], "ReduceWindowOptions", **values)
    ids, places = const(np.array([1, 3, 0], np.int32)), const(np.array([[0, 0], [2, 0], [2, 1]], np.int32))
    shape, weights = const(np.array([3, 2], np.int32)), const(np.array([1, 2, 4], F))
    for name in ("SUM", "MEAN", "SQRTN"):
        parts, values = [ids, places, shape, weights, f(4, 3, 2)], {"label": name.lower(), "combiner": name}
        yield one("EMBEDDING_LOOKUP_SPARSE", parts, [like(F)], "EmbeddingLookupSparseOptions", **values)


def _put():
    places, updates = np.array([[1, 2], [0, 1], [1, 2]], np.int32), f(3, 4)
    yield one("SCATTER_ND", [places, updates, ints(3, 3, 4)], [like(F)], "ScatterNdOptions")
    parts = [const(np.array([[1, 2], [2, 0]], np.int32)), ints(3, 4), const(np.array([5.0, 6.0], F))]
    zero = const(np.array(-1.0, F))
    yield one("SPARSE_TO_DENSE", [*parts, zero], [like(F, shape=(3, 4))], "SparseToDenseOptions")
    segments = ints(0, 0, 1, 2, 2)
    yield one("SEGMENT_SUM", [f(5, 3), segments], [like(F)], "SegmentSumOptions")
    loose = np.array([2, 0, -1, 3, 2], np.int32)
    for what in ("SUM", "PROD", "MAX", "MIN"):
        parts = [f(5, 3), loose, const(np.array(5, np.int32))]
        kind = f"UnsortedSegment{what.capitalize()}Options"
        yield one(f"UNSORTED_SEGMENT_{what}", parts, [like(F)], kind)
    yield one("BROADCAST_ARGS", [ints(2, 1, 4), ints(3, 1)], [like(np.int32, shape=(3,))])
    yield one("MATRIX_DIAG", [f(2, 3)], [like(F, shape=(2, 3, 3))], "MatrixDiagOptions")
    yield one("MATRIX_SET_DIAG", [f(2, 3, 4), f(2, 3)], [like(F, shape=(2, 3, 4))], "MatrixSetDiagOptions")
    for start in ((1, 2), (2, 9)):
        parts = [f(4, 6), f(2, 3), np.array(start, np.int32)]
        yield one("DYNAMIC_UPDATE_SLICE", parts, [like(F)], "DynamicUpdateSliceOptions", label=f"{start[1]}")
    pads = const(np.array([[0, 1], [2, 0]], np.int32))
    yield one("SPACE_TO_BATCH_ND", [f(2, 5, 4, 3), ints(2, 3), pads], [like(F)], "SpaceToBatchNDOptions")
    yield one("BATCH_TO_SPACE_ND", [f(12, 3, 2, 3), ints(2, 3), pads], [like(F)], "BatchToSpaceNDOptions")
    data = given(bytes_of(2, 5, 4, 3), 0.03, 5)
    out = [like(np.int8, 0.03, 5)]
    yield one("SPACE_TO_BATCH_ND", [data, ints(2, 3), pads], out, "SpaceToBatchNDOptions", label="i8")


reseed(4)
CASES = (*_picked(), *_put(), *_windows())
