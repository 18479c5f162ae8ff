"""A kernel family: one kind of task, and the ways to carry it out."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import attrs

from dldt.codegen.kernels.fusion import Fusion
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.task.cost import Cost
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.packing import Packing
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import Dim
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array


@attrs.frozen
class Estimate:
    """An implementation with its estimated cost in cycles of one core, and a remark for the user if it is chosen.
    ``kind`` and ``shape`` tell which estimates are different enough to be measured side by side: other algorithms,
    other register tiles. ``packing``: the weights as the artifact would keep them. ``passed``: bytes written to scratch
    memory and read again."""

    cycles: float
    implementation: Implementation
    remark: str = ""
    kind: Hashable = ""
    shape: tuple[int, ...] = ()
    packing: Packing | None = None
    passed: Dim = 0

    def cost(self, operands: Dim = 0) -> Cost:
        """The cost where the operands are of so many bytes."""
        size = 0 if self.packing is None else self.packing.size
        moved = operands + self.passed + size
        return Cost(self.cycles, size, moved if isinstance(moved, int) else None)


class Family:
    """Base of all families. A task belongs to the first family of ``FAMILIES`` that matches it. Among that family and
    its rivals, the cheapest carries the task out. Before there are tasks, the views tell what a family can read and
    write, so that the passes that make regions and layouts know no emitter.

    To add a family, add a folder with a subclass of this one, and a line in ``FAMILIES``.
    """

    name: str
    rival_of: str | None = None
    """The family of which it is a rival: it carries out that family's parts in another way, and takes no tasks of its
    own."""
    blocks: bool = False
    """Whether it reads its data and writes its result in channel blocks."""
    rows: bool = False
    """Whether its operands must lie in C order."""
    exact: bool = False
    """Whether its operands must be stored in the types of the graph."""
    final: bool = False
    """Whether its results are written as they are: no operation that follows is computed with them."""
    states: bool = False
    """Whether its results are states that it reads again, which are therefore stored in the graph's type."""

    records: tuple[type, ...] = ()
    """The family's own classes that its implementations contain; plans are written and read with them."""

    # ---- views: the nodes that it carries out, and what it reads and writes without a copy --------------------------

    def anchors(self, node: Node) -> bool:
        """Whether the family builds a region around the node: the node is a contraction of its kind."""
        return False

    def reads_through(self, value: Value, node: Node, fusion: Fusion) -> bool:
        """Whether ``value``, an input of ``node``, need not be computed, because the family can read its source
        instead."""
        return False

    def writes_through(self, value: Value, move: Node, fusion: Fusion) -> bool:
        """Whether the family can store its result ``value`` directly where ``move``, which reads it, would put it."""
        return False

    def reads_gaps(self, node: Node) -> bool:
        """Whether the data of ``node`` may have gaps between rows."""
        return False

    def wants_blocks(self, node: Node) -> bool:
        """Whether the data of ``node`` are copied to channel blocks first, where they lie in C order."""
        return False

    def writes_parts(self, node: Node) -> bool:
        """Whether the result of ``node`` is written part by part, and therefore must be stored in memory."""
        return False

    # ---- choice and code --------------------------------------------------------------------------------------------

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """The parts of a task; None where the task is not of the family's kind, or the family cannot carry it out."""
        raise NotImplementedError

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """The implementation estimated to be fastest; None where the family cannot carry the part out."""
        raise NotImplementedError

    def options(self, part: Part, on: Setting) -> Sequence[Estimate]:
        """The implementations to choose from: the one estimated to be fastest, and slower ones whose weights are
        smaller. Empty where the family cannot carry the part out."""
        best = self.best(part, on)
        return () if best is None else (best,)

    def dims(self, part: Part) -> Sequence[Dim]:
        """The sizes of a part that decide which implementation is best, where they are not known. Its time grows with
        their product. Empty where they are known, or one implementation is good for all."""
        return ()

    def cycles(self, part: Part, made: Implementation, on: Setting) -> float:
        """The estimated cycles of an implementation, for sizes as the setting assumes them. Asked where there are
        ``dims``."""
        raise NotImplementedError

    def candidates(self, part: Part, on: Setting) -> Iterator[Estimate]:
        """Every implementation that is worth measuring, the best estimate among them."""
        best = self.best(part, on)
        if best is not None:
            yield best

    def can(self, part: Part, on: Setting) -> bool:
        """Whether the family can carry the part out, however slowly."""
        return self.best(part, on) is not None

    def key(self, part: Part, on: Setting, rivals: Sequence[str] = ()) -> str | None:
        """The key of a measured choice: the problem and the possible answers, as text that is the same in every
        process. None where there is nothing to measure, or sizes are not known. ``rivals`` names the other families
        that can carry the part out."""
        return None

    def in_rows(self, task: Leaf, part: Part, on: Setting) -> Estimate | None:
        """The implementation that carries the part out row by row; None where there is none."""
        return None

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """The kernels that carry out a part: usually one."""
        raise NotImplementedError

    def reference(self, problem: Any, *operands: Array) -> Array:
        """What the kernels compute, in numpy and double precision: the reference that tests compare with."""
        raise NotImplementedError
