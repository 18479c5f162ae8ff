"""Positions that are read from data."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.codegen.loop.ir import Bind, Expr
from dldt.codegen.loop.lower.access import apply, cast, cast_dim, guard, number
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Dim
from dldt.compiler.types import DType


@attrs.frozen
class Binder:
    """Makes the ``Bind`` expressions for one use of a rule. Equal values get one variable, so that equal elements are
    equal expressions. ``negative`` and ``outside`` say which positions may occur."""

    fresh: Fresh
    negative: bool = True
    outside: bool = True
    _variables: dict[tuple[Expr, Dim], LoopVariable] = attrs.field(factory=dict, init=False, repr=False)

    def at(self, value: Expr, extent: Dim, body: Callable[[Dim], Expr], otherwise: Expr) -> Expr:
        """``body`` at position ``value`` of ``extent``; a negative position counts from the end. Outside the extent it
        is ``otherwise``, so that no data can make a kernel read there."""
        wide = cast(value, DType.i64)
        if self.negative:
            below = apply("lt", wide, number(DType.i64, 0), dtype=DType.boolean)
            wide = apply("select", below, apply("add", wide, cast_dim(extent)), wide, dtype=DType.i64)
        bound = self.exactly(wide, extent, body)
        if not self.outside:
            return bound
        low = apply("ge", wide, number(DType.i64, 0), dtype=DType.boolean)
        high = apply("lt", wide, cast_dim(extent), dtype=DType.boolean)
        return guard(apply("and", low, high), bound, otherwise)

    def exactly(self, value: Expr, extent: Dim, body: Callable[[Dim], Expr]) -> Expr:
        """``body`` at position ``value``, which lies in ``[0, extent)``."""
        return self.within(value, 0, extent - 1, body)

    def within(self, value: Expr, lowest: int, highest: Dim, body: Callable[[Dim], Expr]) -> Expr:
        """``body`` at position ``value``, which lies in ``[lowest, highest]``."""
        variable = self._variables.get((value, highest))
        if variable is None:
            variable = self._variables[value, highest] = self.fresh.variable("at")
        return Bind(variable, value, body(variable.within(lowest, highest)))
