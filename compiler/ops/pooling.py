"""Pooling over one, two or three spatial axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from dldt.compiler.op import Op, field, op
from dldt.compiler.ops.attributes import ints, lower, one_of
from dldt.compiler.ops.axes import normal_axis, require_float, require_rank
from dldt.compiler.ops.convolution import accumulator, tap_slices
from dldt.compiler.ops.window import AUTO_PADS, ROUNDINGS, Window, window
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, Shape, TensorType


@op("opset1", traits=Trait.POOLING | Trait.LAYOUT_AGNOSTIC | Trait.EXACT)
class MaxPool(Op):
    """y[n, c, p] = the largest of x in the window at p; padding never wins"""

    strides: tuple[int, ...] = attrs.field(converter=ints)
    pads_begin: tuple[int, ...] = attrs.field(converter=ints)
    pads_end: tuple[int, ...] = attrs.field(converter=ints)
    kernel: tuple[int, ...] = attrs.field(converter=ints)
    rounding_type: str = attrs.field(default="floor", converter=lower, validator=one_of("floor", "ceil"))
    auto_pad: str = attrs.field(default="explicit", converter=lower, validator=one_of(*AUTO_PADS))

    def window(self, space: Shape) -> Window:
        """The geometry over the spatial dims ``space``."""
        return window(
            self.type, space, self.kernel, self.strides, (1,) * len(self.kernel), self.pads_begin, self.pads_end,
            self.auto_pad, self.rounding_type,
        )  # fmt: skip

    def infer(self, data: TensorType) -> TensorType:
        require_rank(data, "data", (3, 4, 5), self.type)
        return TensorType(data.dtype, data.shape[:2] + self.window(data.shape[2:]).output)

    def evaluate(self, data: Array) -> Array:
        where = self.window(data.shape[2:])
        total = np.full(data.shape[:2] + where.output, lowest(data.dtype), data.dtype)
        for picked in taps(data, where, lowest(data.dtype)):
            total = np.maximum(total, picked)
        return total


@op("opset8", "MaxPool", traits=Trait.POOLING | Trait.LAYOUT_AGNOSTIC | Trait.EXACT)
class MaxPool8(Op):
    """y, indices: as MaxPool, with dilations and the position of each maximum, counted in the dims from ``axis`` on"""

    strides: tuple[int, ...] = attrs.field(converter=ints)
    dilations: tuple[int, ...] = attrs.field(converter=ints)
    pads_begin: tuple[int, ...] = attrs.field(converter=ints)
    pads_end: tuple[int, ...] = attrs.field(converter=ints)
    kernel: tuple[int, ...] = attrs.field(converter=ints)
    rounding_type: str = attrs.field(default="floor", converter=lower, validator=one_of("floor", "ceil"))
    auto_pad: str = attrs.field(default="explicit", converter=lower, validator=one_of(*AUTO_PADS))
    index_element_type: DType = attrs.field(default=DType.i64, converter=DType)
    axis: int = attrs.field(default=0, converter=int)

    def window(self, space: Shape) -> Window:
        """The geometry over the spatial dims ``space``."""
        return window(
            self.type, space, self.kernel, self.strides, self.dilations, self.pads_begin, self.pads_end,
            self.auto_pad, self.rounding_type,
        )  # fmt: skip

    def infer(self, data: TensorType) -> tuple[TensorType, TensorType]:
        require_rank(data, "data", (3, 4, 5), self.type)
        normal_axis(self.axis, data.rank, self.type)
        shape = data.shape[:2] + self.window(data.shape[2:]).output
        return TensorType(data.dtype, shape), TensorType(self.index_element_type, shape)

    def evaluate(self, data: Array) -> tuple[Array, Array]:
        where = self.window(data.shape[2:])
        axis = self.axis % data.ndim
        size = int(np.prod(data.shape[axis:]))
        positions = np.broadcast_to(np.arange(size).reshape(data.shape[axis:]), data.shape)
        total = np.full(data.shape[:2] + where.output, lowest(data.dtype), data.dtype)
        index = np.full(total.shape, -1)
        for picked, position in zip(taps(data, where, lowest(data.dtype)), taps(positions, where, -1), strict=True):
            better = (position >= 0) & ((picked > total) | (index < 0))
            total = np.where(better, picked, total)
            index = np.where(better, position, index)
        return total, index.astype(self.index_element_type.numpy)


@op("opset14", "MaxPool")
class MaxPool14(MaxPool8):
    """As MaxPool-8; ``ceil_torch`` rounds up without windows that would start beyond the data"""

    rounding_type: str = attrs.field(default="floor", converter=lower, validator=one_of(*ROUNDINGS), kw_only=True)


@op("opset1", traits=Trait.POOLING | Trait.LAYOUT_AGNOSTIC)
class AvgPool(Op):
    """y[n, c, p] = the mean of x in the window at p. With ``exclude_pad`` padding does not count; else it counts as
    zeros, and so does the part of a last window that reaches beyond the padding where sizes round up. A window without
    data gives 0"""

    strides: tuple[int, ...] = attrs.field(converter=ints)
    pads_begin: tuple[int, ...] = attrs.field(converter=ints)
    pads_end: tuple[int, ...] = attrs.field(converter=ints)
    kernel: tuple[int, ...] = attrs.field(converter=ints)
    exclude_pad: bool = field(ir="exclude-pad", default=False)
    rounding_type: str = attrs.field(default="floor", converter=lower, validator=one_of("floor", "ceil"))
    auto_pad: str = attrs.field(default="explicit", converter=lower, validator=one_of(*AUTO_PADS))

    def window(self, space: Shape) -> Window:
        """The geometry over the spatial dims ``space``."""
        return window(
            self.type, space, self.kernel, self.strides, (1,) * len(self.kernel), self.pads_begin, self.pads_end,
            self.auto_pad, self.rounding_type,
        )  # fmt: skip

    def infer(self, data: TensorType) -> TensorType:
        require_float(data, "data", self.type)
        require_rank(data, "data", (3, 4, 5), self.type)
        return TensorType(data.dtype, data.shape[:2] + self.window(data.shape[2:]).output)

    def evaluate(self, data: Array) -> Array:
        where = self.window(data.shape[2:])
        sums = accumulator(data.dtype)
        total = np.zeros(data.shape[:2] + where.output, sums)
        for picked in taps(data.astype(sums), where, 0):
            total += picked
        return (total / np.maximum(self._counts(data.shape[2:], where), 1)).astype(data.dtype)

    def _counts(self, space: Shape, where: Window) -> Array:
        """How many elements each window's sum is divided by."""
        pads = [(int(b), int(e)) for b, e in zip(where.pads_begin, where.pads_end, strict=True)]
        padded = any(b or e for b, e in pads)
        if self.rounding_type == "ceil" and padded and not self.exclude_pad:
            return np.array(np.prod(where.kernel))
        counted = np.ones((1, 1, *(int(n) for n in space)))
        if not self.exclude_pad:
            counted = np.pad(counted, [(0, 0), (0, 0), *pads], constant_values=1)
            where = attrs.evolve(where, pads_begin=(0,) * len(pads), pads_end=(0,) * len(pads))
        return sum(taps(counted, where, 0), start=np.zeros((1, 1, *where.output)))


@op("opset14", "AvgPool")
class AvgPool14(AvgPool):
    """As AvgPool-1; ``ceil_torch`` rounds up without windows that would start beyond the data, and the part of a
    window beyond the padding never counts"""

    rounding_type: str = attrs.field(default="floor", converter=lower, validator=one_of(*ROUNDINGS), kw_only=True)


def lowest(dtype: np.dtype[Any]) -> float | int:
    """The least number of the type."""
    if np.issubdtype(dtype, np.integer):
        return int(np.iinfo(dtype).min)
    return -np.inf


def taps(data: Array, where: Window, fill: float) -> Iterator[Array]:
    """For every kernel tap that meets data in any window, the elements of the padded data that it meets, window by
    window. All others meet padding alone: a window may be far larger than the data."""
    pads, ranges, kept = [(0, 0), (0, 0)], [], [slice(None), slice(None)]
    for i, size in enumerate(data.shape[2:]):
        step, begin, span = where.dilations[i], int(where.pads_begin[i]), (int(where.output[i]) - 1) * where.strides[i]
        first = max(0, -((span - begin) // step))
        last = min(where.kernel[i], -(-(begin + size) // step))
        reach = span + max(last - 1 - first, 0) * step + 1
        before = begin - first * step  # elements before the data that the first tap meets
        # where sizes round up, the last window may reach beyond the padding
        pads.append((max(before, 0), max(reach - size - before, 0)))
        ranges.append(range(max(last - first, 0)))
        kept.append(slice(max(-before, 0), None))
    padded = np.pad(data[tuple(kept)], pads, constant_values=fill)
    for tap in itertools.product(*ranges):
        yield padded[(slice(None), slice(None), *tap_slices(tap, where))]
