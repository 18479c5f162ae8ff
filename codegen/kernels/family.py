"""A kernel family: tasks of one kind, and the ways to carry them out."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import attrs

from dldt.codegen.kernels.fusion import Fusion
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array


@attrs.frozen
class Estimate:
    """An implementation with its estimated cost in cycles of one core; what the user is to be told if it is taken.
    ``kind`` and ``shape`` tell apart what is worth a trial beside others: other algorithms, other register tiles."""

    cycles: float
    implementation: Implementation
    remark: str = ""
    kind: Hashable = ""
    shape: tuple[int, ...] = ()


class Family:
    """Base of all families. A task belongs to the first family of ``FAMILIES`` that matches it; of that family and its
    rivals the cheapest carries it out. Before there are tasks, the views say what a family can read and write, so that
    what makes regions and layouts knows no emitter.

    A family is added by a folder with one of these, and a line in ``FAMILIES``.
    """

    name: str
    rival_of: str | None = None
    """The family whose parts it solves another way; it takes no tasks of its own then."""
    blocks: bool = False
    """Whether it reads its data and writes its result in channel blocks."""
    rows: bool = False
    """Whether its operands must lie in C order."""
    exact: bool = False
    """Whether its operands must have the types of the graph."""
    states: bool = False
    """Whether its results are states that it reads again: they are stored in the type of the graph."""

    records: tuple[type, ...] = ()
    """The classes of its own that its implementations are made of: plans are read and written by them."""

    # ---- views: what nodes it carries out, and what it reads and writes without a copy -----------------------------

    def anchors(self, node: Node) -> bool:
        """Whether a region of the family is built round the node: a contraction of its kind."""
        return False

    def reads_through(self, value: Value, node: Node, fusion: Fusion) -> bool:
        """Whether ``value``, which ``node`` reads, need not be made: the family reads what it is made of as well."""
        return False

    def writes_through(self, value: Value, move: Node, fusion: Fusion) -> bool:
        """Whether ``value``, a result of the family, can be stored where ``move``, which reads it, puts it."""
        return False

    def reads_gaps(self, node: Node) -> bool:
        """Whether the data of ``node`` may have gaps between rows."""
        return False

    def writes_parts(self, node: Node) -> bool:
        """Whether the result of ``node`` is written part by part, so that it must lie in memory."""
        return False

    # ---- choice and code --------------------------------------------------------------------------------------------

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """The parts of a task of the family's kind; None where it is of another, or the family cannot do it."""
        raise NotImplementedError

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """The implementation that is estimated to be fastest; None where the family cannot carry the part out."""
        raise NotImplementedError

    def candidates(self, part: Part, on: Setting) -> Iterator[Estimate]:
        """Every implementation worth a trial, the best among them."""
        best = self.best(part, on)
        if best is not None:
            yield best

    def can(self, part: Part, on: Setting) -> bool:
        """Whether the family can carry the part out, fast or not."""
        return self.best(part, on) is not None

    def key(self, part: Part, on: Setting, rivals: Sequence[str] = ()) -> str | None:
        """What a measured choice is remembered by: the problem and what may answer it, the same text in every process.
        None where there is nothing to measure, or sizes are not known. ``rivals``: the names of the other families
        that can carry the part out."""
        return None

    def in_rows(self, task: Leaf, part: Part, on: Setting) -> Estimate | None:
        """How the part would be carried out row by row; None where it cannot be."""
        return None

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """The kernels that carry out a part: mostly one."""
        raise NotImplementedError

    def reference(self, problem: Any, *operands: Array) -> Array:
        """What the kernels compute, in numpy and double precision: the tests' oracle."""
        raise NotImplementedError
