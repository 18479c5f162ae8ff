"""What is known at one place of a loop nest while its code is emitted."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.ir import Ir
from dldt.codegen.loop.ir import Expr
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Symbol


@attrs.frozen
class Lanes:
    """The vector axis: lane ``k`` stands for position ``base + k``."""

    axis: LoopVariable
    count: int
    base: Ir


@attrs.define
class Scope:
    """What is known at one place of the loop nest. ``mask``: the lanes that a guard leaves active. ``tail``: the lanes
    before the end of the axis. A tail matters only to memory that may not be over-read; a guard matters to every
    load."""

    symbols: dict[Symbol, Ir]
    lanes: Lanes | None = None
    mask: Ir | None = None
    tail: Ir | None = None
    accumulator: Ir | None = None
    cache: dict[Expr, Ir] = attrs.field(factory=dict)

    def inner(self, **changes: object) -> Scope:
        """A scope nested in this one: values cached in it are not visible outside."""
        fields = {"symbols": dict(self.symbols), "cache": dict(self.cache), **changes}
        return attrs.evolve(self, **fields)  # type: ignore[arg-type]  # the fields by name, of any type
