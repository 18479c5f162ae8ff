"""Places in buffers become arguments of a kernel, and buffers are numbered: kernels that differ in these alone share
one function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Apply, Bind, Expr, Guard, Index, Load, Nest, Reduce, loads
from dldt.codegen.loop.variable import LoopVariable
from dldt.compiler.dims import Atom, Dim, Poly, Symbol, symbols


@attrs.frozen
class Rebased:
    """A nest on ``buffers``, which have names of its own. Their pointers stand ``shifts`` elements behind the start."""

    nest: Nest
    buffers: tuple[Buffer, ...]
    shifts: tuple[Dim, ...]


def rebase(nest: Nest, buffers: Sequence[Buffer]) -> Rebased:
    """Take what no loop changes out of the index of each buffer: the part of the first place that the nest mentions.

    ::

        for i: out[40 + i] = exp(a[8*N + i])     →     for i: out[i] = exp(a[i]), with out at 40 and a at 8*N
    """
    origins: dict[Buffer, Index] = {nest.buffer: _origin(nest.buffer, nest.index)}
    for load in loads(nest.value):
        if load.buffer not in origins:
            origins[load.buffer] = _origin(load.buffer, load.index)
    names = {b: b if b == nest.buffer else attrs.evolve(b, name=f"a{k}") for k, b in enumerate(buffers)}
    index, value = _less(nest.index, origins[nest.buffer]), _rebased(nest.value, origins, names)
    shifts = tuple(buffer.offset(origins[buffer]) if any(origins[buffer]) else 0 for buffer in buffers)
    return Rebased(Nest(nest.axes, nest.buffer, index, value), tuple(names.values()), shifts)


def _origin(buffer: Buffer, index: Index) -> Index:
    """What no loop changes of an index. Within channel blocks, the channel stays: its place is no multiple of it."""
    if buffer.layout.rows:
        return (0,) * len(index)
    return tuple(0 if buffer.layout.block and axis == 1 else _fixed(dim) for axis, dim in enumerate(index))


def _fixed(dim: Dim) -> Dim:
    """The terms without loop variables; 0 where they are a negative number, as before padding."""
    if isinstance(dim, int):
        return max(dim, 0)
    terms = tuple((monomial, coefficient) for monomial, coefficient in dim.terms if not _moves(monomial))
    if all(monomial == () for monomial, _ in terms):
        return max(sum(coefficient for _, coefficient in terms), 0)
    return Poly(terms=terms)


def _moves(monomial: tuple[Atom, ...]) -> bool:
    if all(isinstance(atom, Symbol) for atom in monomial):
        return any(isinstance(atom, LoopVariable) for atom in monomial)
    return any(isinstance(found, LoopVariable) for found in symbols(Poly(terms=((monomial, 1),))))


def _less(index: Index, origin: Index) -> Index:
    return tuple(dim - part for dim, part in zip(index, origin, strict=True)) if any(origin) else index


def _rebased(expr: Expr, origins: Mapping[Buffer, Index], names: Mapping[Buffer, Buffer]) -> Expr:
    memo: dict[int, Expr] = {}

    def visit(e: Expr) -> Expr:
        made = memo.get(id(e))
        if made is None:
            made = memo[id(e)] = build(e)
        return made

    def build(e: Expr) -> Expr:
        if isinstance(e, Load):
            return Load(names[e.buffer], _less(e.index, origins[e.buffer]))
        if isinstance(e, Apply):
            return Apply(e.name, tuple(visit(a) for a in e.arguments), e.dtype)
        if isinstance(e, Guard):
            return Guard(visit(e.condition), visit(e.then), visit(e.otherwise))
        if isinstance(e, Reduce):
            return Reduce(e.kind, e.axes, visit(e.body))
        if isinstance(e, Bind):
            return Bind(e.variable, visit(e.value), visit(e.body))
        return e

    return visit(expr)
