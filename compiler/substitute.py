"""Dims with symbols replaced by numbers or other dims, in normal form again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dldt.compiler.dims import Atom, Dim, FloorDiv, Symbol, extremum, floordiv, symbols
from dldt.compiler.errors import ShapeError


def substitute(dim: Dim, values: Mapping[Any, Dim]) -> Dim:
    """``dim`` with symbols (or other atoms) replaced, in normal form again."""
    if isinstance(dim, int):
        return dim
    result: Dim = 0
    for monomial, coefficient in dim.terms:
        part: Dim = coefficient
        for atom in monomial:
            part = part * _substitute_atom(atom, values)
        result = result + part
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
        return floordiv(substitute(atom.numerator, values), substitute(atom.denominator, values))
    return extremum(atom.kind, substitute(atom.left, values), substitute(atom.right, values))
