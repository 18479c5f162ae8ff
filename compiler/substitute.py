"""Dims with symbols replaced by numbers or other dims, in normal form again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dldt.compiler.dims import Atom, Dim, FloorDiv, Symbol, extremum, floordiv, polynomial, product, symbols
from dldt.compiler.errors import ShapeError
from dldt.compiler.named_sizes import named_sizes


def substitute(dim: Dim, values: Mapping[Any, Dim]) -> Dim:
    """``dim`` with symbols (or other atoms) replaced, in normal form again: in the definitions of sizes, too."""
    if isinstance(dim, int):
        return dim
    if dim.level:
        values = dict(values)
        for named in named_sizes(dim):
            changed = _in_one(named.definition, values)
            if changed != named.definition:
                values.setdefault(named, changed)
    return _in_one(dim, values)


def _in_one(dim: Dim, values: Mapping[Any, Dim]) -> Dim:
    if isinstance(dim, int):
        return dim
    kept = {m: c for m, c in dim.terms if all(isinstance(atom, Symbol) and atom not in values for atom in m)}
    result = polynomial(kept)
    for monomial, coefficient in dim.terms:
        if monomial not in kept:
            result = result + product(_substitute_atom(atom, values) for atom in monomial) * coefficient
    return result


def evaluate(dim: Dim, values: Mapping[Symbol, int]) -> int:
    """The int that ``dim`` is under ``values``; ShapeError where a symbol has no value."""
    result = substitute(dim, values)
    if isinstance(result, int):
        return result
    raise ShapeError(f"dimension {dim} has no value: {', '.join(sorted(map(str, symbols(result))))} not given")


def _substitute_atom(atom: Atom, values: Mapping[Any, Dim]) -> Dim:
    found = values.get(atom)
    if found is not None:
        return found
    if isinstance(atom, Symbol):
        return atom.dim
    if isinstance(atom, FloorDiv):
        return floordiv(_in_one(atom.numerator, values), _in_one(atom.denominator, values))
    return extremum(atom.kind, _in_one(atom.left, values), _in_one(atom.right, values))
