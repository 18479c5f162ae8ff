"""Loops that count: how many turns they make, and which of their values count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.sequences import Imported

_PASSES = ("Identity", "StopGradient")
_MAX_NODES = 64


@attrs.frozen
class Counted:
    """``limits``: pairs of what a counter starts with and the value below which it stays, each turn adding 1; all of
    them must hold. None where the condition is another one. ``turns``: the carried values that are the number of the
    turn."""

    limits: tuple[tuple[int, Value | int], ...] | None
    turns: tuple[int, ...]


def counted(cond: GraphRecord, body: GraphRecord, given: Sequence[Imported], around: Mapping[str, Imported]) -> Counted:
    """How a loop counts. ``given``: the carried values before the first turn; ``around``: what its bodies take from
    around."""
    numbers = {i: _number(value) for i, value in enumerate(given)}
    starts = {i: start for i, start in numbers.items() if start is not None and _steps(body, i, around)}
    return Counted(_limits(cond, starts, around), tuple(i for i, start in starts.items() if start == 0))


def _limits(
    cond: GraphRecord, starts: Mapping[int, int], around: Mapping[str, Imported]
) -> tuple[tuple[int, Value | int], ...] | None:
    limits: list[tuple[int, Value | int]] = []
    makers = {name: node for node in cond.nodes for name in node.outputs}
    pending = [cond.outputs[0]]
    for _ in range(_MAX_NODES):
        if not pending:
            return tuple(limits)
        node = makers.get(behind(pending.pop(), makers))
        if node is None or len(node.inputs) != 2:
            return None
        if node.op_type == "LogicalAnd":
            pending += node.inputs
            continue
        small, large = node.inputs if node.op_type == "Less" else node.inputs[::-1]
        position = _position(cond, behind(small, makers))
        limit = _limit(cond, behind(large, makers), around)
        if node.op_type not in ("Less", "Greater") or position not in starts or limit is None:
            return None
        limits.append((starts[position], limit))
    return None


def behind(name: str, makers: Mapping[str, NodeRecord]) -> str:
    """The tensor behind nodes that hand it on."""
    for _ in range(len(makers) + 1):
        node = makers.get(name)
        if node is None or node.op_type not in _PASSES:
            break
        name = node.inputs[0]
    return name


def _position(graph: GraphRecord, name: str) -> int:
    names = list(graph.inputs)
    return names.index(name) if name in names else -1


def _number(value: Imported) -> int | None:
    array = known_array(value) if isinstance(value, Value) else None
    whole = array is not None and array.shape == () and array.dtype.kind in "iu"
    return int(array.item()) if array is not None and whole else None


def _steps(body: GraphRecord, position: int, around: Mapping[str, Imported]) -> bool:
    """Whether each turn adds 1 to a carried value."""
    makers = {name: node for node in body.nodes for name in node.outputs}
    node = makers.get(behind(body.outputs[position + 1], makers))
    if node is None or node.op_type not in ("Add", "AddV2") or len(node.inputs) != 2:
        return False
    left, right = (behind(name, makers) for name in node.inputs)
    own = list(body.inputs)[position]
    step = right if left == own else left if right == own else ""
    stored, outer = body.initializers.get(step), around.get(step)
    if stored is not None:
        return bool(np.array_equal(stored.read("the step of a loop"), 1))
    return outer is not None and _number(outer) == 1


def _limit(cond: GraphRecord, name: str, around: Mapping[str, Imported]) -> Value | int | None:
    stored = cond.initializers.get(name)
    if stored is not None:
        array = stored.read("the limit of a loop")
        return int(array.item()) if array.shape == () and array.dtype.kind in "iu" else None
    value = around.get(name)
    return value if isinstance(value, Value) and value.type.rank == 0 and value.type.dtype.is_integer else None
