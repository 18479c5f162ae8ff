"""How large a dim is, as a float: where integers overflow, it is still about right."""

from __future__ import annotations

from collections.abc import Callable

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.compiler.dims import Atom, Dim, Extremum, Symbol
from dldt.compiler.named_sizes import named_sizes


def magnitude(b: Builder, dim: Dim, value: Callable[[Symbol], Ir]) -> Ir:
    """The dim in double precision, its quotients not rounded down. ``value`` gives a symbol as an i64."""
    made: dict[Symbol, Ir] = {}

    def known(symbol: Symbol) -> Ir:
        if symbol not in made:
            made[symbol] = b.convert(value(symbol), "double")
        return made[symbol]

    for named in named_sizes(dim):
        made[named] = _sum(b, named.definition, known)
    return _sum(b, dim, known)


def _sum(b: Builder, dim: Dim, value: Callable[[Symbol], Ir]) -> Ir:
    if isinstance(dim, int):
        return b.const("double", float(dim))
    total = b.const("double", 0.0)
    for monomial, coefficient in dim.terms:
        term = b.const("double", float(coefficient))
        for atom in monomial:
            term = b.mul(term, _atom(b, atom, value))
        total = b.add(total, term)
    return total


def _atom(b: Builder, atom: Atom, value: Callable[[Symbol], Ir]) -> Ir:
    if isinstance(atom, Symbol):
        return value(atom)
    if isinstance(atom, Extremum):
        left, right = (_sum(b, side, value) for side in (atom.left, atom.right))
        smaller = b.compare("lt", left, right)
        return b.select(smaller, left, right) if atom.kind == "min" else b.select(smaller, right, left)
    return b.fdiv(_sum(b, atom.numerator, value), _sum(b, atom.denominator, value))
