"""A change of layout before a fully connected layer goes into its weights."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import MatMul, Reshape, Transpose
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.reshape_to import reshape_to
from dldt.passes.rewrite import Rewrite

_MOVED = node(Transpose, anything("x"), constant("order"), single=True)
_FLAT = node(Reshape, _MOVED, anything(), name="flat", single=True)


@attrs.frozen
class _Flattened(Match):
    x: Value
    order: Array
    flat: Value
    w: Array


@transform
class FoldTransposeIntoWeights(Rewrite[_Flattened]):
    """Before a flattening of all but the batch, the data need not be transposed: the rows of the weights are reordered.

    ::

        x[N,C,H,W] → Transpose [0,2,3,1] → Reshape [N,H*W*C] → MatMul(w)      x → Reshape [N,C*H*W] → MatMul(w')
    """

    pattern = node(MatMul, _FLAT, constant("w", where=lambda w: w.ndim == 2))

    def rewrite(self, match: _Flattened) -> Value | None:
        """The product of the data as it lies with reordered weights."""
        op, x, flat = match.root.op, match.x, match.flat.type.shape
        assert isinstance(op, MatMul)
        order = [int(axis) for axis in match.order.ravel()]
        sizes = [dim for dim in x.type.shape[1:] if isinstance(dim, int)]
        if op.transpose_a or len(order) < 3 or order[0] != 0 or len(sizes) != len(order) - 1:
            return None
        if flat != (x.type.shape[0], int(np.prod(sizes))):
            return None
        lying = reshape_to(x, flat)
        rows = np.swapaxes(match.w, 0, 1) if op.transpose_b else match.w
        weights = _reordered(rows, sizes, [axis - 1 for axis in order[1:]])
        return None if lying is None else op(lying, np.swapaxes(weights, 0, 1) if op.transpose_b else weights)


def _reordered(rows: Array, sizes: list[int], order: list[int]) -> Array:
    """Rows that belong to elements in transposed order, put in the order of the data."""
    seen = rows.reshape(*(sizes[axis] for axis in order), rows.shape[1])
    return seen.transpose(*np.argsort(order), len(order)).reshape(rows.shape)
