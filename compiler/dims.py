"""Dimensions: ints, or integer polynomials over symbols, floor quotients and extrema.

One normal form serves shapes (``N*2048``, ``(H+1)//2``) and the index arithmetic of the code generator: equal
polynomials compare equal, and ``(16*b + i)//16`` is ``b`` where ``i`` is known to lie in ``[0, 16)``.

Symbols are of kinds, which are types: a user's dim (``FreeDim``), a dim that a kernel finds (``DefinedDim``), and in
the code generator a loop's variable. Symbols of two kinds are never equal, and have different texts. So a text names
one dim, and terms, which are ordered by their texts, have one order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import attrs

from dldt.compiler.bounds import Bounds
from dldt.compiler.errors import ShapeError, UndecidedShapeError
from dldt.compiler.spelling import spelling

Dim: TypeAlias = "int | Poly"
Monomial: TypeAlias = "tuple[Atom, ...]"

MAX_COEFFICIENT = 2**63
MAX_WEIGHT = 2000
MAX_DEPTH = 60
MAX_DEGREE = 32
MAX_SPLITS = 3
MAX_SPLIT_WEIGHT = 64
_COMPLICATED = "a dimension's expression grows too complicated; fix the model's input shapes"


@attrs.frozen(cache_hash=True)
class Symbol:
    """An unknown whole number with inclusive bounds; ``upper`` None means unbounded. What it stands for is its type."""

    name: str
    lower: int = attrs.field(default=1, eq=False)
    upper: Dim | None = attrs.field(default=None, eq=False)
    text: str = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "text", self._spelled())

    def _spelled(self) -> str:
        """The symbol's text, which no symbol of another kind has."""
        raise NotImplementedError(f"a symbol of no kind: {self.name}")

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    @property
    def dim(self) -> Poly:
        """The dim that is this symbol."""
        return Poly(terms=(((self,), 1),))


@attrs.frozen(cache_hash=True, repr=False)
class FreeDim(Symbol):
    """A dim of the user's, known when the model starts: at least 1. He may give it any name; see ``spelling``."""

    def _spelled(self) -> str:
        return spelling(self.name)


@attrs.frozen(cache_hash=True, repr=False)
class DefinedDim(Symbol):
    """A dim that a kernel finds while the model runs, such as how many elements are not zero."""

    def _spelled(self) -> str:
        return f"{spelling(self.name)}?"


@attrs.frozen(cache_hash=True)
class FloorDiv:
    """``numerator // denominator``, rounded towards minus infinity."""

    numerator: Poly
    denominator: Dim

    def __str__(self) -> str:
        return f"({self.numerator})//{_parens(self.denominator)}"


@attrs.frozen(cache_hash=True)
class Extremum:
    """The largest (``max``) or smallest (``min``) of two dims."""

    kind: str
    left: Dim
    right: Dim

    def __str__(self) -> str:
        return f"{self.kind}({self.left}, {self.right})"


Atom: TypeAlias = Symbol | FloorDiv | Extremum


@attrs.frozen(eq=False)
class Poly:
    """A non-constant integer polynomial: ``terms`` maps monomials (sorted atoms) to coefficients, sorted, no zeros."""

    terms: tuple[tuple[Monomial, int], ...]
    _hash: int = attrs.field(init=False, repr=False)
    _text: str = attrs.field(init=False, repr=False, default="")
    weight: int = attrs.field(init=False, repr=False)
    """The length of the expression; with ``depth`` it bounds the time and the recursion of every function here."""
    depth: int = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.terms))
        weights, depths = len(self.terms), 0
        for monomial, coefficient in self.terms:
            if abs(coefficient) > MAX_COEFFICIENT:
                raise ShapeError("a dimension's coefficient grows beyond 64 bits")
            for atom in monomial:
                weight, depth = _extent(atom)
                weights, depths = weights + weight, max(depths, depth)
        if weights > MAX_WEIGHT or depths > MAX_DEPTH:
            raise UndecidedShapeError(_COMPLICATED)
        object.__setattr__(self, "weight", weights)
        object.__setattr__(self, "depth", depths)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self._hash == other._hash and self.terms == other.terms

    def __add__(self, other: Dim) -> Dim:
        if not isinstance(other, int | Poly):
            return NotImplemented
        table = dict(self.terms)
        for monomial, coefficient in _terms(other):
            table[monomial] = table.get(monomial, 0) + coefficient
        return polynomial(table)

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return polynomial({m: -c for m, c in self.terms})

    def __sub__(self, other: Dim) -> Dim:
        return self + -1 * other

    def __rsub__(self, other: Dim) -> Dim:
        return -1 * self + other

    def __mul__(self, other: Dim) -> Dim:
        if not isinstance(other, int | Poly):
            return NotImplemented
        table: dict[Monomial, int] = {}
        for left, c in self.terms:
            for right, d in _terms(other):
                if len(table) > MAX_WEIGHT or len(left) + len(right) > MAX_DEGREE:
                    raise UndecidedShapeError(_COMPLICATED)
                key = tuple(sorted(left + right, key=str))
                table[key] = table.get(key, 0) + c * d
        return polynomial(table)

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        return floordiv(self, other)

    def __rfloordiv__(self, other: int) -> Dim:
        return floordiv(other, self)

    def __mod__(self, other: Dim) -> Dim:
        return _modulo(self, other)

    def __rmod__(self, other: int) -> Dim:
        return _modulo(other, self)

    def __lt__(self, other: Dim) -> bool:
        return _decide(self, other, strict=True)

    def __gt__(self, other: Dim) -> bool:
        return _decide(other, self, strict=True)

    def __le__(self, other: Dim) -> bool:
        return _decide(self, other, strict=False)

    def __ge__(self, other: Dim) -> bool:
        return _decide(other, self, strict=False)

    def __int__(self) -> int:
        raise UndecidedShapeError(f"dimension {self} is not known at compile time")

    __index__ = __int__

    def __str__(self) -> str:
        if not self._text:
            object.__setattr__(self, "_text", self._print())
        return self._text

    def _print(self) -> str:
        text = ""
        for monomial, coefficient in sorted(self.terms, key=lambda t: (-len(t[0]), tuple(map(str, t[0])))):
            sign = "-" if coefficient < 0 else "+" if text else ""
            alone = len(monomial) == 1 and coefficient == 1
            factors = [f"({atom})" if isinstance(atom, FloorDiv) and not alone else str(atom) for atom in monomial]
            if abs(coefficient) != 1 or not factors:
                factors.insert(0, str(abs(coefficient)))
            text += sign + "*".join(factors)
        return text

    __repr__ = __str__


def symbol(name: str, lower: int = 1, upper: Dim | None = None) -> Poly:
    """A dim that is the user's and called ``name``, known to lie in ``[lower, upper]``."""
    return FreeDim(name, lower, upper).dim


def floordiv(a: Dim, b: Dim) -> Dim:
    """``a // b`` in normal form: exact parts are taken out, a remainder known to lie in ``[0, b)`` vanishes."""
    if b == 0:
        raise ShapeError("division of a dimension by zero")
    if isinstance(a, int) and isinstance(b, int):
        return a // b
    if b == 1 or a == 0:
        return a
    quotient, rest = _exact_part(a, b)
    if rest == 0 or (minimum_of(rest) >= 0 and _provably_below(rest, b)):
        return quotient
    if isinstance(b, int) and isinstance(rest, Poly):
        inner = _nested_quotient(rest, b)
        if inner is not None:
            return quotient + inner
        for size in sorted({math.gcd(b, c) for m, c in rest.terms if m} - {1}, reverse=True):
            coarse = polynomial({m: c // size for m, c in rest.terms if not m or c % size == 0})
            fine = rest - coarse * size
            if minimum_of(fine) >= 0 and maximum_of(fine) < size:
                return quotient + floordiv(coarse, b // size)
    if isinstance(rest, int):
        rest_poly = Poly(terms=(((), rest),))
        return quotient + Poly(terms=(((FloorDiv(rest_poly, b),), 1),))
    return quotient + Poly(terms=(((FloorDiv(rest, b),), 1),))


def ceildiv(a: Dim, b: Dim) -> Dim:
    """``ceil(a / b)``."""
    return floordiv(a + b - 1, b)


def truncdiv(a: Dim, b: Dim) -> Dim:
    """``a / b`` rounded towards zero; ShapeError where ``b`` may be 0 or less."""
    if minimum_of(b) < 1:
        raise UndecidedShapeError(f"cannot tell at compile time whether the divisor {b} is positive")
    return floordiv(maximum(a, 0), b) - floordiv(maximum(-1 * a, 0), b)


def maximum(a: Dim, b: Dim) -> Dim:
    """The larger of two dims; decided at once where the bounds allow it."""
    return extremum("max", a, b)


def minimum(a: Dim, b: Dim) -> Dim:
    """The smaller of two dims; decided at once where the bounds allow it."""
    return extremum("min", a, b)


def product(dims: Iterable[Dim]) -> Dim:
    """The product of the dims, 1 for none."""
    result: Dim = 1
    for dim in dims:
        result = result * dim
    return result


def atoms(dim: Dim) -> set[Atom]:
    """Every atom in ``dim``, at any depth."""
    found: set[Atom] = set()
    pending: list[Dim] = [dim]
    while pending:
        current = pending.pop()
        if isinstance(current, int):
            continue
        for monomial, _ in current.terms:
            for atom in monomial:
                if atom in found:
                    continue
                found.add(atom)
                if isinstance(atom, FloorDiv):
                    pending += [atom.numerator, atom.denominator]
                elif isinstance(atom, Extremum):
                    pending += [atom.left, atom.right]
    return found


def symbols(dim: Dim) -> set[Symbol]:
    """The symbols in ``dim``."""
    return {atom for atom in atoms(dim) if isinstance(atom, Symbol)}


def minimum_of(dim: Dim) -> float:
    """A lower bound of ``dim``, ``-inf`` where there is none."""
    return _bounds(dim).low


def maximum_of(dim: Dim) -> float:
    """An upper bound of ``dim``, ``inf`` where there is none."""
    return _bounds(dim).high


def _extent(atom: Atom) -> tuple[int, int]:
    """Weight and depth of an atom."""
    if isinstance(atom, Symbol):
        return 1, 0
    parts = (atom.numerator, atom.denominator) if isinstance(atom, FloorDiv) else (atom.left, atom.right)
    weights = [part.weight for part in parts if isinstance(part, Poly)]
    depths = [part.depth for part in parts if isinstance(part, Poly)]
    return 1 + sum(weights), 1 + max(depths, default=0)


def _modulo(a: Dim, b: Dim) -> Dim:
    """``a - b * (a // b)``, which is not negative where ``b`` is not."""
    rest = a - b * floordiv(a, b)
    return rest if isinstance(b, int) or minimum_of(b) < 0 else maximum(rest, 0)


def _parens(dim: Dim) -> str:
    return str(dim) if isinstance(dim, int) else f"({dim})"


def _terms(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    if isinstance(dim, int):
        return (((), dim),) if dim else ()
    return dim.terms


def polynomial(table: Mapping[Monomial, int]) -> Dim:
    """The dim whose monomials have these coefficients."""
    items = [(m, c) for m, c in table.items() if c]
    if not items:
        return 0
    if len(items) == 1 and not items[0][0]:
        return items[0][1]
    items.sort(key=lambda t: (len(t[0]), tuple(map(str, t[0]))))
    return Poly(terms=tuple(items))


def _exact_part(a: Dim, b: Dim) -> tuple[Dim, Dim]:
    """``(q, r)`` with ``a = q*b + r``: the terms of ``a`` that ``b`` divides, and the rest."""
    if isinstance(b, int):
        table_q: dict[Monomial, int] = {}
        table_r: dict[Monomial, int] = {}
        for monomial, coefficient in _terms(a):
            if coefficient % b == 0 or not monomial:
                table_q[monomial] = coefficient // b
                table_r[monomial] = coefficient % b
            else:
                table_r[monomial] = coefficient
        return polynomial(table_q), polynomial(table_r)
    if a == b:
        return 1, 0
    if len(b.terms) > 1:
        return _polynomial_division(a, b)
    divisor, scale = b.terms[0]
    table_q, table_r = {}, {}
    for monomial, coefficient in _terms(a):
        left = _monomial_quotient(monomial, divisor)
        if left is None or coefficient % scale:
            table_r[monomial] = coefficient
        else:
            table_q[left] = coefficient // scale
    return polynomial(table_q), polynomial(table_r)


def _monomial_quotient(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    """``monomial`` without the atoms of ``divisor``, None where one of them is missing."""
    left = list(monomial)
    for atom in divisor:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _polynomial_division(a: Dim, b: Poly) -> tuple[Dim, Dim]:
    """Division by several terms: the leading term of ``b`` is taken out of ``a`` as long as it divides a term of it."""
    lead, scale = max(b.terms, key=lambda t: (len(t[0]), tuple(map(str, t[0]))))
    quotient: Dim = 0
    rest = a
    for _ in range(16):
        for monomial, coefficient in sorted(_terms(rest), key=lambda t: -len(t[0])):
            left = _monomial_quotient(monomial, lead)
            if left is not None and coefficient % scale == 0:
                factor = polynomial({left: coefficient // scale})
                quotient, rest = quotient + factor, rest - factor * b
                break
        else:
            break
    return quotient, rest


def _nested_quotient(rest: Poly, b: int) -> Dim | None:
    """``(x//c + k)//b`` is ``(x + k*c)//(c*b)``."""
    constant = dict(rest.terms).get((), 0)
    others = [(m, c) for m, c in rest.terms if m]
    if len(others) != 1 or others[0][1] != 1 or len(others[0][0]) != 1:
        return None
    atom = others[0][0][0]
    if not isinstance(atom, FloorDiv) or not isinstance(atom.denominator, int):
        return None
    return floordiv(atom.numerator + constant * atom.denominator, atom.denominator * b)


def extremum(kind: str, a: Dim, b: Dim) -> Dim:
    """The largest (kind ``max``) or smallest (``min``) of two dims; decided at once where the bounds allow it."""
    if isinstance(a, int) and isinstance(b, int):
        return max(a, b) if kind == "max" else min(a, b)
    low, high = _bounds(a - b)
    if low >= 0 or a == b:
        return a if kind == "max" else b
    if high <= 0:
        return b if kind == "max" else a
    for one, other in ((a, b), (b, a)):  # min(a, max(a, b)) = a
        match _terms(other):
            case (((Extremum(kind=opposite, left=x, right=y),), 1),) if opposite != kind and one in (x, y):
                return one
    left, right = sorted((a, b), key=str)
    return Poly(terms=(((Extremum(kind, left, right),), 1),))


def _provably_below(a: Dim, b: Dim) -> bool:
    """Whether ``a < b`` follows from the symbols' bounds."""
    if maximum_of(a) < minimum_of(b):
        return True
    highest: Dim = 0
    for monomial, coefficient in _terms(a):
        part: Dim = coefficient
        for atom in monomial:
            upper = atom.upper if isinstance(atom, Symbol) and coefficient > 0 else None
            part = part * (Poly(terms=(((atom,), 1),)) if upper is None else upper)
        highest = highest + part
    return minimum_of(b - highest) >= 1


def _decide(a: Dim, b: Dim, *, strict: bool) -> bool:
    low, high = _bounds(b - a)
    if low >= (1 if strict else 0):
        return True
    if high < (1 if strict else 0):
        return False
    raise UndecidedShapeError(f"cannot tell at compile time whether {a} {'<' if strict else '<='} {b}")


def _bounds(dim: Dim, splits: int = MAX_SPLITS) -> Bounds:
    """The bounds of each term added up; and where a term is an extremum, those of its two cases: of
    ``n - max(n - 2, 0)``, which is ``min(2, n)``, the terms alone tell nothing."""
    if isinstance(dim, int):
        return Bounds(dim, dim)
    bounds = Bounds(0.0, 0.0)
    extremum_term: tuple[Extremum, int] | None = None
    for monomial, coefficient in dim.terms:
        term = Bounds(float(coefficient), float(coefficient))
        for atom in monomial:
            term = term.times(_atom_bounds(atom, splits))
        bounds = bounds.plus(term)
        if len(monomial) == 1 and isinstance(monomial[0], Extremum):
            extremum_term = monomial[0], coefficient
    if extremum_term is None or not splits or len(dim.terms) == 1 or dim.weight > MAX_SPLIT_WEIGHT:
        return bounds
    chosen, coefficient = extremum_term
    rest = dim - coefficient * Poly(terms=(((chosen,), 1),))
    one, other = (_bounds(rest + coefficient * side, splits - 1) for side in (chosen.left, chosen.right))
    kind = "max" if (chosen.kind == "max") == (coefficient > 0) else "min"
    return bounds.both(one.extremum(kind, other))


def _atom_bounds(atom: Atom, splits: int) -> Bounds:
    if isinstance(atom, Symbol):
        return Bounds(atom.lower, math.inf if atom.upper is None else maximum_of(atom.upper))
    if isinstance(atom, FloorDiv):
        return _bounds(atom.numerator, splits).floordiv(_bounds(atom.denominator, splits))
    return _bounds(atom.left, splits).extremum(atom.kind, _bounds(atom.right, splits))
