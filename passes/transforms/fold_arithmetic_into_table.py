"""Arithmetic on rows of a table."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Clamp, Gather, Maximum, Minimum
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite


@transform
class FoldArithmeticIntoTable(Rewrite[Match]):
    """Arithmetic on the rows that a Gather picks from a constant is done once on the constant.

    ::

        Gather(table, i) → Add(c) → Gelu   →   Gather(Gelu(Add(table, c)), i)

    Only where the table has fewer elements than what is picked, and where ``i`` is clamped to the table's rows: a row
    outside is zeros before the arithmetic, and the changed table could not give what becomes of them.
    """

    pattern = node(
        Trait.ELEMENTWISE,
        where=lambda value: any(v is not None and _is_table(v) for v in value.inputs),
    )

    def rewrite(self, match: Match) -> Value | None:
        """The Gather of the changed table."""
        root = match.root
        rows = next(v for v in root.inputs if v is not None and _is_table(v))
        table, index, axis = rows.inputs
        assert table is not None
        assert table.constant is not None
        arrays: list[Array] = []
        for value in root.inputs:
            given = None if value is None else table.constant if value == rows else value.constant
            if given is None:
                return None
            if value != rows:
                if any(dim != 1 for dim in given.shape[: max(0, given.ndim - table.type.rank + 1)]):
                    return None
                given = given.reshape(given.shape[-(table.type.rank - 1) :])
            arrays.append(given)
        with np.errstate(all="ignore"):
            made = np.asarray(root.op.evaluate(*arrays))
        return rows.op(made, index, axis) if made.shape == table.type.shape else None


def _is_table(value: Value) -> bool:
    """Whether the value is picked by rows out of a smaller constant, nobody else reads it, and no row is missing."""
    if not isinstance(value.op, Gather) or value.op.batch_dims or not value.is_used_once:
        return False
    table, index, axis = value.inputs
    if table is None or index is None or axis is None or table.constant is None or axis.constant is None:
        return False
    if axis.constant.any() or table.type.rank < 2 or not isinstance(value.type.elements, int):
        return False
    rows = table.type.shape[0]
    return isinstance(rows, int) and value.type.elements > table.constant.size and _is_within(index, rows)


def _is_within(index: Value, rows: int) -> bool:
    """Whether the index was clamped to [0, rows)."""
    if isinstance(index.op, Clamp):
        return index.op.min >= 0 and index.op.max <= rows - 1
    for outer, inner in ((Minimum, Maximum), (Maximum, Minimum)):
        bound, rest = _bound(index, outer)
        other, _ = _bound(rest, inner) if rest is not None else (None, None)
        if bound is not None and other is not None:
            low, high = (other, bound) if outer is Minimum else (bound, other)
            return low >= 0 and high <= rows - 1
    return False


def _bound(value: Value, kind: type[Minimum | Maximum]) -> tuple[float | None, Value | None]:
    """The constant and the other operand of a Minimum or Maximum."""
    if not isinstance(value.op, kind):
        return None, None
    a, b = value.inputs
    for constant, other in ((a, b), (b, a)):
        if constant is not None and constant.constant is not None and constant.constant.size == 1:
            return float(constant.constant.reshape(())), other
    return None, None
