"""Linear index arithmetic: how much a dim grows with one of its symbols."""

from __future__ import annotations

from dldt.compiler.dims import Dim, Poly, Symbol, symbols


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
