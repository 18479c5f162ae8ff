"""The order in which a program touches its tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from dldt.codegen.task.task import Leaf, Task
from dldt.codegen.task.tensor import Tensor


@attrs.frozen
class Moment:
    """One step in time: what is written and what is read. ``leaf``: the task that does it, where it is one alone."""

    writes: tuple[Tensor, ...]
    reads: tuple[Tensor, ...]
    leaf: Leaf | None = None


def timeline(tasks: Sequence[Task]) -> list[Moment]:
    """Every moment in order: blocks one after the other, what runs in turns as one. What the blocks of a task read
    from outside lives until the task ends, whichever of them runs."""
    return list(_moments(tasks))


def _moments(tasks: Sequence[Task]) -> Iterator[Moment]:
    for task in tasks:
        yield Moment(task.writes, task.reads, task.leaf)
        if not task.blocks or task.interleaved:
            continue
        inner = [moment for block in task.blocks for moment in _moments(block.tasks)]
        yield from inner
        made = {tensor.base for moment in inner for tensor in moment.writes}
        outer = tuple(t for moment in inner for t in moment.reads if t.base not in made)
        # No barrier stands before the first kernel of a block: some threads may read the condition that late.
        yield Moment((), (*task.reads, *outer))
