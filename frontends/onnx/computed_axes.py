"""Axes that are computed when the model runs: how many there are is known, which ones is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, FloorMod, Multiply, Subtract
from dldt.compiler.ops.comparison import Equal, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalOr
from dldt.compiler.ops.reduce import ReduceLogicalOr, ReduceProd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.top_k import CumSum, TopK
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.reshaped import reshaped

_ROWS, _COLUMNS = np.array([0], np.int64), np.array([1], np.int64)


class ComputedAxes:
    """The axes that a vector ``axes`` names among ``rank`` axes; negative ones count from the end."""

    def __init__(self, axes: Value, rank: int, *, all_for_none: bool = False) -> None:
        count = axes.type.elements
        if isinstance(count, int) and count > rank:
            raise InputError(f"{count} axes are given for rank {rank}")
        self.rank, self.count = rank, count
        self._numbers = axes.graph.constant(np.arange(rank, dtype=np.int64))
        wide = reshaped(axes if axes.type.dtype is DType.i64 else Convert(DType.i64)(axes), (-1,))
        normal = Select()(Less()(wide, 0), Add()(wide, rank), wide)
        self._hits = Equal()(Unsqueeze()(self._numbers, _COLUMNS), Unsqueeze()(normal, _ROWS))
        self.mask = ReduceLogicalOr()(self._hits, _COLUMNS)
        """For every axis whether it is one of them; all are, where none is named and ``all_for_none``."""
        if all_for_none:
            self.mask = LogicalOr()(self.mask, Equal()(ShapeOf()(wide), 0))

    def spread(self, given: Value, default: int) -> Value:
        """One number for every axis: those of ``given`` where it is one of them, ``default`` elsewhere."""
        number = given if given.type.dtype is DType.i64 else Convert(DType.i64)(given)
        placed = ReduceSum()(Select()(self._hits, Unsqueeze()(number, _ROWS), _number(0)), _COLUMNS)
        return Select()(self.mask, placed, _number(default))

    def others(self, sizes: Value) -> Value:
        """The numbers of ``sizes`` that belong to the other axes, in their order."""
        if not isinstance(self.count, int):
            raise UnsupportedError("the number of the axes must be fixed where the result has none in their place")
        order = Add()(Select()(self.mask, _number(self.rank), _number(0)), self._numbers)
        wanted = _number(self.rank - self.count)
        if not wanted:
            return sizes.graph.constant(np.zeros(0, np.int64))
        places = TopK(0, "min", "value", DType.i64).all(order, wanted)[1]
        return Gather()(sizes, places, _number(0))

    def inserted(self, sizes: Value) -> Value:
        """``sizes`` of the other axes, and 1 for those that are named."""
        before = Subtract()(self._numbers, CumSum()(Convert(DType.i64)(self.mask), _number(0)))
        inside = Select()(Less()(before, 0), _number(0), before)
        if self.rank == self.count:
            return sizes.graph.constant(np.ones(self.rank, np.int64))
        return Select()(self.mask, _number(1), Gather()(sizes, inside, _number(0)))

    def moved_last(self, x: Value) -> Value:
        """x as a matrix: the elements along these axes are its columns, the others its rows, both in their order."""
        shape = ShapeOf()(x)
        rows = self._places(shape, Select()(self.mask, _number(1), shape))
        columns = self._places(shape, Select()(self.mask, shape, _number(1)))
        index = Add()(Unsqueeze()(rows, _COLUMNS), Unsqueeze()(columns, _ROWS))
        return Gather()(reshaped(x, (-1,)), index, _number(0))

    def reduced(self, x: Value, reduction: Callable[[Value], Value], *, keep: bool) -> Value:
        """x reduced along these axes; ``reduction`` makes a vector of the rows of a matrix."""
        shape = ShapeOf()(x)
        made = reduction(self.moved_last(x))
        return Reshape()(made, Select()(self.mask, _number(1), shape) if keep else self.others(shape))

    def between(self, x: Value) -> Value:
        """x [before, along, behind], where one axis is named."""
        shape, mask = ShapeOf()(x), Convert(DType.i64)(self.mask)
        upto = CumSum()(mask, _number(0))
        along = ReduceSum(True)(Multiply()(mask, shape), _ROWS)
        before = ReduceProd(True)(Select()(Equal()(upto, 0), shape, _number(1)), _ROWS)
        return Reshape()(x, Concat(0)(before, along, np.array([-1], np.int64)))

    def _places(self, shape: Value, sizes: Value) -> Value:
        """Where the elements stand in x, in C order, that one walks along axes of ``sizes``, the others at 0."""
        count = ReduceProd()(sizes, _ROWS)
        walk = Range(DType.i64)(_number(0), count, _number(1))
        total: Value | None = None
        for axis in range(self.rank):
            inner, stride = (ReduceProd()(_from(each, axis + 1), _ROWS) for each in (sizes, shape))
            own = reshaped(_part(sizes, axis), ())
            part = Multiply()(FloorMod()(Divide()(walk, inner), own), stride)
            total = part if total is None else Add()(total, part)
        return walk if total is None else total


def _number(value: int) -> Array:
    return np.array(value, np.int64)


def _from(numbers: Value, first: int) -> Value:
    return Slice()(numbers, np.array([first]), np.array([2**62]), np.array([1]))


def _part(numbers: Value, at: int) -> Value:
    return Slice()(numbers, np.array([at]), np.array([at + 1]), np.array([1]))
