"""How a task is carried out, as data: what was chosen, once, and what everything after the choice reads."""

from __future__ import annotations

from typing import Any, Protocol

import attrs

from dldt.codegen.llvm.arithmetic import F32, Arithmetic
from dldt.codegen.loop.reach import Reach
from dldt.codegen.loop.schedule import Schedule


@attrs.frozen
class Rows:
    """A kernel's range runs over images, then ``blocks`` channel blocks, then units of ``made`` output rows: so many
    ``positions`` each. A unit is made of the input rows at ``reach``."""

    positions: int
    reach: Reach
    made: int = 1
    blocks: int = 1


@attrs.frozen
class Implementation:
    """``family``: who emits the code. ``algorithm``: its name, for people. ``tile``: the family's own record of sizes
    (a register tile, a plan of Winograd's, None for loops). ``schedule``: in which order, and by which vectors, its
    loops go. Everything that decides a kernel's code is in it and in the problem that it solves."""

    family: str
    algorithm: str
    tile: Any = None
    schedule: Schedule = ()
    arithmetic: Arithmetic = F32
    """In which types a contraction multiplies and sums, and how its weights are stored."""
    rows: Rows | None = None
    """How the range runs over the output's rows, where the kernel keeps to them."""


class Part(Protocol):
    """What a task asks of a family: the whole task, or a part of it. ``problem`` is the question as data."""

    @property
    def problem(self) -> Any:
        """Sizes and places in memory, without how."""


@attrs.frozen
class Chosen:
    """A part of a task and how it is carried out. ``key``: what the choice was made by, as text (None where there was
    nothing to choose, or sizes are not known); ``measured``: whether a measurement made it; ``remark``: what the user
    is to be told of it. ``in_rows``: how it would be carried out row by row, where that is possible."""

    part: Part
    implementation: Implementation
    key: str | None = None
    measured: bool = False
    remark: str = ""
    in_rows: Implementation | None = None
