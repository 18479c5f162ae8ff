"""FlowNet's comparison of two maps, and DispNet's along rows alone."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.pooling import AvgPool
from dldt.compiler.ops.reduce import ReduceMean
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.slice import Slice
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.engine.attribute_record import AttributeRecord

_AXES, _CHANNELS = np.array([2, 3], np.int64), np.array([1], np.int64)
_MOST = 1 << 10


@attrs.frozen
class CorrelationSettings(AttributeRecord):
    """The fields of ``CorrelationParameter``."""

    kernel_size: int
    max_displacement: int
    pad: int = 0
    stride_1: int = 1
    stride_2: int = 1
    single_direction: int = 0
    do_abs: bool = False
    correlation_type: str = "MULTIPLY"

    @property
    def reach(self) -> int:
        """How many steps away the furthest window is."""
        return self.max_displacement // max(self.stride_2, 1)

    def compared(
        self, bottom: Value, other: Value, top: int, pad: int, down: Sequence[int], right: Sequence[int]
    ) -> Value:
        """The windows from row ``top`` on beside those ``down`` and ``right`` steps away; ``pad``: rows around."""
        windows = _ComparedWindows(
            self.kernel_size, self.stride_1, self.stride_2, top, (pad, self.pad), self.max_displacement, down, right
        )
        return windows.compared(bottom, other, self.correlation_type)


@CAFFE.imports("Correlation")
def correlation(bottom: Value, other: Value, *, settings: CorrelationSettings) -> Value:
    """The mean product (or difference) of each window with those of the other map up to `max_displacement` away"""
    steps = range(-settings.reach, settings.reach + 1)
    return settings.compared(bottom, other, settings.max_displacement, settings.pad, steps, steps)


@CAFFE.imports("Correlation1D")
def correlation_1d(bottom: Value, other: Value, *, settings: CorrelationSettings) -> Value:
    """As Correlation, but along rows alone: on both sides, or on the left (-1) or the right (1)"""
    side, reach = settings.single_direction, settings.reach
    if side not in (-1, 0, 1):
        raise InputError(f"single_direction is {side}; it must be -1 (left), 0 (both) or 1 (right)")
    # To the left Caffe's code begins one step further away than its range goes, and leaves the middle out.
    first = {-1: -reach - 1, 0: -reach, 1: 0}[side]
    steps = range(first, first + reach + 1 + (reach if side == 0 else 0))
    return settings.compared(bottom, other, 0, 0, range(1), steps)


@attrs.frozen
class _ComparedWindows:
    """Windows of ``kernel`` elements, ``stride`` apart from (``top``, ``left``) on, and those of the other map that
    are ``down`` and ``right`` times ``step`` away."""

    kernel: int
    stride: int
    step: int
    top: int
    pads: tuple[int, int]
    left: int
    down: Sequence[int]
    right: Sequence[int]

    def compared(self, bottom: Value, other: Value, kind: str) -> Value:
        """[N, displacements, rows, columns]. Raises InputError, UnsupportedError."""
        if self.kernel % 2 == 0:
            raise InputError(f"kernel_size is {self.kernel}; it must be odd")
        if self.left < 0:
            raise InputError(f"max_displacement is {self.left}; it must not be negative")
        if bottom.type.shape != other.type.shape or bottom.type.rank != 4:
            raise InputError(f"{bottom.type} and {other.type} must be maps of the same shape")
        space = [dim for dim in bottom.type.shape[2:] if isinstance(dim, int)]
        if len(space) < 2:
            raise UnsupportedError(f"height and width of {bottom.type} must be fixed")
        borders = (self.top + self.kernel // 2, self.left + self.kernel // 2)
        counts = [
            -(-(size + 2 * pad - 2 * border) // max(self.stride, 1))
            for size, pad, border in zip(space, self.pads, borders, strict=True)
        ]
        if min(self.stride, self.step, *counts) < 1 or len(self.down) * len(self.right) > _MOST:
            raise InputError(f"max_displacement {self.left} with pad {self.pads[1]} does not fit {bottom.type}")
        # One step to the left of the first column that there is, DispNet's code reads the end of the row before.
        before = max(0, -(self.left + self.right[0] * self.step))
        first, second = self._padded(bottom, before), self._padded(other, before)
        here = self._part(first, 0, before, counts)
        planes = []
        for down in self.down:
            for right in self.right:
                there = self._part(second, down * self.step, before + right * self.step, counts)
                joined = Multiply()(here, there) if kind == "MULTIPLY" else Abs()(Subtract()(here, there))
                planes.append(ReduceMean(keep_dims=True)(joined, _CHANNELS))
        made = Concat(1)(*planes)
        if self.kernel == 1:
            return made
        one, none = (self.stride,) * 2, (0, 0)
        return AvgPool(one, none, none, (self.kernel,) * 2, exclude_pad=False)(made)

    def _padded(self, x: Value, before: int) -> Value:
        high, wide = self.pads
        begin, end = np.array([0, 0, high, wide + before], np.int64), np.array([0, 0, high, wide], np.int64)
        return Pad()(x, begin, end, np.array(0, np.float32)) if begin.any() else x

    def _part(self, x: Value, down: int, right: int, counts: list[int]) -> Value:
        """What the windows cover when they are so far away; without windows, single elements, ``stride`` apart."""
        stride = self.stride if self.kernel == 1 else 1
        start = np.array([self.top + down, self.left + right], np.int64)
        extent = (np.array(counts, np.int64) - 1) * self.stride + self.kernel
        return Slice()(x, start, start + extent, np.array([stride, stride], np.int64), _AXES)
