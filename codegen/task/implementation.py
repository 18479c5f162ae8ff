"""How a task is carried out, as data: chosen once, and read by every later step."""

from __future__ import annotations

from typing import Any, Protocol

import attrs

from dldt.codegen.llvm.arithmetic import F32, Arithmetic
from dldt.codegen.loop.reach import Reach
from dldt.codegen.loop.schedule import Schedule
from dldt.codegen.task.cost import Cost
from dldt.codegen.task.packing import Packing
from dldt.codegen.task.size_range import SizeRange


@attrs.frozen
class Rows:
    """The order of a kernel's range: over images, then ``blocks`` channel blocks, then units of ``made`` output rows,
    each unit ``positions`` long. A unit reads the input rows at ``reach``."""

    positions: int
    reach: Reach
    made: int = 1
    blocks: int = 1


@attrs.frozen
class Implementation:
    """One way to carry out a part of a task. Together with the problem that it solves, it determines the kernel's code.

    ``family``: the kernel family that emits the code. ``algorithm``: its name, for people. ``tile``: the family's own
    record of sizes (a register tile, a Winograd plan, None for loops). ``schedule``: the order and vectorisation of its
    loops.
    """

    family: str
    algorithm: str
    tile: Any = None
    schedule: Schedule = ()
    arithmetic: Arithmetic = F32
    """The types in which a contraction multiplies and sums, and in which its weights are stored."""
    rows: Rows | None = None
    """How the range runs over the output's rows; None for a kernel that does not run row by row."""


class Part(Protocol):
    """What a task asks of a family: the whole task, or a part of it. ``problem`` states it as data."""

    @property
    def problem(self) -> Any:
        """Sizes and places in memory, but not how to compute."""


@attrs.frozen
class Chosen:
    """A part of a task and the implementation chosen for it.

    ``key``: what the choice was made by, as text (None where there was nothing to choose, or sizes are not known).
    ``measured``: whether a measurement made the choice. ``remark``: a note for the user. ``in_rows``: the
    implementation that runs row by row, where there is one. ``cost``: what the implementation is estimated to cost.
    ``packing``: the weights as the artifact keeps them for it, None where there are none. ``sizes``: the runs in which
    it is taken, where another implementation is better for other sizes; None where it always is.
    """

    part: Part
    implementation: Implementation
    key: str | None = None
    measured: bool = False
    remark: str = ""
    in_rows: Implementation | None = None
    cost: Cost = attrs.field(factory=Cost)
    packing: Packing | None = None
    sizes: SizeRange | None = None
