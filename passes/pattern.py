"""Patterns over values: a small combinator language, searched from a value upwards through its producers.

``node(Multiply, node(Convolution, anything("x"), constant("w"), single=True), constant("scale"))`` matches a product
of a convolution that nobody else reads with a constant, on either side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.op import Op
from dldt.compiler.types import Array, DType

Captures: TypeAlias = Mapping[str, Value]

COMMUTATIVE = frozenset(
    ("Add", "Multiply", "Maximum", "Minimum", "SquaredDifference", "Equal", "NotEqual", "LogicalAnd", "LogicalOr")
)
"""Operations whose two inputs may be swapped."""


@attrs.frozen
class Match:
    """What a pattern found: the root value and the captured ones."""

    root: Value
    captures: Captures

    @property
    def graph(self) -> Graph:
        """The graph it was found in."""
        return self.root.graph

    def __getitem__(self, name: str) -> Value:
        return self.captures[name]

    def __contains__(self, name: str) -> bool:
        return name in self.captures

    def array(self, name: str) -> Array:
        """The array of the captured constant ``name``."""
        found = self.captures[name].constant
        if found is None:
            raise InternalError(f"the captured value {name!r} is not a constant")
        return found


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
    def roots(self) -> tuple[type[Op], ...]:
        """The operations that the root may be; ``(Op,)`` for any."""
        return (Op,)


@attrs.frozen
class Leaf(Pattern):
    """Any value for which ``where`` holds."""

    name: str
    where: Callable[[Value], bool] | None

    def search(self, value: Value, captures: Captures) -> Iterator[Captures]:
        """See Pattern."""
        if self.where is None or self.where(value):
            yield from _capture(self.name, value, captures)


@attrs.frozen
class NodePattern(Pattern):
    """A value produced by one of ``classes`` whose inputs fit ``inputs`` (none given: any)."""

    classes: tuple[type[Op], ...]
    inputs: tuple[Pattern, ...]
    name: str
    single: bool
    where: Callable[[Value], bool] | None

    def search(self, value: Value, captures: Captures) -> Iterator[Captures]:
        """See Pattern."""
        if not isinstance(value.op, self.classes):
            return
        if self.single and len(value.uses) != 1:
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
        swappable = value.op.type in COMMUTATIVE and values[0] != values[1]
        for order in permutations(values) if swappable else (values,):
            yield from _search_all(self.inputs, order, captures)

    @property
    def depth(self) -> int:
        """See Pattern."""
        return 1 + max((pattern.depth for pattern in self.inputs), default=0)

    @property
    def roots(self) -> tuple[type[Op], ...]:
        """See Pattern."""
        return self.classes


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
    def roots(self) -> tuple[type[Op], ...]:
        """See Pattern."""
        return tuple(cls for pattern in self.patterns for cls in pattern.roots)


def anything(name: str = "", where: Callable[[Value], bool] | None = None) -> Pattern:
    """Any value; used twice under one name it must be the same value."""
    return Leaf(name, where)


def constant(name: str = "", where: Callable[[Array], bool] | None = None) -> Pattern:
    """A Constant whose array fulfils ``where``."""

    def fits(value: Value) -> bool:
        array = value.constant
        return array is not None and (where is None or where(array))

    return Leaf(name, fits)


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
    classes: type[Op] | tuple[type[Op], ...],
    *inputs: Pattern,
    name: str = "",
    single: bool = False,
    where: Callable[[Value], bool] | None = None,
) -> Pattern:
    """A value made by one of ``classes``; ``single``: read by one consumer only. Commutative inputs fit either way."""
    return NodePattern(classes if isinstance(classes, tuple) else (classes,), inputs, name, single, where)


def either(*patterns: Pattern) -> Pattern:
    """Any of the patterns, tried in order."""
    return Either(patterns)


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
