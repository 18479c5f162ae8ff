"""Rows that are counted as one dim round a matrix product."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import MatMul, Reshape
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, node
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _CountedRows(Match):
    x: Value
    flat: Value
    product: Value
    w: Value


@transform
class DropReshapesAroundMatMul(Rewrite[_CountedRows]):
    """A matrix product takes rows in any number of dims: they need not be made one, and many again.

    ::

        x[N,H,W,C] → Reshape [N*H*W,C] → MatMul(w[C,K]) → Reshape [N,H,W,K]        x → MatMul(w)
    """

    pattern = node(
        Reshape,
        node(MatMul, node(Reshape, anything("x"), anything(), name="flat"), anything("w"), name="product", single=True),
        anything(),
    )

    def rewrite(self, match: _CountedRows) -> Value | None:
        """The product of the rows as they lie."""
        op, before, after = match.product.op, match.x.type.shape, match.root.type.shape
        assert isinstance(op, MatMul)
        plain = match.w.type.rank == 2 and match.flat.type.rank == 2 and not op.transpose_a
        if not plain or len(before) < 2 or before[-1:] != match.flat.type.shape[-1:]:
            return None
        if before[:-1] != after[:-1] or after[-1:] != match.product.type.shape[-1:]:
            return None
        return op(match.x, match.w)
