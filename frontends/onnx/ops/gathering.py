"""Choosing elements: Gather and its kin, TopK, ArgMax, OneHot, Range, CumSum, Trilu."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Subtract
from dldt.compiler.ops.comparison import Equal, GreaterEqual, Less, LessEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather, GatherElements, GatherND
from dldt.compiler.ops.non_max_suppression import NonMaxSuppression
from dldt.compiler.ops.non_zero import NonZero
from dldt.compiler.ops.one_hot import OneHot
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Negative
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import CumSum, TopK
from dldt.compiler.ops.unique import Unique
from dldt.compiler.types import DType
from dldt.frontends.engine.known import known_array, required_int
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.computed_axes import ComputedAxes
from dldt.frontends.onnx.element_types import element_type
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("Gather", since=1)
def gather_1(data: Value, indices: Value, *, axis: int = 0) -> Value:
    """The slices of data that the indices name, along the axis."""
    return Gather()(data, indices, np.array(axis, np.int64))


@ONNX.imports("GatherElements", since=11)
def gather_elements_11(data: Value, indices: Value, *, axis: int = 0) -> Value:
    """One element for each index, which replaces the position along the axis."""
    return GatherElements(axis)(data, indices)


@ONNX.imports("GatherND", since=11)
def gather_nd_11(data: Value, indices: Value) -> Value:
    """The slices that index tuples name."""
    return GatherND(0)(data, indices)


@ONNX.imports("GatherND", since=12)
def gather_nd_12(data: Value, indices: Value, *, batch_dims: int = 0) -> Value:
    """As before, the first axes shared."""
    return GatherND(batch_dims)(data, indices)


@ONNX.imports("TopK", since=1)
def top_k_1(X: Value, *, k: int, axis: int = -1) -> tuple[Value, ...]:
    """The k largest along the axis and their positions."""
    return TopK(axis, "max", "value", DType.i64).all(X, np.array(k, np.int64))


@ONNX.imports("TopK", since=10)
def top_k_10(X: Value, K: Value, *, axis: int = -1) -> tuple[Value, ...]:
    """As before, k as an input."""
    return TopK(axis, "max", "value", DType.i64).all(X, reshaped(K, ()))


@ONNX.imports("TopK", since=11)
def top_k_11(X: Value, K: Value, *, axis: int = -1, largest: int = 1, sorted: int = 1) -> tuple[Value, ...]:
    """As before, or the k smallest."""
    mode, sort = "max" if largest else "min", "value" if sorted else "none"
    return TopK(axis, mode, sort, DType.i64).all(X, reshaped(K, ()))


@ONNX.imports("ArgMax", since=1)
def arg_max_1(data: Value, *, axis: int = 0, keepdims: int = 1) -> Value:
    """The position of the largest along the axis, the first of equals."""
    return extreme_place(data, axis, "max", keepdims, 0)


@ONNX.imports("ArgMax", since=12)
def arg_max_12(data: Value, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Value:
    """As before."""
    return extreme_place(data, axis, "max", keepdims, select_last_index)


@ONNX.imports("ArgMin", since=1)
def arg_min_1(data: Value, *, axis: int = 0, keepdims: int = 1) -> Value:
    """The position of the smallest along the axis, the first of equals."""
    return extreme_place(data, axis, "min", keepdims, 0)


@ONNX.imports("ArgMin", since=12)
def arg_min_12(data: Value, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Value:
    """As before."""
    return extreme_place(data, axis, "min", keepdims, select_last_index)


@ONNX.imports("OneHot", since=9)
def one_hot_9(indices: Value, depth: Value, values: Value, *, axis: int = -1) -> Value:
    """values[1] where the position along the new axis is the index (negative: from the end), else values[0]"""
    number = Convert(DType.i64)(reshaped(depth, ()))
    index = indices if indices.type.dtype is DType.i64 else Convert(DType.i64)(indices)
    known = known_array(index)
    if known is None or (known.size and known.min() < 0):
        index = Select()(Less()(index, 0), Add()(index, number), index)
    off, on = (Gather()(values, np.array(which, np.int64), np.array(0, np.int64)) for which in (0, 1))
    return OneHot(axis)(index, number, on, off)


@ONNX.imports("Range", since=11)
def range_11(start: Value, limit: Value, delta: Value) -> Value:
    """start, start + delta, … below (or above) limit"""
    return Range(start.type.dtype)(reshaped(start, ()), reshaped(limit, ()), reshaped(delta, ()))


@ONNX.imports("Range", since=27)
def range_27(start: Value, limit: Value, delta: Value, *, stash_type: int = 1) -> Value:
    """As before; half precision is computed in f32 and rounded once."""
    dtype = start.type.dtype
    if stash_type != 1 or dtype not in (DType.f16, DType.bf16):
        return range_11(start, limit, delta)
    wide = (Convert(DType.f32)(each) for each in (start, limit, delta))
    return Convert(dtype)(range_11(*wide))


@ONNX.imports("NonZero", since=9)
def non_zero_9(X: Value) -> Value:
    """The indices of the elements that are not zero, one row an axis."""
    return NonZero()(X)


@ONNX.imports("Compress", since=9)
def compress_9(input: Value, condition: Value, *, axis: int | None = None) -> Value:
    """The slices along the axis (or the elements of the flattened input) for which the condition holds."""
    data = input if axis is not None else reshaped(input, (-1,))
    places = Squeeze()(NonZero()(condition), np.array([0], np.int64))
    return Gather()(data, places, np.array(axis or 0, np.int64))


@ONNX.imports("Unique", since=11)
def unique_11(X: Value, *, axis: int | None = None, sorted: int = 1) -> tuple[Value, ...]:
    """Each value once, where it stands first, the place of each element's value, how often each occurs."""
    inputs = (X,) if axis is None else (X, np.array(axis, np.int64))
    return Unique(bool(sorted)).all(*inputs)


@ONNX.imports("NonMaxSuppression", since=10)
def non_max_suppression_10(
    boxes: Value,
    scores: Value,
    max_output_boxes_per_class: Value | None = None,
    iou_threshold: Value | None = None,
    score_threshold: Value | None = None,
    *,
    center_point_box: int = 0,
) -> Value:
    """(batch, class, box) of the boxes that are kept, class by class, the best first."""
    encoding = "center" if center_point_box else "corner"
    op = NonMaxSuppression(encoding, sort_result_descending=False)
    limits = [max_output_boxes_per_class, iou_threshold, score_threshold]
    return op.all(boxes, scores, *limits)[0]


@ONNX.imports("CumSum", since=11)
def cum_sum_11(x: Value, axis: Value, *, exclusive: int = 0, reverse: int = 0) -> Value:
    """Running sums along the axis."""
    sums = CumSum(bool(exclusive), bool(reverse))
    if known_array(axis) is not None:
        return sums(x, np.array(required_int(axis, "the input 'axis'"), np.int64))
    rows = ComputedAxes(axis, x.type.rank).between(x)
    return Reshape()(sums(rows, np.array(1, np.int64)), ShapeOf()(x))


@ONNX.imports("Trilu", since=14)
def trilu_14(input: Value, k: Value | None = None, *, upper: int = 1) -> Value:
    """The upper or lower triangle, zeros elsewhere; the k-th diagonal is the border."""
    if input.type.rank < 2:
        raise InputError(f"{input.type} has no last two dims")
    rows, columns = input.type.shape[-2:]
    compare = GreaterEqual() if upper else LessEqual()
    zero = np.array(0, input.type.dtype.numpy)
    computed = k is not None and known_array(k) is None
    if computed or not isinstance(rows, int) or not isinstance(columns, int):
        border = input.graph.constant(np.zeros((), np.int64)) if k is None else reshaped(k, ())
        return Select()(compare(_diagonals(input), border), input, zero)
    diagonal = 0 if k is None else min(max(required_int(k, "the input 'k'"), -rows), columns)
    places = input.graph.constant(np.arange(columns, dtype=np.int64))
    kept = compare(places, np.arange(diagonal, diagonal + rows, dtype=np.int64).reshape(-1, 1))
    return Select()(kept, input, zero)


@ONNX.imports("EyeLike", since=9)
def eye_like_9(input: Value, *, dtype: int | None = None, k: int = 0) -> Value:
    """1 on the k-th diagonal of a matrix, 0 elsewhere."""
    if input.type.rank != 2:
        raise InputError(f"a matrix is needed, the input is {input.type}")
    wanted = input.type.dtype if dtype is None else element_type(dtype, "attribute 'dtype'")
    return Convert(wanted)(Equal()(_diagonals(input), k))


def _diagonals(x: Value) -> Value:
    """The number of the diagonal on which each element of the last two dims lies."""
    rows, columns = (numbers_along(x, axis) for axis in (x.type.rank - 2, x.type.rank - 1))
    return Subtract()(Unsqueeze()(columns, np.array([0], np.int64)), Unsqueeze()(rows, np.array([1], np.int64)))


def numbers_along(x: Value, axis: int) -> Value:
    """0, 1, … along an axis."""
    size = Gather()(ShapeOf()(x), np.array(axis, np.int64), np.array(0, np.int64))
    return Range(DType.i64)(np.array(0, np.int64), size, np.array(1, np.int64))


def extreme_place(data: Value, axis: int, mode: str, keepdims: int, select_last_index: int) -> Value:
    """NaN is the largest and the smallest, as in numpy's argmax and argmin."""
    if not -data.type.rank <= axis < data.type.rank:
        raise InputError(f"axis {axis} is outside rank {data.type.rank}")
    where, zero = np.array([axis % data.type.rank], np.int64), np.array([0], np.int64)
    if mode == "min" and data.type.dtype.is_float:
        data, mode = Negative()(data), "max"  # of which NaN is the largest
    if select_last_index:
        data = Slice()(data, np.array([-1], np.int64), np.array([-(2**62)], np.int64), np.array([-1], np.int64), where)
    index = TopK(axis, mode, "value", DType.i64).all(data, np.array(1, np.int64))[1]
    if select_last_index:
        size = Gather()(ShapeOf()(data), where, zero[0])
        index = Subtract()(Subtract()(size, np.array(1, np.int64)), index)
    return index if keepdims else Squeeze()(index, where)
