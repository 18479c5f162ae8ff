"""Elements between the pixels of regions, reduced over each cell."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.codegen.plan.accumulated import accumulated
from dldt.codegen.plan.between_pixels import Pixels, between_pixels
from dldt.codegen.plan.region_cells import Cells, as_columns, as_rows
from dldt.codegen.plan.shape_parts import shape_of, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.types import DType


@attrs.frozen
class RegionAxis:
    """Regions along one axis: where each begins and how large its cells are (columns), and how many cells there are."""

    low: Value
    step: Value
    cells: int


@attrs.frozen
class RegionRotation:
    """How regions are turned round their middle (cosine and sine), and where this lies. Each is [regions, 1, 1]."""

    cosine: Value
    sine: Value
    y: Value
    x: Value

    @property
    def values(self) -> tuple[Value, ...]:
        """All four, to be given to a body."""
        return self.cosine, self.sine, self.y, self.x

    def places(self, y: Value, x: Value) -> tuple[Value, Value]:
        """Rows and columns in the picture, of places that are counted from the middle."""
        down = ops.Subtract()(ops.Multiply()(y, self.cosine), ops.Multiply()(x, self.sine))
        across = ops.Add()(ops.Multiply()(y, self.sine), ops.Multiply()(x, self.cosine))
        return ops.Add()(down, self.y), ops.Add()(across, self.x)


@attrs.frozen
class RegionSamples:
    """Regions of ``pixels``: along both axes, the number of the plane of each, the sizes of planes. In each cell are
    ``ratio`` x ``ratio`` samples, or as many as pixels (0); their mean is taken, or the largest of them and 0 (``mode``
    max). Where regions have a ``rotation``, the axes begin at their middle."""

    pixels: Pixels
    plane: Value
    axes: tuple[RegionAxis, RegionAxis]
    sizes: Sequence[Value]
    ratio: int
    mode: str
    rotation: RegionRotation | None = None

    def cells(self, name: str) -> Value:
        """[regions, rows, columns, C]."""
        return self._counted() if self.ratio else self._as_many_as_pixels(name)

    def _counted(self) -> Value:
        """As many samples in every cell."""
        count, (rows, columns) = self.ratio, (axis.cells for axis in self.axes)
        kind = self.axes[0].low.type.dtype.numpy
        at = []
        for axis in self.axes:
            cell = np.repeat(np.arange(axis.cells), count).astype(kind)
            share = np.tile(np.arange(count) + 0.5, axis.cells).astype(kind)
            walk = ops.Multiply()(ops.Divide()(axis.step, float(count)), share)
            at.append(ops.Add()(ops.Add()(axis.low, ops.Multiply()(axis.step, cell)), walk))
        places = _places(self.rotation, as_rows(at[0]), as_columns(at[1]))
        found = samples(self.pixels, self.plane, *places, self.sizes)
        channels = size_of(self.pixels.memory, 1)
        parts = ops.Reshape()(found, shape_of(-1, rows, count, columns, count, channels))
        if self.mode == "avg":
            return ops.ReduceMean(False)(parts, np.array([2, 4]))
        return ops.Maximum()(ops.ReduceMax(False)(parts, np.array([2, 4])), 0.0)

    def _as_many_as_pixels(self, name: str) -> Value:
        """Cells of regions of other sizes have other numbers of samples: a loop as long as the largest cell."""
        zero, kind = np.array(0, np.int64), self.axes[0].low.type.dtype
        counts = [ops.Maximum()(ops.Convert(DType.i64)(ops.Ceiling()(axis.step)), zero) for axis in self.axes]
        turns = [Cells(axis.low, count).most for axis, count in zip(self.axes, counts, strict=True)]
        steps, lows = [], []
        for axis, count in zip(self.axes, counts, strict=True):
            size = ops.Convert(kind)(ops.Maximum()(count, 1))
            steps.append(ops.Divide()(axis.step, size))
            lows.append(ops.Add()(axis.low, ops.Multiply()(axis.step, np.arange(axis.cells, dtype=kind.numpy))))
        rows, columns = (axis.cells for axis in self.axes)
        shape = shape_of(size_of(self.plane, 0), rows, columns, size_of(self.pixels.memory, 1))
        start = ops.Broadcast()(self.plane.graph.constant(np.array(0, kind.numpy)), shape)

        def step(turn: Value, total: Value, given: Sequence[Value]) -> Value:
            memory, plane, width, high, wide, top, down, left, over, *size = given
            turned = None if self.rotation is None else RegionRotation(*(size.pop() for _ in self.rotation.values))
            begin = size.pop() if self.pixels.start is not None else None
            i, j = ops.Divide()(turn, width), ops.FloorMod()(turn, width)
            good = ops.LogicalAnd()(ops.Greater()(as_rows(high), i), ops.Greater()(as_columns(wide), j))
            at = []
            for number, low, by in ((i, top, down), (j, left, over)):
                at.append(ops.Add()(low, ops.Multiply()(ops.Add()(ops.Convert(kind)(number), 0.5), by)))
            pixels = Pixels(memory, channels=True, start=begin)
            found = samples(pixels, plane, *_places(turned, as_rows(at[0]), as_columns(at[1])), size)
            joined = ops.Add()(total, found) if self.mode == "avg" else ops.Maximum()(total, found)
            return ops.Select()(pixels.over(good), joined, total)

        given = (self.pixels.memory, self.plane, turns[1], *counts, lows[0], steps[0], lows[1], steps[1], *self.sizes)
        given = given if self.pixels.start is None else (*given, self.pixels.start)
        given = given if self.rotation is None else (*given, *reversed(self.rotation.values))
        total = accumulated(ops.Multiply()(turns[0], turns[1]), start, given, step, name)
        if self.mode == "max":
            return total
        number = ops.Multiply()(as_rows(counts[0]), as_columns(counts[1]))
        return ops.Divide()(total, self.pixels.over(ops.Convert(kind)(ops.Maximum()(number, 1))))


def _places(rotation: RegionRotation | None, y: Value, x: Value) -> tuple[Value, Value]:
    return (y, x) if rotation is None else rotation.places(y, x)


def samples(pixels: Pixels, plane: Value, y: Value, x: Value, sizes: Sequence[Value]) -> Value:
    """Elements between pixels; those more than a pixel outside are 0, others outside are those at the border."""
    goods, places = [], []
    for at, size in ((y, sizes[0]), (x, sizes[1])):
        extent = ops.Convert(at.type.dtype)(size)
        goods.append(ops.LogicalAnd()(ops.GreaterEqual()(at, -1.0), ops.LessEqual()(at, extent)))
        places.append(ops.Minimum()(ops.Maximum()(at, 0.0), ops.Subtract()(extent, 1.0)))
    found = between_pixels(pixels, plane, places[0], places[1], sizes)
    zero = np.array(0, found.type.dtype.numpy)
    return ops.Select()(pixels.over(ops.LogicalAnd()(*goods)), found, zero)
