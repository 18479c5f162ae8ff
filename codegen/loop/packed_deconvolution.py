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
from dldt.compiler.dims import Dim, floordiv
from dldt.compiler.types import Array, TensorType

Types = tuple[TensorType, ...]


@attrs.frozen(kw_only=True)
class PackedDeconvolution(ops.GroupConvolutionBackpropData):
    """GroupConvolutionBackpropData with filters of shape ``filters`` [groups, inputs, outputs, kernel...], whose kernel
    is a multiple of the strides. They lie as [phases, groups, vectors, inputs, taps..., lanes]: a phase has every
    ``stride``-th tap of each axis, the last one first, and output ``o`` of a group is lane ``o % lanes`` of vector
    ``o // lanes``.

    The compiler makes it while it generates native code (``pack_transposed_filters``); it is in no operation set.
    """

    filters: tuple[int, ...]

    type = "PackedDeconvolution"
    opset = ""

    def infer(self, data: TensorType, packed: TensorType) -> TensorType:  # type: ignore[override]  # sizes are known
        """See the class."""
        return super().infer(data, TensorType(packed.dtype, self.filters))

    def evaluate(self, data: Array, packed: Array) -> Array:  # type: ignore[override]  # sizes are known
        """See the class."""
        made = np.zeros(self.filters, packed.dtype)
        groups, _, outputs = self.filters[:3]
        phases = itertools.product(*(range(stride) for stride in self.strides))
        for phase, part in zip(phases, packed, strict=True):
            apart = np.moveaxis(part, -1, 2).reshape(groups, -1, *part.shape[2:-1])[:, :outputs]
            taps = (slice(first, None, stride) for first, stride in zip(phase, self.strides, strict=True))
            made[(slice(None), slice(None), slice(None), *taps)] = np.flip(
                np.swapaxes(apart, 1, 2), tuple(range(3, made.ndim))
            )
        return super().evaluate(data, made)


@lowers(PackedDeconvolution, kind="reduce")
def packed_deconvolution(
    op: PackedDeconvolution, types: Types, x: Access, packed: Access, *, fresh: Fresh
) -> Access | tuple[Access, ...]:
    """The transposed convolution with the filters as they are."""
    lanes, kernel = packed.type.shape[-1], op.filters[3:]

    def element(index: Index) -> Expr:
        group, channel, output, *taps = index
        vector = floordiv(output, lanes)
        number: Dim = 0
        places: list[Dim] = []
        for tap, stride, size in zip(taps, op.strides, kernel, strict=True):
            place = floordiv(tap, stride)
            number = number * stride + (tap - place * stride)
            places.append(size // stride - 1 - place)
        return packed((number, group, vector, channel, *places, output - vector * lanes))

    return deconvolution(op, types, x, Access(TensorType(x.dtype, op.filters), element), fresh=fresh)
