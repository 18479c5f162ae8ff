"""Division of sums of terms without a remainder in each. What the atoms of the terms are, only their texts tell."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

A = TypeVar("A", bound=Hashable)

_STEPS = 16
"""How many terms of the dividend a divisor of several terms is taken out of."""


def exact_part(
    a: Mapping[tuple[A, ...], int], b: Mapping[tuple[A, ...], int]
) -> tuple[dict[tuple[A, ...], int], dict[tuple[A, ...], int]]:
    """``(q, r)`` with ``a = q*b + r``: the terms of ``a`` that ``b`` divides, and the rest. A sum is the coefficient of
    each term; the empty term is the constant."""
    if len(b) > 1:
        return _by_several(a, b)
    ((divisor, scale),) = b.items()
    quotient: dict[tuple[A, ...], int] = {}
    rest: dict[tuple[A, ...], int] = {}
    for term, coefficient in a.items():
        left = _without(term, divisor)
        if left is not None and coefficient % scale == 0:
            quotient[left] = coefficient // scale
        elif not term and not divisor:
            quotient[term], rest[term] = divmod(coefficient, scale)
        else:
            rest[term] = coefficient
    return quotient, rest


def _without(term: tuple[A, ...], divisor: tuple[A, ...]) -> tuple[A, ...] | None:
    """``term`` without the atoms of ``divisor``, None where one of them is missing."""
    left = list(term)
    for atom in divisor:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _by_several(
    a: Mapping[tuple[A, ...], int], b: Mapping[tuple[A, ...], int]
) -> tuple[dict[tuple[A, ...], int], dict[tuple[A, ...], int]]:
    """Division by several terms: the leading term of ``b`` is taken out of ``a`` as long as it divides a term of it."""
    lead = max(b, key=lambda term: (len(term), tuple(map(str, term))))
    quotient: dict[tuple[A, ...], int] = {}
    rest = dict(a)
    for _ in range(_STEPS):
        found = _leading_quotient(rest, lead, b[lead])
        if found is None:
            break
        factor, times = found
        quotient[factor] = quotient.get(factor, 0) + times
        for term, coefficient in b.items():
            key = tuple(sorted(factor + term, key=str))
            rest[key] = rest.get(key, 0) - times * coefficient
        rest = {term: coefficient for term, coefficient in rest.items() if coefficient}
    return quotient, rest


def _leading_quotient(
    rest: Mapping[tuple[A, ...], int], lead: tuple[A, ...], scale: int
) -> tuple[tuple[A, ...], int] | None:
    """The first of the longest terms that ``lead`` divides, divided by it."""
    for term in sorted(rest, key=lambda t: (-len(t), tuple(map(str, t)))):
        left = _without(term, lead)
        if left is not None and rest[term] % scale == 0:
            return left, rest[term] // scale
    return None
