"""The order in which a program touches its tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.task import Leaf, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Symbol


@attrs.frozen
class Moment:
    """One step in time: the tensors that are written and those that are read. ``leaf`` is the task, if it is a single
    one."""

    writes: tuple[Tensor, ...]
    reads: tuple[Tensor, ...]
    leaf: Leaf | None = None
    defines: tuple[Symbol, ...] = ()
    stages: tuple[MemoryStage, ...] = ()
    """The dims that become known, and the memory that is laid out then."""


def timeline(tasks: Sequence[Task]) -> list[Moment]:
    """Every moment in order: the blocks of a task one after the other, tasks that run in turns as one moment. Tensors
    from outside that the blocks of a task read stay alive until the task ends, whichever block runs."""
    return list(_moments(tasks))


def _moments(tasks: Sequence[Task]) -> Iterator[Moment]:
    for task in tasks:
        yield Moment(task.writes, task.reads, task.leaf, task.defines, task.stages)
        if not task.blocks or task.interleaved:
            continue
        inner = [moment for block in task.blocks for moment in _moments(block.tasks)]
        yield from inner
        made = {tensor.base for moment in inner for tensor in moment.writes}
        outer = tuple(t for moment in inner for t in moment.reads if t.base not in made)
        # No barrier precedes the first kernel of a block: a slow thread may read the condition while others already run
        # it.
        yield Moment((), (*task.reads, *outer))
