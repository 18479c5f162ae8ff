"""Index arithmetic: how much a dim grows with one of its symbols, and whether it grows or falls all along."""

from __future__ import annotations

from dldt.compiler.dims import Atom, Dim, Extremum, FloorDiv, Poly, Symbol, symbols


def stride_of(dim: Dim, variable: Symbol) -> Dim | None:
    """The factor of ``variable`` in a dim that is linear in it (the factor may hold other symbols); None where the dim
    is not linear in it."""
    if isinstance(dim, int):
        return 0
    stride: Dim = 0
    for monomial, coefficient in dim.terms:
        own = [atom for atom in monomial if atom == variable]
        rest = tuple(atom for atom in monomial if atom not in own)
        if any(not isinstance(a, Symbol) and variable in symbols(Poly(terms=(((a,), 1),))) for a in rest):
            return None
        if len(own) > 1:
            return None
        if own:
            stride = stride + (Poly(terms=((rest, coefficient),)) if rest else coefficient)
    return stride


def is_monotone(dim: Dim, variable: Symbol) -> bool:
    """Whether a dim is known never to fall, or never to grow, as ``variable`` grows: then its extremes are at the ends
    of a range."""
    return _direction(dim, variable) is not None


def _direction(dim: Dim, variable: Symbol) -> int | None:
    """1 where the dim never falls, -1 where it never grows, 0 where it stays, None where this is not known."""
    if isinstance(dim, int) or variable not in symbols(dim):
        return 0
    found = {0}
    for monomial, coefficient in dim.terms:
        if not any(variable in symbols(Poly(terms=(((atom,), 1),))) for atom in monomial):
            continue
        way = _atom_direction(monomial[0], variable) if len(monomial) == 1 else None
        if way is None:
            return None
        found.add(way if coefficient > 0 else -way)
    return None if {1, -1} <= found else sum(found)


def _atom_direction(atom: Atom, variable: Symbol) -> int | None:
    if isinstance(atom, Symbol):
        return 1
    if isinstance(atom, FloorDiv):
        fixed = isinstance(atom.denominator, int) and atom.denominator > 0
        return _direction(atom.numerator, variable) if fixed else None
    if not isinstance(atom, Extremum) or atom.kind == "broadcast":
        return None
    left, right = _direction(atom.left, variable), _direction(atom.right, variable)
    if left is None or right is None or left * right < 0:
        return None
    return left or right
