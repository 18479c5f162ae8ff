"""Tasks: what is to be done, as a tree. A task reads and writes tensors, and may hold blocks of other tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import attrs

from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.step import Fork, ProgramStep
from dldt.codegen.llvm.versions_step import VersionsStep
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.memory_stage import MemoryStage
from dldt.codegen.task.region import Region
from dldt.codegen.task.size_range import SizeRange
from dldt.codegen.task.state_variable import StateVariable
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.condition import Condition
from dldt.compiler.dims import Symbol
from dldt.compiler.graph import Value


class Maker(Protocol):
    """What tasks need to become steps of the program."""

    def place(self, tensor: Tensor) -> Place:
        """Where a tensor lies."""

    def steps(self, tasks: Sequence[Task]) -> tuple[ProgramStep, ...]:
        """The steps of tasks that run one after the other."""

    def run(self, task: Leaf) -> list[ProgramStep]:
        """Calls of a task's kernels."""

    def row_tiles(self, task: RowTiles) -> list[ProgramStep]:
        """Calls that run in turns."""


@attrs.define(eq=False)
class Block:
    """Tasks that run one after the other when the task that holds them says so. ``carried`` maps each result of the
    block to the tensor of the holder that receives it."""

    tasks: list[Task]
    carried: tuple[tuple[Tensor, Tensor], ...] = ()


class Task:
    """Base of all tasks. It states all that a plan needs to know of a task, so that no plan asks for its class."""

    @property
    def name(self) -> str:
        """What the task does, for people."""
        raise NotImplementedError

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """The tensors that the task itself reads; those that its blocks read are not included."""
        raise NotImplementedError

    @property
    def writes(self) -> tuple[Tensor, ...]:
        """The tensors that the task itself writes; those that its blocks write are not included."""
        return ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks that the task holds."""
        return ()

    @property
    def decided(self) -> tuple[Block, ...]:
        """The blocks of which the plan of the model says how they are carried out."""
        return self.blocks

    @property
    def defines(self) -> tuple[Symbol, ...]:
        """The dims that the task itself finds; those that its blocks find are not included."""
        return ()

    @property
    def stages(self) -> tuple[MemoryStage, ...]:
        """The memory that is laid out when the task has found its dims."""
        return ()

    @property
    def interleaved(self) -> bool:
        """Whether the tasks of its block run in turns, each a part at a time, so that all their tensors live at
        once."""
        return False

    @property
    def region(self) -> Region | None:
        """The operations that the task carries out, if it is a region."""
        return None

    @property
    def leaf(self) -> Leaf | None:
        """The task itself if kernels carry it out; None if it holds blocks."""
        return None

    def steps(self, maker: Maker) -> list[ProgramStep]:
        """The steps of the program that carry out the task."""
        raise NotImplementedError


@attrs.define(eq=False)
class Leaf(Task):
    """A task that kernels carry out, which writes ``output``. ``chosen`` says how, part by part, once that is
    decided."""

    output: Tensor
    chosen: list[Chosen] = attrs.field(factory=list, init=False)

    @property
    def inputs(self) -> Mapping[Value, Tensor]:
        """The tensors that its region reads, by value."""
        return {}

    @property
    def writes(self) -> tuple[Tensor, ...]:
        """The output."""
        return (self.output,)

    @property
    def leaf(self) -> Leaf:
        """Itself."""
        return self

    def steps(self, maker: Maker) -> list[ProgramStep]:
        """See Task."""
        return maker.run(self)


@attrs.define(eq=False)
class Compute(Leaf):
    """Computes a region: ``output`` is its root."""

    operations: Region
    inputs: dict[Value, Tensor]

    @property
    def name(self) -> str:
        """The operations' types."""
        return self.operations.name

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """The inputs."""
        return tuple(self.inputs.values())

    @property
    def region(self) -> Region:
        """See Task."""
        return self.operations


@attrs.define(eq=False)
class Copy(Leaf):
    """Copies a tensor, and changes its layout or type where the two differ."""

    source: Tensor

    @property
    def name(self) -> str:
        """See Task."""
        return "Copy"

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """The source."""
        return (self.source,)


@attrs.define(eq=False)
class Branch(Task):
    """Runs one of two blocks by a boolean tensor."""

    condition: Tensor
    then: Block
    otherwise: Block

    @property
    def name(self) -> str:
        """See Task."""
        return "If"

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """The condition."""
        return (self.condition,)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """See Task."""
        return (self.then, self.otherwise)

    def steps(self, maker: Maker) -> list[ProgramStep]:
        """See Task."""
        then, otherwise = (maker.steps(block.tasks) for block in self.blocks)
        return [Fork(maker.place(self.condition), then, otherwise)]


@attrs.define(eq=False)
class RowTiles(Task):
    """Runs the leaves of a block in turns, one tile of image rows at a time. A turn makes ``tile`` units of the last
    leaf's work, and each leaf runs as far as the next one reads. The rows between two leaves never leave the thread
    that made them."""

    block: Block
    tile: int

    @property
    def name(self) -> str:
        """See Task."""
        return "Rows of " + ", ".join(task.name for task in self.block.tasks)

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """The tensors that its leaves read. All stay alive: the first leaf still reads rows while the last one
        writes."""
        return tuple(tensor for task in self.block.tasks for tensor in task.reads)

    @property
    def writes(self) -> tuple[Tensor, ...]:
        """The tensor that the last leaf writes; the others write line buffers."""
        return self.block.tasks[-1].writes

    @property
    def blocks(self) -> tuple[Block, ...]:
        """See Task."""
        return (self.block,)

    @property
    def interleaved(self) -> bool:
        """See Task."""
        return True

    @property
    def leaves(self) -> list[Leaf]:
        """The tasks of the block."""
        return [task.leaf for task in self.block.tasks if task.leaf is not None]

    def steps(self, maker: Maker) -> list[ProgramStep]:
        """See Task."""
        return maker.row_tiles(self)


@attrs.define(eq=False)
class BySize(Task):
    """Runs one of two blocks by sizes that are known when the model runs: ``then`` where all of ``where`` hold. Both
    blocks write the same tensor. ``otherwise`` says how the tasks are carried out; ``then`` is derived from it."""

    where: tuple[SizeRange, ...]
    then: Block
    otherwise: Block

    @property
    def name(self) -> str:
        """See Task."""
        return "By size: " + ", ".join(task.name for task in self.then.tasks)

    @property
    def reads(self) -> tuple[Tensor, ...]:
        """Nothing: its blocks read."""
        return ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """See Task."""
        return (self.then, self.otherwise)

    @property
    def decided(self) -> tuple[Block, ...]:
        """See Task."""
        return (self.otherwise,)

    def steps(self, maker: Maker) -> list[ProgramStep]:
        """See Task."""
        steps, others = maker.steps(self.then.tasks), maker.steps(self.otherwise.tasks)
        for sizes in self.where:
            below = [(0, others)] if sizes.least else []
            beyond = [] if sizes.end is None else [(sizes.end, others)]
            steps = (VersionsStep(sizes.dim, (*below, (sizes.least, steps), *beyond)),)
        return list(steps)


@attrs.frozen
class Program:
    """The tasks of a model with its input and output tensors."""

    tasks: list[Task]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    constants: tuple[Tensor, ...]
    states: tuple[StateVariable, ...] = ()
    """The variables, in the order of their words in the request's table."""
    conditions: tuple[Condition, ...] = ()
    """What is decided while the model runs."""
    slots: int = 0
    """The number of slots in which tensors lie before memory is planned: one for each that grows by itself."""

    def leaves(self) -> Iterator[Leaf]:
        """Every task that kernels carry out, in order."""
        yield from _leaves(self.tasks, lambda task: task.blocks)

    def decided(self) -> Iterator[Leaf]:
        """Those of which the plan of the model says how they are carried out, in order."""
        yield from _leaves(self.tasks, lambda task: task.decided)


def _leaves(tasks: Sequence[Task], blocks: Callable[[Task], Sequence[Block]]) -> Iterator[Leaf]:
    for task in tasks:
        if task.leaf is not None:
            yield task.leaf
        for block in blocks(task):
            yield from _leaves(block.tasks, blocks)


def found_dims(program: Program) -> list[Symbol]:
    """The dims that tasks find while the model runs, each once, in the order of the tasks."""
    return list(dict.fromkeys(_found(program.tasks)))


def _found(tasks: Sequence[Task]) -> Iterator[Symbol]:
    for task in tasks:
        yield from task.defines
        for block in task.blocks:
            yield from _found(block.tasks)
