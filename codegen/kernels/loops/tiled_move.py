"""Movements whose contiguous axes differ before and behind: transpositions, in tiles that registers turn."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import attrs

from dldt.codegen.kernels.loops.choose_schedule import in_linear_axes
from dldt.codegen.loop.ir import Axis, Load, Nest
from dldt.codegen.loop.linear import stride_of
from dldt.codegen.loop.schedule import between, run_time_dims
from dldt.codegen.target import Target
from dldt.compiler.dims import Dim, Symbol, symbols
from dldt.compiler.substitute import substitute

LEAST = 4
"""The least extent of either contiguous axis that is worth a tile."""


@attrs.frozen
class MovedAxis:
    """An axis of a movement, and how far apart its elements are where they are read and written."""

    extent: int
    read: int
    written: int


@attrs.frozen
class TiledMove:
    """``out[written] = source[read]`` over the ``outer`` axes and two more: along ``across`` the source is contiguous,
    along ``down`` the output. Elements have ``size`` bytes; tiles have ``lanes`` of them in both directions."""

    outer: tuple[MovedAxis, ...]
    across: MovedAxis
    down: MovedAxis
    first_read: int
    first_written: int
    size: int
    lanes: int

    @staticmethod
    def parts(nest: Nest, target: Target) -> tuple[TiledMove, ...]:
        """The nest as such movements: one, or one of whole channel blocks and one of the channels behind them. It is
        empty where the nest is no such movement, or sizes are not known."""
        whole = TiledMove.of(nest, target)
        if whole is not None:
            return (whole,)
        for axis, end in _block_ends(nest, target.block) if isinstance(nest.value, Load) else ():
            first = TiledMove.of(between(nest, axis.variable, 0, end), target)
            # What is left may not be worth tiles of its own, but it has a whole movement beside it.
            last = between(nest, axis.variable, end, _known(axis.extent))
            rest = None if first is None else TiledMove.of(last, target, least=2)
            if first is not None and rest is not None:
                return first, rest
        return ()

    @staticmethod
    def of(nest: Nest, target: Target, least: int = LEAST) -> TiledMove | None:
        """The nest as such a movement; None where it is none, or where sizes are not known."""
        if not isinstance(nest.value, Load) or nest.value.buffer.dtype is not nest.buffer.dtype:
            return None
        linear = in_linear_axes(nest, target)
        axes = [_moved(linear, axis) for axis in linear.axes]
        first = _start(linear)
        if first is None or any(axis is None for axis in axes):
            return None
        moved = [axis for axis in axes if axis is not None]
        across = next((axis for axis in moved if axis.read == 1 and axis.written != 1), None)
        down = next((axis for axis in moved if axis.written == 1 and axis.read != 1), None)
        size = nest.buffer.dtype.size
        lanes = max(LEAST, min(16, target.block * 4 // size if size >= 4 else 16 // size))
        if across is None or down is None or any(axis.read < 1 or axis.written < 1 for axis in moved):
            return None
        if any(axis.extent < (least if size >= 4 else lanes) for axis in (across, down)):
            return None
        outer = tuple(axis for axis in moved if axis not in (across, down))
        return TiledMove(outer, across, down, *first, size, lanes)

    @staticmethod
    def lacks_sizes(nest: Nest, target: Target) -> bool:
        """Whether the nest would be such a movement if all sizes were known."""
        if not isinstance(nest.value, Load) or nest.value.buffer.dtype is not nest.buffer.dtype:
            return False
        linear = in_linear_axes(nest, target)
        assert isinstance(linear.value, Load)
        read, written = linear.value.buffer.offset(linear.value.index), linear.buffer.offset(linear.index)
        long = [axis for axis in linear.axes if not isinstance(axis.extent, int) or axis.extent >= LEAST]
        first = [(stride_of(read, axis.variable) == 1, stride_of(written, axis.variable) == 1) for axis in long]
        sizes = (*(axis.extent for axis in linear.axes), read, written)
        return (True, False) in first and (False, True) in first and bool(run_time_dims(sizes))

    @property
    def tiles(self) -> int:
        """Tiles along ``across``."""
        return -(-self.across.extent // self.lanes)

    @property
    def extent(self) -> int:
        """The range that threads share: the outer axes, then the tiles along ``across``."""
        return prod(axis.extent for axis in self.outer) * self.tiles

    @property
    def elements(self) -> int:
        """All elements that are moved."""
        return prod(axis.extent for axis in (*self.outer, self.across, self.down))


def _block_ends(nest: Nest, block: int) -> Iterator[tuple[Axis, int]]:
    """The axes that may walk channels whose last block is not full, and where that begins: an axis of channels, or
    one of blocks where they are written."""
    for axis in nest.axes:
        size = axis.extent
        if axis.lower != 0 or not isinstance(size, int) or size < 2:
            continue
        if any(axis.variable in symbols(inner.extent) for inner in nest.axes):
            yield axis, size - 1
        elif size > block and size % block:
            yield axis, size - size % block


def _moved(nest: Nest, axis: Axis) -> MovedAxis | None:
    assert isinstance(nest.value, Load)
    read = stride_of(nest.value.buffer.offset(nest.value.index), axis.variable)
    written = stride_of(nest.buffer.offset(nest.index), axis.variable)
    if axis.lower != 0 or not all(isinstance(n, int) for n in (axis.extent, read, written)):
        return None
    return MovedAxis(_known(axis.extent), _known(read), _known(written))


def _known(number: Dim | None) -> int:
    assert isinstance(number, int)
    return number


def _start(nest: Nest) -> tuple[int, int] | None:
    """The offsets of the first element; None where they are not known."""
    assert isinstance(nest.value, Load)
    zero: dict[Symbol, Dim] = {axis.variable: 0 for axis in nest.axes}
    offsets = nest.value.buffer.offset(nest.value.index), nest.buffer.offset(nest.index)
    first = tuple(substitute(offset, zero) for offset in offsets)
    if not all(isinstance(offset, int) for offset in first):
        return None
    return _known(first[0]), _known(first[1])
