"""Dimensions: ints, or integer polynomials over symbols, floor quotients and extrema.

One normal form serves shapes (``N*2048``, ``(H+1)//2``) and the index arithmetic of the code generator: equal
polynomials compare equal, and ``(16*b + i)//16`` is ``b`` where ``i`` is known to lie in ``[0, 16)``.

Symbols are of kinds, which are types: a user's dim (``FreeDim``), a dim that a kernel finds (``DefinedDim``), and in
the code generator a loop's variable. Symbols of two kinds are never equal, and have different texts. So a text names
one dim, and terms, which are ordered by their texts, have one order.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import ClassVar, TypeAlias

import attrs

from dldt.compiler.bounds import Bounds
from dldt.compiler.errors import ShapeError, UndecidedShapeError
from dldt.compiler.spelling import spelling
from dldt.compiler.term_division import exact_part

Dim: TypeAlias = "int | Poly"
Monomial: TypeAlias = "tuple[Atom, ...]"

MAX_COEFFICIENT = 2**63
NAMED_ABOVE = 64
"""The length above which an expression is given a name."""
MAX_OPENED = 8
MAX_SPLITS, MAX_SPLIT_WEIGHT = 3, 64


@attrs.frozen(cache_hash=True)
class Symbol:
    """An unknown whole number with inclusive bounds; ``upper`` None means unbounded. What it stands for is its type."""

    name: str
    lower: int = attrs.field(default=1, eq=False)
    upper: Dim | None = attrs.field(default=None, eq=False)
    text: str = attrs.field(init=False, eq=False)
    is_size: ClassVar[bool] = True
    """Whether it has one value wherever it is known, as no loop's variable has."""

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


@attrs.frozen(cache_hash=True, repr=False)
class NamedSize(Symbol):
    """A size whose expression is long. Its name is made of the definition, so that equal ones have one name, and its
    bounds are those of the definition."""

    definition: Poly = attrs.field(kw_only=True, eq=False)
    level: int = attrs.field(kw_only=True, eq=False)

    def _spelled(self) -> str:
        return f"#{self.name}"


@attrs.frozen(cache_hash=True)
class FloorDiv:
    """``numerator // denominator``, rounded towards minus infinity."""

    numerator: Poly
    denominator: Dim

    def __str__(self) -> str:
        text = str(self.denominator) if isinstance(self.denominator, int) else f"({self.denominator})"
        return f"({self.numerator})//{text}"


@attrs.frozen(cache_hash=True)
class Extremum:
    """The largest (``max``) or smallest (``min``) of two dims, or the size to which two broadcast (``broadcast``)."""

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
    """The length of the expression, which bounds the time and the recursion of every function here."""
    is_size: bool = attrs.field(init=False, repr=False)
    """Whether no loop's variable is in it."""
    level: int = attrs.field(init=False, repr=False)
    """How many named sizes stand one on top of the other."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.terms))
        weight, level, is_size = len(self.terms), 0, True
        for monomial, coefficient in self.terms:
            if abs(coefficient) > MAX_COEFFICIENT:
                raise ShapeError("a dimension's coefficient grows beyond 64 bits")
            for atom in monomial:
                weight, is_size = weight + 1, is_size and _is_size(atom)
                parts = [part for part in parts_of(atom) if isinstance(part, Poly)]
                level = max([level, atom.level if isinstance(atom, NamedSize) else 0, *(part.level for part in parts)])
                weight += sum(part.weight for part in parts)
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "is_size", is_size)
        object.__setattr__(self, "level", level)

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
    if a == b:
        return 1
    quotient, rest = map(polynomial, exact_part(dict(_terms(a)), dict(_terms(b))))
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
    numerator = Poly(terms=(((), rest),)) if isinstance(rest, int) else rest
    return quotient + polynomial({(FloorDiv(numerator, b),): 1})


def ceildiv(a: Dim, b: Dim) -> Dim:
    """``ceil(a / b)``."""
    return floordiv(a + b - 1, b)


def maximum(a: Dim, b: Dim) -> Dim:
    """The larger of two dims; decided at once where the bounds allow it."""
    return extremum("max", a, b)


def minimum(a: Dim, b: Dim) -> Dim:
    """The smaller of two dims; decided at once where the bounds allow it."""
    return extremum("min", a, b)


def broadcast_size(a: Dim, b: Dim) -> Dim:
    """The size to which two dims broadcast that are equal, or of which one is 1: the larger one, 0 where one is 0."""
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if isinstance(a, int) or isinstance(b, int):
        return a if isinstance(a, int) else b
    if minimum_of(a) > 0 and minimum_of(b) > 0:
        return maximum(a, b)
    left, right = sorted((a, b), key=str)
    return polynomial({(Extremum("broadcast", left, right),): 1})


def product(dims: Iterable[Dim]) -> Dim:
    """The product of the dims, 1 for none."""
    return math.prod(dims)


def atoms(dim: Dim) -> set[Atom]:
    """Every atom in ``dim``, at any depth, and in the definitions of sizes."""
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
                pending += (atom.definition,) if isinstance(atom, NamedSize) else parts_of(atom)
    return found


def symbols(dim: Dim) -> set[Symbol]:
    """The symbols that ``dim`` depends on."""
    return {atom for atom in atoms(dim) if isinstance(atom, Symbol) and not isinstance(atom, NamedSize)}


def minimum_of(dim: Dim) -> float:
    """A lower bound of ``dim``, ``-inf`` where there is none."""
    return _bounds(dim).low


def maximum_of(dim: Dim) -> float:
    """An upper bound of ``dim``, ``inf`` where there is none."""
    return _bounds(dim).high


def parts_of(atom: Atom) -> tuple[Dim, ...]:
    """The dims that an atom is made of: a symbol of none."""
    if isinstance(atom, Symbol):
        return ()
    return (atom.numerator, atom.denominator) if isinstance(atom, FloorDiv) else (atom.left, atom.right)


def _modulo(a: Dim, b: Dim) -> Dim:
    """``a - b * (a // b)``, which is not negative where ``b`` is not."""
    rest = a - b * floordiv(a, b)
    return rest if isinstance(b, int) or minimum_of(b) < 0 else maximum(rest, 0)


def _terms(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    if isinstance(dim, int):
        return (((), dim),) if dim else ()
    return dim.terms


def polynomial(table: Mapping[Monomial, int]) -> Dim:
    """The dim whose monomials have these coefficients; where that is long, the sizes in it are given a name."""
    dim = sum_of(table)
    return dim if isinstance(dim, int) or dim.weight <= NAMED_ABOVE else _with_name(dim)


def sum_of(table: Mapping[Monomial, int]) -> Dim:
    """The dim whose monomials have these coefficients, however long it is."""
    items = [(m, c) for m, c in table.items() if c]
    if not items:
        return 0
    if len(items) == 1 and not items[0][0]:
        return items[0][1]
    items.sort(key=lambda t: (len(t[0]), tuple(map(str, t[0]))))
    return Poly(terms=tuple(items))


def _with_name(dim: Poly) -> Dim:
    """The dim with a name for the sizes in it, but for a constant and a factor that all have; as it is where it is long
    because of loops' variables."""
    sizes = {m: c for m, c in dim.terms if m and all(_is_size(atom) for atom in m)}
    factor = math.gcd(*sizes.values()) * (-1 if next(iter(sizes.values()), 1) < 0 else 1)
    definition = sum_of({m: c // factor for m, c in sizes.items()})
    if isinstance(definition, int) or definition.weight <= NAMED_ABOVE:
        return dim
    low, high = _bounds(definition)
    lower, upper = int(min(max(low, -MAX_COEFFICIENT), MAX_COEFFICIENT)), None if high > MAX_COEFFICIENT else int(high)
    name = hashlib.sha256(str(definition).encode()).hexdigest()[:16]
    named = NamedSize(name, lower, upper, definition=definition, level=definition.level + 1)
    return sum_of({m: c for m, c in dim.terms if m not in sizes} | {(named,): factor})


def _is_size(atom: Atom) -> bool:
    own = not isinstance(atom, Symbol) or atom.is_size
    return own and all(isinstance(part, int) or part.is_size for part in parts_of(atom))


def opened(dim: Dim) -> Dim:
    """The dim with the last of its named sizes written out, where one is a summand; else as it is."""
    alone = [(m[0], c) for m, c in _terms(dim) if len(m) == 1 and isinstance(m[0], NamedSize)]
    if isinstance(dim, int) or not alone:
        return dim
    named, factor = max(alone, key=lambda item: (item[0].level, item[0].name))
    table = {m: c for m, c in dim.terms if m != (named,)}
    for monomial, coefficient in named.definition.terms:
        table[monomial] = table.get(monomial, 0) + factor * coefficient
    return sum_of(table)


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
    """The largest (kind ``max``) or smallest (``min``) of two dims, decided at once where the bounds allow it, or what
    two dims broadcast to (``broadcast``)."""
    if kind == "broadcast":
        return broadcast_size(a, b)
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
    return polynomial({(Extremum(kind, left, right),): 1})


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
    """The bounds of the dim as it is written, and of what it is with named sizes written out."""
    bounds = _bounds_as_written(dim, splits)
    if isinstance(dim, int) or len([monomial for monomial, _ in dim.terms if monomial]) < 2:
        return bounds
    for _ in range(MAX_OPENED):
        before, dim = dim, opened(dim)
        if dim is before:
            break
        bounds = bounds.both(_bounds_as_written(dim, splits))
    return bounds


def _bounds_as_written(dim: Dim, splits: int) -> Bounds:
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
        if len(monomial) == 1 and isinstance(monomial[0], Extremum) and monomial[0].kind != "broadcast":
            extremum_term = monomial[0], coefficient
    if (
        extremum_term is None
        or extremum_term[0].kind == "broadcast"
        or not splits
        or len(dim.terms) == 1
        or dim.weight > MAX_SPLIT_WEIGHT
    ):
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
