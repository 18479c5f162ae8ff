"""Choosing elements."""

from __future__ import annotations

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Maximum, Minimum, Subtract
from dldt.compiler.ops.comparison import Greater, GreaterEqual, Less
from dldt.compiler.ops.gather import Gather, GatherElements, GatherND
from dldt.compiler.ops.logical import IsFinite, LogicalAnd
from dldt.compiler.ops.non_zero import NonZero
from dldt.compiler.ops.one_hot import OneHot
from dldt.compiler.ops.reduce import ReduceLogicalAnd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Negative
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.known import required_int
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, integer, ints, normal_axis, size, wide


@TENSORFLOW.imports("Gather")
def gather(params: Value, indices: Value, *, validate_indices: bool = True) -> Value:
    """The slices along the first axis that the indices name."""
    return Gather()(params, indices, integer(0))


@TENSORFLOW.imports("GatherV2")
def gather_v2(params: Value, indices: Value, axis: Value, *, batch_dims: int = 0) -> Value:
    """The slices along an axis that the indices name; the first `batch_dims` axes are shared."""
    at = normal_axis(required_int(axis, "the input 'axis'"), params.type.rank)
    shared = normal_axis(batch_dims, indices.type.rank + 1, "batch_dims") if batch_dims else 0
    return Gather(shared)(params, indices, integer(at))


@TENSORFLOW.imports("GatherNd")
def gather_nd(params: Value, indices: Value, *, bad_indices_policy: str = "") -> Value:
    """The slices that rows of indices name."""
    return GatherND(0)(params, indices)


@TENSORFLOW.imports("OneHot")
def one_hot(indices: Value, depth: Value, on_value: Value, off_value: Value, *, axis: int = -1) -> Value:
    """on_value where the position along the new axis is the index, else off_value"""
    index = indices if indices.type.dtype in (DType.i32, DType.i64) else wide(indices)
    return OneHot(normal_axis(axis, indices.type.rank + 1))(index, depth, on_value, off_value)


@TENSORFLOW.imports("TopK")
def top_k(input: Value, *, k: int, sorted: bool = True) -> tuple[Value, ...]:
    """The k largest along the last axis and their places."""
    return TopK(input.type.rank - 1, "max", "value", DType.i32).all(_with_axis(input), integer(k))


@TENSORFLOW.imports("TopKV2")
def top_k_v2(input: Value, k: Value, *, sorted: bool = True, index_type: DType = DType.i32) -> tuple[Value, ...]:
    """The same, k as an input."""
    return TopK(input.type.rank - 1, "max", "value", index_type).all(_with_axis(input), wide(k))


@TENSORFLOW.imports("NthElement")
def nth_element(input: Value, n: Value, *, reverse: bool = False) -> Value:
    """The n-th smallest along the last axis, or the n-th largest."""
    place = required_int(n, "the input 'n'")
    mode = "max" if reverse else "min"
    best = TopK(input.type.rank - 1, mode, "value").all(_with_axis(input), integer(place + 1))[0]
    return Gather()(best, integer(place), integer(input.type.rank - 1))


@TENSORFLOW.imports("ArgMax")
def arg_max(input: Value, dimension: Value, *, output_type: DType = DType.i64) -> Value:
    """The place of the largest along an axis, the first of equals."""
    return _extreme(input, dimension, "max", output_type)


@TENSORFLOW.imports("ArgMin")
def arg_min(input: Value, dimension: Value, *, output_type: DType = DType.i64) -> Value:
    """The place of the smallest along an axis, the first of equals."""
    return _extreme(input, dimension, "min", output_type)


@TENSORFLOW.imports("Where")
def where(input: Value) -> Value:
    """The places of the elements that are not zero, one row each."""
    found = NonZero()(input)
    return Transpose()(found, ints(1, 0))


@TENSORFLOW.imports("InTopK")
def in_top_k(predictions: Value, targets: Value, *, k: int) -> Value:
    """Whether fewer than k numbers of a row are above that of the target."""
    return _in_top(predictions, targets, predictions.graph.constant(integer(k)))


@TENSORFLOW.imports("InTopKV2")
def in_top_k_v2(predictions: Value, targets: Value, k: Value) -> Value:
    """The same, k as an input."""
    return _in_top(predictions, targets, wide(k))


def _in_top(predictions: Value, targets: Value, k: Value) -> Value:
    place = wide(targets)
    classes = size(predictions, 1)
    inside = LogicalAnd()(GreaterEqual()(place, integer(0)), Less()(place, classes))
    column = Unsqueeze()(place, ints(1))
    bounded = Reshape()(_clipped(column, classes), ints(-1, 1))
    own = GatherElements(1)(predictions, bounded)
    better = ReduceSum()(wide(Greater()(predictions, own)), ints(1))
    finite = ReduceLogicalAnd()(IsFinite()(predictions), ints(1))
    return LogicalAnd()(LogicalAnd()(Less()(better, k), inside), finite)


def _clipped(place: Value, count: Value) -> Value:
    last = Subtract()(count, integer(1))
    return Maximum()(Minimum()(place, last), integer(0))


def _extreme(x: Value, dimension: Value, mode: str, dtype: DType) -> Value:
    axis = normal_axis(required_int(dimension, "the input 'dimension'"), _with_axis(x).type.rank)
    data = cast(x, DType.u8) if x.type.dtype is DType.boolean else x
    if mode == "min" and data.type.dtype.is_float:
        data, mode = Negative()(data), "max"
    index = TopK(axis, mode, "value", DType.i64).all(data, integer(1))[1]
    return cast(Squeeze()(index, ints(axis)), dtype)


def _with_axis(x: Value) -> Value:
    if x.type.rank == 0:
        raise ShapeError("a scalar has no axis to choose along")
    return x
