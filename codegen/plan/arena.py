"""Arena planning: tensors that do not live at the same time share memory."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.timeline import timeline
from dldt.codegen.task.task import Program
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim, ceildiv, maximum, minimum_of

ALIGNMENT = 64
SLACK = 256
"""Bytes after the last tensor, so that a vector load that reads past its end stays inside the arena."""


@attrs.define
class Interval:
    """The lifetime of a tensor: from the step that writes it to the last step that reads it."""

    tensor: Tensor
    first: int
    last: int


@attrs.frozen
class Arena:
    """The memory of the tensors between kernels. ``size`` is in bytes (a dim where shapes are free). ``lower_bound`` is
    the largest live set plus the bytes after it, which no plan can go below; None where shapes are free."""

    size: Dim
    lower_bound: int | None


def plan_arena(program: Program) -> Arena:
    """Place every tensor that has no place yet in the arena."""
    intervals = live_intervals(program)
    fixed = [i for i in intervals if isinstance(i.tensor.bytes, int)]
    free = [i for i in intervals if not isinstance(i.tensor.bytes, int)]
    size = _place_fixed(fixed)
    end = _place_free(free, size)
    bound = _largest_live_set(fixed) + SLACK if not free else None
    return Arena(end + SLACK, bound)


def live_intervals(program: Program) -> list[Interval]:
    """The lifetime of each tensor that needs a place."""
    found: dict[Tensor, Interval] = {}
    for step, moment in enumerate(timeline(program.tasks)):
        for tensor in (*moment.writes, *moment.reads):
            base = tensor.base
            if base.place is not None or base.constant is not None:
                continue
            interval = found.setdefault(base, Interval(base, step, step))
            interval.last = step
    return list(found.values())


def _place_fixed(intervals: list[Interval]) -> int:
    """Greedy, largest first: each tensor takes the lowest gap among the tensors that live at the same time."""
    placed: list[tuple[int, int, Interval]] = []
    end = 0
    for interval in sorted(intervals, key=lambda i: (-_size(i), i.first)):
        size = _size(interval)
        busy = sorted((s, e) for s, e, other in placed if other.first <= interval.last and interval.first <= other.last)
        offset = 0
        for start, stop in busy:
            if offset + size <= start:
                break
            offset = max(offset, stop)
        interval.tensor.place = Place("arena", offset=offset)
        placed.append((offset, offset + size, interval))
        end = max(end, offset + size)
    return end


def _place_free(intervals: list[Interval], start: Dim) -> Dim:
    """Tensors of free size share slots in order of time. A slot is as large as the largest tensor that it ever
    holds."""
    slots: list[tuple[Dim, int]] = []
    members: list[list[Tensor]] = []
    for interval in sorted(intervals, key=lambda i: (i.first, i.last)):
        size = ceildiv(interval.tensor.bytes, ALIGNMENT) * ALIGNMENT
        usable = [k for k, (_, last) in enumerate(slots) if last < interval.first]
        chosen = min(usable, key=lambda k: _waste(slots[k][0], size), default=None)
        if chosen is None:
            slots.append((size, interval.last))
            members.append([interval.tensor])
            continue
        slots[chosen] = (maximum(slots[chosen][0], size), interval.last)
        members[chosen].append(interval.tensor)
    offset = start
    for (size, _), tensors in zip(slots, members, strict=True):
        for tensor in tensors:
            tensor.place = Place("arena", offset=offset)
        offset = offset + size
    return offset


def _waste(slot: Dim, size: Dim) -> float:
    difference = slot - size
    if isinstance(difference, int):
        return abs(difference)
    low = minimum_of(difference)
    return 1e18 if low == float("-inf") else 1e15 + low


def _size(interval: Interval) -> int:
    size = interval.tensor.bytes
    assert isinstance(size, int)
    return -(-size // ALIGNMENT) * ALIGNMENT


def _largest_live_set(intervals: Iterable[Interval]) -> int:
    changes: dict[int, int] = {}
    for interval in intervals:
        changes[interval.first] = changes.get(interval.first, 0) + _size(interval)
        changes[interval.last + 1] = changes.get(interval.last + 1, 0) - _size(interval)
    live = best = 0
    for step in sorted(changes):
        live += changes[step]
        best = max(best, live)
    return best
