"""The taps of a sliding window as reduction axes, which run only over positions inside the data."""

from __future__ import annotations

import math

import attrs

from dldt.codegen.loop.ir import Axis, Index
from dldt.codegen.loop.lower.access import position
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Dim, ceildiv, floordiv, maximum, minimum
from dldt.compiler.ops.window import Window
from dldt.compiler.types import Shape


@attrs.frozen
class Taps:
    """The taps of one window over the spatial dims ``space``. Every use of the object has the same variables."""

    where: Window
    space: Shape
    variables: tuple[LoopVariable, ...]

    @classmethod
    def over(cls, where: Window, space: Shape, fresh: Fresh) -> Taps:
        """New axes for the window."""
        return cls(where, space, tuple(fresh.variable("k") for _ in space))

    def axes(self, at: Index) -> tuple[Axis, ...]:
        """The taps inside the data, for the window at output position ``at``."""
        return tuple(self._axis(i, p) for i, p in enumerate(at))

    def _axis(self, i: int, at: Dim) -> Axis:
        first, dilation = self.first(i, at), self.where.dilations[i]
        lower = maximum(ceildiv(-1 * first, dilation), 0)
        upper = minimum(ceildiv(self.space[i] - first, dilation), self.where.kernel[i])
        return Axis(self.variables[i], upper, lower)

    def first(self, i: int, at: Dim) -> Dim:
        """The position in the data of the window's tap 0, which may be before the start."""
        return at * self.where.strides[i] - self.where.pads_begin[i]

    def source(self, at: Index, axes: tuple[Axis, ...]) -> Index:
        """The spatial index into the data at the given taps."""
        dilations = self.where.dilations
        return tuple(self.first(i, p) + dilations[i] * position(axes[i]) for i, p in enumerate(at))

    def transposed_axes(self, at: Index) -> tuple[Axis, ...]:
        """The taps of a transposed convolution that contribute to output position ``at``. Those that the stride allows
        are numbered 0, 1, …; see ``transposed_source``."""
        return tuple(self._transposed_axis(i, p) for i, p in enumerate(at))

    def _transposed_axis(self, i: int, at: Dim) -> Axis:
        common, period, step = self._cycle(i)
        tap, source = self._start(i, at)
        kernel = self.where.kernel[i]
        reaching = ceildiv(kernel - tap, period) if kernel % period else kernel // period
        upper = minimum(reaching, floordiv(source, step) + 1)
        lower = maximum(floordiv(source - self.space[i], step) + 1, 0)
        if common > 1:  # no tap reaches a position that is off the grid of stride and dilation
            off_grid = minimum((at + self.where.pads_begin[i]) % common, 1)
            upper = upper * (1 - off_grid)
        return Axis(self.variables[i], upper, lower)

    def transposed_source(self, at: Index, axes: tuple[Axis, ...]) -> tuple[Index, Index]:
        """The spatial indices into the data and into the kernel, at the taps of ``transposed_axes``."""
        data: list[Dim] = []
        kernel: list[Dim] = []
        for i, reached in enumerate(at):
            _, period, step = self._cycle(i)
            tap, source = self._start(i, reached)
            data.append(source - step * position(axes[i]))
            kernel.append(tap + period * position(axes[i]))
        return tuple(data), tuple(kernel)

    def _cycle(self, i: int) -> tuple[int, int, int]:
        """The greatest common divisor of stride and dilation, and the steps from one contributing tap to the next, in
        taps and in data positions."""
        stride, dilation = self.where.strides[i], self.where.dilations[i]
        common = math.gcd(stride, dilation)
        return common, stride // common, dilation // common

    def _start(self, i: int, at: Dim) -> tuple[Dim, Dim]:
        """The first tap that contributes to the position (tap·dilation ≡ position + pad, modulo the stride), and the
        data position that it reads."""
        common, period, step = self._cycle(i)
        target = at + self.where.pads_begin[i]
        tap = floordiv(target, common) * pow(step, -1, period) % period if period > 1 else 0
        return tap, floordiv(target - tap * self.where.dilations[i], self.where.strides[i])
