"""Arena planning: tensors that do not live at the same time share memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs

from dldt.codegen.llvm.place import Place
from dldt.codegen.task.task import Branch, Chain, Compute, Copy, Program, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim, ceildiv, maximum, minimum_of

ALIGNMENT = 64
SLACK = 256
"""Bytes after the last tensor: a vector load may run past its end."""


@attrs.define
class Interval:
    """The steps from the one that writes a tensor to the last that reads it."""

    tensor: Tensor
    first: int
    last: int


@attrs.frozen
class Arena:
    """``size`` in bytes (a dim where shapes are free). ``lower_bound``: the largest live set and the room behind it:
    no plan takes less; None where shapes are free."""

    size: Dim
    lower_bound: int | None


def plan_arena(program: Program) -> Arena:
    """Gives every tensor without a place one in the arena."""
    intervals = live_intervals(program)
    fixed = [i for i in intervals if isinstance(i.tensor.bytes, int)]
    free = [i for i in intervals if not isinstance(i.tensor.bytes, int)]
    size = _place_fixed(fixed)
    end = _place_free(free, size)
    bound = _largest_live_set(fixed) + SLACK if not free else None
    return Arena(end + SLACK, bound)


def live_intervals(program: Program) -> list[Interval]:
    """When each tensor that needs a place lives."""
    found: dict[Tensor, Interval] = {}
    for step, (written, read) in enumerate(_accesses(program)):
        for tensor in (*written, *read):
            base = tensor.base
            if base.place is not None or base.constant is not None:
                continue
            interval = found.setdefault(base, Interval(base, step, step))
            interval.last = step
    return list(found.values())


def steps_of(tasks: Sequence[Task]) -> Iterator[Task | None]:
    """Every task in order: a branch (when it begins), its sides one after the other, None when it ends."""
    for task in tasks:
        yield task
        if isinstance(task, Branch):
            yield from steps_of(task.then)
            yield from steps_of(task.otherwise)
            yield None


def _accesses(program: Program) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    """What each step writes and reads. What a branch reads from outside lives until its end, whichever side runs."""
    open_branches: list[Branch] = []
    for task in steps_of(program.tasks):
        if isinstance(task, Compute):
            yield [task.output], list(task.inputs.values())
        elif isinstance(task, Copy):
            yield [task.output], [task.source]
        elif isinstance(task, Chain):
            # Its first task still reads rows when its last one writes.
            yield [task.tasks[-1].output], [tensor for t in task.tasks for tensor in t.inputs.values()]
        elif isinstance(task, Branch):
            open_branches.append(task)
            yield [], [task.condition]
        else:
            branch = open_branches.pop()
            # No barrier stands before the first kernel of a side: some threads may read the condition that late.
            yield [], [branch.condition, *_read_within(branch)]


def _read_within(branch: Branch) -> list[Tensor]:
    """What the tasks of a branch read and none of them makes."""
    inner = [*steps_of(branch.then), *steps_of(branch.otherwise)]
    run = [t for task in inner for t in (task.tasks if isinstance(task, Chain) else [task])]
    made = {t.output.base for t in run if isinstance(t, Compute | Copy)}
    read = [t.source for t in run if isinstance(t, Copy)]
    read += [tensor for t in run if isinstance(t, Compute) for tensor in t.inputs.values()]
    return [tensor for tensor in read if tensor.base not in made]


def _place_fixed(intervals: list[Interval]) -> int:
    """Greedy by size: each tensor takes the lowest gap among those that live at the same time."""
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
    """Tensors of free size share slots in the order of time; a slot is as large as the largest tensor it ever holds."""
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
