"""Numbers in a row, and running sums."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Multiply, Subtract
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual
from dldt.compiler.ops.reduce import ReduceMax, ReduceProd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.top_k import CumSum
from dldt.compiler.ops.unary import Exp, Log
from dldt.compiler.types import DType
from dldt.frontends.engine.known import required_int
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.named import named
from dldt.frontends.tensorflow.numbers import bounds, cast, count_up, integer, ints, like, normal_axis, size, wide


@TENSORFLOW.imports("Range")
def range_from(start: Value, limit: Value, delta: Value) -> Value:
    """start, start + delta, … below (or above) the limit"""
    return Range(start.type.dtype)(start, limit, delta)


@TENSORFLOW.imports("LinSpace")
def lin_space(start: Value, stop: Value, num: Value) -> Value:
    """num numbers from start to stop, in equal steps."""
    count = wide(num)
    number = Range(DType.i64)(integer(0), count, integer(1))
    last = Subtract()(count, integer(1))
    steps = cast(Maximum()(last, integer(1)), start.type.dtype)
    step = Divide()(Subtract()(stop, start), steps)
    made = Add()(start, Multiply()(step, cast(number, start.type.dtype)))
    at_end = Select()(Greater()(last, integer(0)), Equal()(number, last), np.array(False))
    return Select()(at_end, stop, made)


@TENSORFLOW.imports("Cumsum")
def cumsum(x: Value, axis: Value, *, exclusive: bool = False, reverse: bool = False) -> Value:
    """Running sums along an axis."""
    at = normal_axis(required_int(axis, "the input 'axis'"), x.type.rank)
    return CumSum(exclusive, reverse)(x, integer(at))


def _product(rows: Value, mask: Value, axis: int) -> Value:
    return ReduceProd()(Select()(mask, rows, like(rows, 1)), ints(axis))


def _log_sum_exp(rows: Value, mask: Value, axis: int) -> Value:
    """The logarithm of the sum; of nothing minus infinity."""
    none = like(rows, bounds(rows.type.dtype)[0])
    kept = Select()(mask, rows, none)
    most = ReduceMax(True)(kept, ints(axis))
    powers = Select()(mask, Exp()(Subtract()(kept, most)), like(rows, 0))
    total = ReduceSum()(powers, ints(axis))
    flat = ReduceMax()(kept, ints(axis))
    some = Greater()(total, like(total, 0))
    return Select()(some, Add()(Log()(Select()(some, total, like(total, 1))), flat), like(rows, -np.inf))


def _cumulative(join: Callable[[Value, Value, int], Value]) -> Callable[..., Value]:
    """Each result is made of all elements before it, of a table of both."""

    def running(x: Value, axis: Value, *, exclusive: bool, reverse: bool) -> Value:
        at = normal_axis(required_int(axis, "the input 'axis'"), x.type.rank)
        number = count_up(x, size(x, at))
        shape = [1] * (x.type.rank + 1)
        mine, others = (Reshape()(number, np.array([*shape[:k], -1, *shape[k + 1 :]], np.int64)) for k in (at, at + 1))
        compare = _COMPARE[exclusive, reverse]
        return join(Unsqueeze()(x, ints(at)), compare(others, mine), at + 1)

    return running


_COMPARE = {
    (False, False): LessEqual(),
    (True, False): Less(),
    (False, True): GreaterEqual(),
    (True, True): Greater(),
}
for _name, _join in (("Cumprod", _product), ("CumulativeLogsumexp", _log_sum_exp)):
    TENSORFLOW.imports(_name)(named(_cumulative(_join), "x axis", exclusive=(bool, False), reverse=(bool, False)))
