"""Patterns over values: a small combinator language, searched from a value upwards through its producers.

``node(Multiply, node(Convolution, anything("x"), constant("w"), single=True), constant("scale"))`` matches a product
of a convolution that nobody else reads with a constant, on either side. The names are fields of the rewrite's match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType

Captures: TypeAlias = Mapping[str, Value]
Kind: TypeAlias = type[Op] | Trait
"""What an operation may be: of a class, or with a trait."""


@attrs.frozen
class Kinds:
    """Operations of one of the classes, or with one of the traits: ``op in Kinds.of(Trait.VIEW, Transpose)``."""

    classes: tuple[type[Op], ...]
    traits: tuple[Trait, ...]

    @classmethod
    def of(cls, *kinds: Kind) -> Kinds:
        """Classes and traits told apart."""
        traits = tuple(kind for kind in kinds if isinstance(kind, Trait))
        return cls(tuple(kind for kind in kinds if not isinstance(kind, Trait)), traits)

    def __contains__(self, op: Op) -> bool:
        return isinstance(op, self.classes) or (bool(self.traits) and any(op.has(trait) for trait in self.traits))


class Pattern:
    """Base of the combinators."""

    def search(self, value: Value, captures: Captures) -> Iterator[Captures]:
        """Every way in which ``value`` fits, each with the captures so far and its own."""
        raise NotImplementedError

    @property
    def depth(self) -> int:
        """How many producers the pattern reaches above its root."""
        return 0

    @property
    def roots(self) -> tuple[Kind, ...]:
        """What the root may be; ``(Op,)`` for any operation."""
        return (Op,)

    @property
    def names(self) -> frozenset[str]:
        """The names that some match captures."""
        return frozenset()

    @property
    def certain(self) -> frozenset[str]:
        """The names that every match captures."""
        return self.names

    @property
    def values(self) -> frozenset[str]:
        """The names under which something is captured that need not be a constant."""
        return frozenset()

    @property
    def arrays(self) -> frozenset[str]:
        """The names under which nothing but constants is captured."""
        return self.names - self.values


@attrs.frozen
class ValuePattern(Pattern):
    """Any value for which ``where`` holds; ``is_constant`` where that lets constants pass alone."""

    name: str
    where: Callable[[Value], bool] | None
    is_constant: bool = False

    def search(self, value: Value, captures: Captures) -> Iterator[Captures]:
        """See Pattern."""
        if self.where is None or self.where(value):
            yield from _capture(self.name, value, captures)

    @property
    def names(self) -> frozenset[str]:
        """See Pattern."""
        return _named(self.name)

    @property
    def values(self) -> frozenset[str]:
        """See Pattern."""
        return frozenset() if self.is_constant else self.names


@attrs.frozen
class NodePattern(Pattern):
    """A value produced by one of ``kinds`` whose inputs fit ``inputs`` (none given: any)."""

    kinds: tuple[Kind, ...]
    inputs: tuple[Pattern, ...]
    name: str
    single: bool
    where: Callable[[Value], bool] | None
    _wanted: Kinds = attrs.field(init=False)

    @_wanted.default
    def _told_apart(self) -> Kinds:
        return Kinds.of(*self.kinds)

    def search(self, value: Value, captures: Captures) -> Iterator[Captures]:
        """See Pattern."""
        if value.op not in self._wanted:
            return
        if self.single and not value.is_used_once:
            return
        if self.where is not None and not self.where(value):
            return
        for found in _capture(self.name, value, captures):
            yield from self._search_inputs(value, found)

    def _search_inputs(self, value: Value, captures: Captures) -> Iterator[Captures]:
        if not self.inputs:
            yield captures
            return
        given = value.inputs
        if len(given) != len(self.inputs) or any(v is None for v in given):
            return
        values = tuple(v for v in given if v is not None)
        swappable = value.op.has(Trait.COMMUTATIVE) and values[0] != values[1]
        for order in permutations(values) if swappable else (values,):
            yield from _search_all(self.inputs, order, captures)

    @property
    def depth(self) -> int:
        """See Pattern."""
        return 1 + max((pattern.depth for pattern in self.inputs), default=0)

    @property
    def roots(self) -> tuple[Kind, ...]:
        """See Pattern."""
        return self.kinds

    @property
    def names(self) -> frozenset[str]:
        """See Pattern."""
        return _named(self.name).union(*(pattern.names for pattern in self.inputs))

    @property
    def certain(self) -> frozenset[str]:
        """See Pattern."""
        return _named(self.name).union(*(pattern.certain for pattern in self.inputs))

    @property
    def values(self) -> frozenset[str]:
        """See Pattern."""
        return _named(self.name).union(*(pattern.values for pattern in self.inputs))


@attrs.frozen
class Either(Pattern):
    """The first, the second … of several patterns."""

    patterns: tuple[Pattern, ...]

    def search(self, value: Value, captures: Captures) -> Iterator[Captures]:
        """See Pattern."""
        for pattern in self.patterns:
            yield from pattern.search(value, captures)

    @property
    def depth(self) -> int:
        """See Pattern."""
        return max(pattern.depth for pattern in self.patterns)

    @property
    def roots(self) -> tuple[Kind, ...]:
        """See Pattern."""
        return tuple(kind for pattern in self.patterns for kind in pattern.roots)

    @property
    def names(self) -> frozenset[str]:
        """See Pattern."""
        return frozenset().union(*(pattern.names for pattern in self.patterns))

    @property
    def certain(self) -> frozenset[str]:
        """See Pattern."""
        first, *others = (pattern.certain for pattern in self.patterns)
        return first.intersection(*others)

    @property
    def values(self) -> frozenset[str]:
        """See Pattern."""
        return frozenset().union(*(pattern.values for pattern in self.patterns))


def anything(name: str = "", where: Callable[[Value], bool] | None = None) -> Pattern:
    """Any value; used twice under one name it must be the same value."""
    return ValuePattern(name, where)


def constant(name: str = "", where: Callable[[Array], bool] | None = None) -> Pattern:
    """A Constant whose array fulfils ``where``."""

    def fits(value: Value) -> bool:
        array = value.constant
        return array is not None and (where is None or where(array))

    return ValuePattern(name, fits, is_constant=True)


def number(expected: float, name: str = "", tolerance: float = 3e-6) -> Pattern:
    """A Constant all of whose elements are ``expected`` rounded to its type, up to a relative ``tolerance``: models
    write one sixth with six digits."""

    def equal(array: Array) -> bool:
        if not 0 < array.size <= 65536 or not DType.of(array.dtype).is_float:
            return False
        rounded = float(np.asarray(expected).astype(array.dtype))
        return bool(np.all(np.abs(array.astype(np.float64) - rounded) <= tolerance * abs(expected)))

    return constant(name, equal)


def node(
    kinds: Kind | tuple[Kind, ...],
    *inputs: Pattern,
    name: str = "",
    single: bool = False,
    where: Callable[[Value], bool] | None = None,
) -> Pattern:
    """A value made by an operation of one of ``kinds``, classes and traits; ``single``: read by one consumer only.
    Commutative inputs fit either way."""
    return NodePattern(kinds if isinstance(kinds, tuple) else (kinds,), inputs, name, single, where)


def either(*patterns: Pattern) -> Pattern:
    """Any of the patterns, tried in order."""
    return Either(patterns)


def _named(name: str) -> frozenset[str]:
    return frozenset((name,)) if name else frozenset()


def _capture(name: str, value: Value, captures: Captures) -> Iterator[Captures]:
    if not name:
        yield captures
    elif name not in captures:
        yield {**captures, name: value}
    elif captures[name] == value:
        yield captures


def _search_all(patterns: tuple[Pattern, ...], values: tuple[Value, ...], captures: Captures) -> Iterator[Captures]:
    if not patterns:
        yield captures
        return
    for found in patterns[0].search(values[0], captures):
        yield from _search_all(patterns[1:], values[1:], found)
