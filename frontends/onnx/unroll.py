"""Loops of known length over sequences, turn by turn: in each turn the sequence has a length of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import Imported

MAX_NODES = 4096
"""So many nodes may the turns have together."""


def known_turns(trip_count: Value | None, condition: Value | None, body: GraphRecord) -> int | None:
    """How many turns there are at most, where that is known and few enough to import them one by one."""
    count = None if trip_count is None else known_array(trip_count)
    start = np.array(True) if condition is None else known_array(condition)
    if count is None or start is None or count.size != 1:
        return None
    turns = max(int(count.item()), 0) if start.all() else 0
    return turns if turns * sum(1 for _ in body.walk()) <= MAX_NODES else None


def unrolled(body: GraphRecord, context: Context, given: Sequence[Imported], turns: int) -> tuple[Imported, ...]:
    """The outputs of a Loop whose turns are imported one behind the other."""
    state: tuple[Imported, ...] = tuple(given)
    scans: list[list[Value]] = [[] for _ in body.outputs[1 + len(given) :]]
    ranks = [min(len(body.inputs[name].shape or ()), 1) for name in list(body.inputs)[:2]]
    for turn in range(turns):
        number = context.graph.constant(np.full((1,) * ranks[0], turn, np.int64))
        going = context.graph.constant(np.ones((1,) * ranks[1], np.bool_))
        more, *made = context.inline(body, (number, going, *state))
        state = tuple(made[: len(given)])
        for scan, value in zip(scans, made[len(given) :], strict=True):
            scan.append(_part(value))
        known = known_array(more) if isinstance(more, Value) else None
        if known is None and turn + 1 < turns:
            raise UnsupportedError("a Loop over a sequence ends by a condition that is computed at run time")
        if known is not None and not known.all():
            break
    if any(not scan for scan in scans):
        raise UnsupportedError("a Loop over a sequence has no turn, so the shape of its scan outputs is not known")
    return (*state, *(Concat(0)(*scan) for scan in scans))


def _part(value: Imported) -> Value:
    if not isinstance(value, Value):
        raise UnsupportedError("a sequence as a scan output of Loop is not supported")
    return Unsqueeze()(value, np.array([0], np.int64))
