"""Transposed operands of a matrix product."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import MatMul, Transpose
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite
from dldt.passes.with_attributes import with_attributes


@transform
class FuseTransposeIntoMatMul(Rewrite[Match]):
    """A Transpose of the last two axes is what ``transpose_a`` and ``transpose_b`` say.

    ::

        x, y → Transpose [0,2,1] → MatMul        x, y → MatMul(transpose_b)
    """

    pattern = node(MatMul, where=lambda v: any(i is not None and _swaps_last_two(i) for i in v.inputs))

    def rewrite(self, match: Match) -> Value | None:
        """The product of the operands as they are."""
        op, (a, b) = match.root.op, match.root.inputs
        assert isinstance(op, MatMul)
        assert a is not None
        assert b is not None
        swap_a, swap_b = _swaps_last_two(a), _swaps_last_two(b)
        made = with_attributes(op, transpose_a=op.transpose_a != swap_a, transpose_b=op.transpose_b != swap_b)
        return made(a.inputs[0] if swap_a else a, b.inputs[0] if swap_b else b)


def _swaps_last_two(value: Value) -> bool:
    if not isinstance(value.op, Transpose) or value.type.rank < 2:
        return False
    order = value.inputs[1]
    if order is None or order.constant is None:
        return False
    rank = value.type.rank
    given = [int(axis) for axis in order.constant.ravel()] or list(reversed(range(rank)))
    return given == [*range(rank - 2), rank - 1, rank - 2]
