"""A convolution whose filters are computed, and lie in the order in which register tiles read them."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, lowers
from dldt.codegen.loop.lower.convolution import convolution
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.compiler import ops
from dldt.compiler.dims import floordiv
from dldt.compiler.types import Array, TensorType

Types = tuple[TensorType, ...]


@attrs.frozen(kw_only=True)
class PackedConvolution(ops.GroupConvolution):
    """GroupConvolution with filters of shape ``filters`` [groups, outputs, inputs, kernel...], which lie as [groups,
    vectors, inputs, kernel..., lanes]: output ``o`` of a group is lane ``o % lanes`` of vector ``o // lanes``.

    The compiler makes it while it generates native code (``pack_computed_filters``); it is in no operation set.
    """

    filters: tuple[int, ...]

    type = "PackedConvolution"
    opset = ""

    def infer(self, data: TensorType, packed: TensorType) -> TensorType:
        """See the class."""
        return super().infer(data, TensorType(packed.dtype, self.filters))

    def evaluate(self, data: Array, packed: Array) -> Array:
        """See the class."""
        groups, outputs, *rest = self.filters
        apart = np.moveaxis(packed, -1, 2).reshape(groups, -1, *rest)
        return super().evaluate(data, apart[:, :outputs])


@lowers(PackedConvolution, kind="reduce")
def packed_convolution(
    op: PackedConvolution, types: Types, x: Access, packed: Access, *, fresh: Fresh
) -> Access | tuple[Access, ...]:
    """The convolution with the filters as they are."""
    lanes = packed.type.shape[-1]

    def element(index: Index) -> Expr:
        group, output, *rest = index
        vector = floordiv(output, lanes)
        return packed((group, vector, *rest, output - vector * lanes))

    return convolution(op, types, x, Access(TensorType(x.dtype, op.filters), element), fresh=fresh)
