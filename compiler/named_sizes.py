"""The sizes with names that a dim is made of: what must be evaluated before it, and what it is without them."""

from __future__ import annotations

from dldt.compiler.dims import Dim, NamedSize, Symbol, atoms, opened, parts_of

LONGEST = 2000
"""The longest expression that is written out."""


def written_symbols(dim: Dim) -> set[Symbol]:
    """The symbols whose values give that of ``dim``: those that it is written with, named sizes among them."""
    if isinstance(dim, int):
        return set()
    found: set[Symbol] = set()
    for atom in {atom for monomial, _ in dim.terms for atom in monomial}:
        found |= {atom} if isinstance(atom, Symbol) else set()
        for part in parts_of(atom):
            found |= written_symbols(part)
    return found


def named_sizes(dim: Dim) -> list[NamedSize]:
    """The named sizes that ``dim`` depends on, each behind those that it is made of."""
    if isinstance(dim, int) or not dim.level:
        return []
    return sorted((atom for atom in atoms(dim) if isinstance(atom, NamedSize)), key=lambda s: (s.level, s.name))


def written_out(dim: Dim) -> Dim:
    """The dim without named sizes among its summands, as far as that is not too long."""
    while not isinstance(dim, int) and dim.weight <= LONGEST:
        before, dim = dim, opened(dim)
        if dim is before:
            break
    return dim
