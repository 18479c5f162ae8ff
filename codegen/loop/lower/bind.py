"""Positions that are computed from data."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import attrs

from dldt.codegen.loop.ir import Bind, Expr
from dldt.codegen.loop.lower.access import apply, cast, cast_dim, guard, number
from dldt.compiler.dims import Dim, symbol
from dldt.compiler.types import DType

_serial = itertools.count()


@attrs.frozen
class Binder:
    """Makes the ``Bind`` expressions of one application of a rule: equal values get equal names, so that equal
    elements are equal expressions. ``negative`` and ``outside`` say which positions may occur."""

    negative: bool = True
    outside: bool = True
    _names: dict[tuple[Expr, Dim], str] = attrs.field(factory=dict, init=False, repr=False)

    def at(self, value: Expr, extent: Dim, body: Callable[[Dim], Expr], otherwise: Expr) -> Expr:
        """``body`` at position ``value`` of ``extent``, a negative one counted from the end; ``otherwise`` where it is
        outside, so that no data can make a kernel read there."""
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
        name = self._names.setdefault((value, highest), f"at{next(_serial)}")
        return Bind(name, value, body(symbol(name, lowest, highest)))
