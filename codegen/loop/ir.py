"""The loop IR: what a kernel computes, without tiles, vectors or threads.

An element is an expression over loop axes. A ``Nest`` stores it at every point of its axes. Index arithmetic uses the
same polynomials as shapes (``compiler/dims.py``).
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from typing import TypeAlias

import attrs

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Dim, Poly, Symbol
from dldt.compiler.named_sizes import written_symbols
from dldt.compiler.types import DType

Index: TypeAlias = tuple[Dim, ...]


@attrs.frozen
class Axis:
    """A loop: ``variable`` runs over ``[lower, upper)``."""

    variable: LoopVariable
    upper: Dim
    lower: Dim = 0

    @property
    def symbol(self) -> Poly:
        """The variable as an index, with its bounds known to the arithmetic."""
        low = self.lower if isinstance(self.lower, int) else 0
        return self.variable.within(low, self.upper - 1)

    @property
    def extent(self) -> Dim:
        """The number of iterations."""
        return self.upper - self.lower


@attrs.frozen(cache_hash=True)
class Number:
    """A constant."""

    dtype: DType
    value: float


@attrs.frozen(cache_hash=True)
class Position:
    """An index as a number: ``Position(i, i64)`` is the value of ``i``."""

    dim: Dim
    dtype: DType


@attrs.frozen(cache_hash=True)
class Load:
    """The element of ``buffer`` at a logical index."""

    buffer: Buffer
    index: Index

    @property
    def dtype(self) -> DType:
        """The buffer's element type."""
        return self.buffer.dtype


@attrs.frozen(cache_hash=True)
class Apply:
    """A primitive on elements: ``add``, ``exp``, ``lt``, ``cast``, ``select`` …; ``dtype`` is the result's."""

    name: str
    arguments: tuple[Expr, ...]
    dtype: DType


@attrs.frozen(cache_hash=True)
class Inside:
    """``lower <= dim < upper`` as a boolean."""

    dim: Dim
    lower: Dim
    upper: Dim

    @property
    def dtype(self) -> DType:
        """Boolean."""
        return DType.boolean


@attrs.frozen(cache_hash=True)
class Guard:
    """``then`` where the condition holds, else ``otherwise``. Only the loads of the chosen side are made, so that the
    index of the other side may be outside its buffer."""

    condition: Expr
    then: Expr
    otherwise: Expr

    @property
    def dtype(self) -> DType:
        """The sides' element type."""
        return self.then.dtype


@attrs.frozen(cache_hash=True)
class Reduce:
    """``kind`` (sum, prod, max, min, and, or) of ``body`` over ``axes``."""

    kind: str
    axes: tuple[Axis, ...]
    body: Expr

    @property
    def dtype(self) -> DType:
        """The body's element type."""
        return self.body.dtype


@attrs.frozen(cache_hash=True)
class Bind:
    """``body``, with ``variable`` bound to an integer that is computed from data (an index read from a tensor)."""

    variable: LoopVariable
    value: Expr
    body: Expr

    @property
    def dtype(self) -> DType:
        """The body's element type."""
        return self.body.dtype


@attrs.frozen(cache_hash=True)
class Accumulator:
    """The sum that a micro-kernel has computed for the current output position: a leaf of the epilogue's expression."""

    dtype: DType


Expr: TypeAlias = Number | Position | Load | Apply | Inside | Guard | Reduce | Bind | Accumulator


@attrs.frozen
class Nest:
    """``for axes: buffer[index] = value``."""

    axes: tuple[Axis, ...]
    buffer: Buffer
    index: Index
    value: Expr


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct operands."""
    if isinstance(expr, Apply):
        return expr.arguments
    if isinstance(expr, Guard):
        return (expr.condition, expr.then, expr.otherwise)
    if isinstance(expr, Reduce):
        return (expr.body,)
    if isinstance(expr, Bind):
        return (expr.value, expr.body)
    return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """Every distinct sub-expression, starting with the expression itself."""
    seen: set[Expr] = set()
    pending: list[Expr] = [expr]
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        yield current
        pending += children(current)


def loads(expr: Expr) -> list[Load]:
    """Every load in the expression."""
    return [e for e in walk(expr) if isinstance(e, Load)]


def steady_loads(expr: Expr, varying: Collection[Symbol]) -> list[Load]:
    """The loads whose place depends neither on the variables in ``varying`` nor on one that is bound in ``expr``."""
    inside: set[Symbol] = set(varying)
    for sub in walk(expr):
        if isinstance(sub, Bind):
            inside.add(sub.variable)
        if isinstance(sub, Reduce):
            inside |= {axis.variable for axis in sub.axes}
    return [load for load in loads(expr) if not free_symbols(load) & inside]


def dims_of(expr: Expr) -> list[Dim]:
    """The index dims that the node itself mentions, without those of its operands."""
    if isinstance(expr, Load):
        return list(expr.index)
    if isinstance(expr, Position):
        return [expr.dim]
    if isinstance(expr, Inside):
        return [expr.dim, expr.lower, expr.upper]
    if isinstance(expr, Reduce):
        return [d for axis in expr.axes for d in (axis.lower, axis.upper)]
    return []


@functools.lru_cache(maxsize=1 << 16)
def free_symbols(expr: Expr) -> frozenset[Symbol]:
    """The symbols that an expression depends on: axes of enclosing loops and run-time dims, but not its own reduction
    axes."""
    found: set[Symbol] = set()
    for dim in dims_of(expr):
        found |= written_symbols(dim)
    for child in children(expr):
        found |= free_symbols(child)
    if isinstance(expr, Reduce):
        found -= {axis.variable for axis in expr.axes}
    if isinstance(expr, Bind):
        found -= {expr.variable}
    return frozenset(found)


__all__ = [
    "Accumulator",
    "Apply",
    "Axis",
    "Bind",
    "Expr",
    "Guard",
    "Index",
    "Inside",
    "Load",
    "Nest",
    "Number",
    "Position",
    "Reduce",
    "Symbol",
    "children",
    "dims_of",
    "free_symbols",
    "loads",
    "walk",
]
