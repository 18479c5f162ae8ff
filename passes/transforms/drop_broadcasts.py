"""Broadcasts whose consumer broadcasts by itself."""

from __future__ import annotations

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops import Broadcast
from dldt.compiler.ops.elementwise import Binary
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite


def _has_broadcast(value: Value) -> bool:
    return any(v is not None and isinstance(v.op, Broadcast) for v in value.inputs)


@transform
class DropBroadcasts(Rewrite[Match]):
    """A Broadcast before an element-wise operation goes where the other operand has the full shape already.

    ::

        x[2,3,4] ───────────────────→ Add         x[2,3,4] ──→ Add
        y[3,1] → Broadcast([2,3,4]) ↗         →   y[3,1]   ↗
    """

    pattern = node(Binary, where=_has_broadcast)

    def rewrite(self, match: Match) -> Value | None:
        """The same operation without one of its Broadcasts."""
        op, inputs, shape = match.root.op, match.root.inputs, match.root.type.shape
        for port, value in enumerate(inputs):
            if value is None or not _is_numpy(value.op) or value.inputs[0] is None:
                continue
            made = _try(op, (*inputs[:port], value.inputs[0], *inputs[port + 1 :]))
            if made is not None and made.type.shape == shape:
                return made
        return None


def _is_numpy(op: Op) -> bool:
    return isinstance(op, Broadcast) and op.mode in ("numpy", "bidirectional")


def _try(op: Op, inputs: tuple[Value | None, ...]) -> Value | None:
    try:
        return op(*inputs)
    except ShapeError:
        return None
