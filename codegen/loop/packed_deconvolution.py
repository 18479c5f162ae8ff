"""A transposed convolution whose filters are computed, and lie phase by phase as register tiles read them."""

from __future__ import annotations

import itertools

import attrs
import numpy as np

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, lowers
from dldt.codegen.loop.lower.convolution import deconvolution
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.compiler import ops
from dldt.compiler.dims import Dim, floordiv, minimum
from dldt.compiler.types import Array, TensorType

Types = tuple[TensorType, ...]


@attrs.frozen(kw_only=True)
class PackedDeconvolution(ops.GroupConvolutionBackpropData):
    """GroupConvolutionBackpropData of images with filters of shape ``filters`` [groups, inputs, outputs, rows, pixels].
    They lie phase by phase in one line, each phase as [groups, vectors, inputs, rows, pixels, lanes]: it has every
    ``stride``-th tap of each axis, the last one first, and output ``o`` of a group is lane ``o % lanes`` of vector
    ``o // lanes``. Phases need not have the same number of taps.

    The compiler makes it while it generates native code (``pack_transposed_filters``); it is in no operation set.
    """

    filters: tuple[int, ...]
    lanes: int

    type = "PackedDeconvolution"
    opset = ""

    def infer(self, data: TensorType, packed: TensorType) -> TensorType:  # type: ignore[override]  # sizes are known
        """See the class."""
        return super().infer(data, TensorType(packed.dtype, self.filters))

    def evaluate(self, data: Array, packed: Array) -> Array:  # type: ignore[override]  # sizes are known
        """See the class."""
        made = np.zeros(self.filters, packed.dtype)
        groups, inputs, outputs = self.filters[:3]
        start = 0
        phases = (range(min(pair)) for pair in zip(self.strides, self.filters[3:], strict=True))
        for first in itertools.product(*phases):
            every = [slice(tap, None, stride) for tap, stride in zip(first, self.strides, strict=True)]
            taps = (slice(None), slice(None), slice(None), *every)
            shape = (groups, -1, inputs, *made[taps].shape[3:], self.lanes)
            size = made[taps].size // outputs * self.lanes * -(-outputs // self.lanes)
            part = packed[start : start + size].reshape(shape)
            apart = np.moveaxis(part, -1, 2).reshape(groups, -1, *shape[2:-1])[:, :outputs]
            made[taps] = np.flip(np.swapaxes(apart, 1, 2), (3, 4))
            start += size
        return super().evaluate(data, made)


@attrs.frozen
class _PhaseTap:
    """Where a tap of an axis lies: the ``place``-th of the ``taps`` of its phase; the phases before that one have
    ``before`` taps."""

    taps: Dim
    place: Dim
    before: Dim

    @staticmethod
    def of(tap: Dim, size: int, stride: int) -> _PhaseTap:
        number = floordiv(tap, stride)
        phase = tap - number * stride
        taps = floordiv(size - 1 - phase, stride) + 1
        return _PhaseTap(taps, taps - 1 - number, phase * (size // stride) + minimum(phase, size % stride))


@lowers(PackedDeconvolution, kind="reduce")
def packed_deconvolution(
    op: PackedDeconvolution, types: Types, x: Access, packed: Access, *, fresh: Fresh
) -> Access | tuple[Access, ...]:
    """The transposed convolution with the filters as they are."""
    groups, inputs, outputs, *kernel = op.filters
    vectors = -(-outputs // op.lanes)

    def element(index: Index) -> Expr:
        group, channel, output, row, pixel = index
        vector = floordiv(output, op.lanes)
        down, across = (_PhaseTap.of(*each) for each in zip((row, pixel), kernel, op.strides, strict=True))
        before = down.before * kernel[1] + down.taps * across.before
        at = ((group * vectors + vector) * inputs + channel) * down.taps + down.place
        at = (at * across.taps + across.place) * op.lanes + output - vector * op.lanes
        return packed((before * (groups * vectors * inputs * op.lanes) + at,))

    return deconvolution(op, types, x, Access(TensorType(x.dtype, op.filters), element), fresh=fresh)
