"""Arena planning: tensors that do not live at the same time share memory."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.intervals import Interval, live_intervals
from dldt.codegen.plan.place_in_turn import ALIGNMENT, place_in_turn
from dldt.codegen.plan.stages import defined_dims, plan_stages
from dldt.codegen.task.task import Program
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim

LARGE = 10 * 10**9
"""Bytes of an arena from which on the user is told."""

SLACK = 256
"""Bytes after the last tensor, so that a vector load that reads past its end stays inside the arena."""


@attrs.frozen
class Arena:
    """The memory of the tensors between kernels. ``size`` is in bytes (a dim where shapes are free). ``lower_bound`` is
    the largest live set plus the bytes after it, which no plan can go below; None where shapes are free. Tensors whose
    size is found while the model runs lie in ``slots`` buffers beside it."""

    size: Dim
    lower_bound: int | None
    slots: int = 0


def plan_arena(program: Program) -> Arena:
    """Place every tensor that has no place yet: in the arena, or in a slot where its size is found at run time."""
    intervals = live_intervals(program)
    found = [i for i in intervals if defined_dims(i.tensor.bytes)]
    fixed = [i for i in intervals if isinstance(i.tensor.bytes, int)]
    free = [i for i in intervals if not isinstance(i.tensor.bytes, int) and not defined_dims(i.tensor.bytes)]
    size = _place_fixed(fixed)
    end = place_in_turn(free, Place("arena", offset=size))
    bound = _largest_live_set(fixed) + SLACK if not free else None
    return Arena(end + SLACK, bound, plan_stages(program, found))


def arena_warning(arena: Arena, inputs: Iterable[Tensor]) -> list[str]:
    """A sentence where the arena is larger than most machines' memory, for the user."""
    size = arena.size
    if not isinstance(size, int) or size < LARGE:
        return []
    shapes = ", ".join(f"{t.name}[{','.join(map(str, t.type.shape))}]" for t in inputs)
    return [
        f"each run takes {size / 1e9:.1f} GB of memory between kernels, for inputs {shapes}: smaller ones take less"
    ]


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
