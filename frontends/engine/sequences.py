"""Sequences of tensors, optionals and complex tensors, which exist while a model is imported: the graph has tensors of
real numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.types import DType
from dldt.frontends.engine.stored import StoredTensor


@attrs.frozen
class TensorSequence:
    """A sequence whose length is known: its items."""

    items: tuple[Value, ...]
    dtype: DType | None = None
    """Of the items, where a sequence without any says it."""


@attrs.frozen
class StackedSequence:
    """A sequence whose length is found at run time: its items, all of one shape, are the parts of ``stack`` along the
    first axis."""

    stack: Value


@attrs.frozen
class RaggedSequence:
    """A sequence whose length is found at run time and whose items differ in their leading dims: ``sizes`` has these, a
    row for each item, and ``flat`` holds the items one behind the other, each as rows of the other dims. Where their
    ranks differ, too (``ranks_differ``), -1 stands before the dims of an item that has fewer."""

    flat: Value
    sizes: Value
    ranks_differ: bool = False


@attrs.frozen
class GrowingSequence:
    """A sequence in the body of a loop to which items are only appended: those of one turn. ``start``: the position of
    the body's input that it was."""

    start: int
    appended: tuple[Value, ...] = ()


@attrs.frozen
class TensorOfFoundRank:
    """A tensor whose rank is found at run time, which only an output can be: ``value`` has the highest rank, ``rank``
    tells how many dims, the last ones, it has; those before them are 1."""

    value: Value
    rank: Value


@attrs.frozen
class ReservedSequence:
    """A sequence of ``count`` items none of which has been set. ``item``: the shape of the items as far as it is known;
    ``grows``: it becomes longer where an item behind its end is set."""

    count: Value
    dtype: DType | None = None
    item: tuple[int | None, ...] | None = None
    grows: bool = False


@attrs.frozen
class ComplexTensor:
    """A tensor of complex numbers: ``pairs`` has one more axis, of two, for the real and the imaginary parts."""

    pairs: Value


@attrs.frozen
class Nothing:
    """An optional without a value. One that has a value is the value itself."""


@attrs.frozen
class FoundOptional:
    """An optional of which ``present`` tells at run time whether it has a value: ``given``, or zeros in its form."""

    given: Imported
    present: Value


Imported: TypeAlias = (
    Value
    | TensorSequence
    | StackedSequence
    | RaggedSequence
    | GrowingSequence
    | ReservedSequence
    | TensorOfFoundRank
    | Nothing
    | FoundOptional
    | StoredTensor
    | ComplexTensor
)
"""What the name of a tensor may stand for."""


def parts(given: Imported) -> tuple[Value, ...]:
    """The tensors of which it is made."""
    if isinstance(given, Value):
        return (given,)
    if isinstance(given, StoredTensor):
        return (given.bits,)
    if isinstance(given, ComplexTensor):
        return (given.pairs,)
    if isinstance(given, TensorSequence):
        return given.items
    if isinstance(given, GrowingSequence):
        return given.appended
    if isinstance(given, RaggedSequence):
        return (given.flat, given.sizes)
    if isinstance(given, ReservedSequence):
        return (given.count,)
    if isinstance(given, TensorOfFoundRank):
        return (given.value, given.rank)
    if isinstance(given, FoundOptional):
        return (*parts(given.given), given.present)
    return (given.stack,) if isinstance(given, StackedSequence) else ()


def with_parts(given: Imported, made: Sequence[Value]) -> Imported:
    """The same of other tensors, as many as it has."""
    if isinstance(given, Value):
        return made[0]
    if isinstance(given, StoredTensor):
        return StoredTensor(made[0], given.kind)
    if isinstance(given, ComplexTensor):
        return ComplexTensor(made[0])
    if isinstance(given, TensorSequence):
        return TensorSequence(tuple(made), given.dtype)
    if isinstance(given, GrowingSequence):
        return GrowingSequence(given.start, tuple(made))
    if isinstance(given, RaggedSequence):
        return RaggedSequence(made[0], made[1], given.ranks_differ)
    if isinstance(given, ReservedSequence):
        return ReservedSequence(made[0], given.dtype, given.item, given.grows)
    if isinstance(given, TensorOfFoundRank):
        return TensorOfFoundRank(*made)
    if isinstance(given, FoundOptional):
        return FoundOptional(with_parts(given.given, made[:-1]), made[-1])
    return StackedSequence(made[0]) if isinstance(given, StackedSequence) else given


def same_form(a: Imported, b: Imported) -> bool:
    """Whether both are of one kind with equally many tensors."""
    if isinstance(a, StoredTensor) and isinstance(b, StoredTensor):
        return a.kind == b.kind
    if isinstance(a, FoundOptional) and isinstance(b, FoundOptional):
        return same_form(a.given, b.given)
    if isinstance(a, RaggedSequence) and isinstance(b, RaggedSequence):
        return a.ranks_differ == b.ranks_differ
    return type(a) is type(b) and len(parts(a)) == len(parts(b))


def part_names(name: str, given: Imported) -> list[str]:
    """Names for the tensors of what is called ``name``: itself, or ``name.0``, ``name.1`` … for the items; ``name`` and
    ``name.sizes`` where the items lie one behind the other, ``name`` and ``name.rank`` where the rank is found;
    ``name.present`` beside the others where it is found whether there is a value."""
    if isinstance(given, FoundOptional):
        return [*part_names(name, given.given), f"{name}.present"]
    if isinstance(given, RaggedSequence):
        return [name, f"{name}.sizes"]
    if isinstance(given, TensorOfFoundRank):
        return [name, f"{name}.rank"]
    if isinstance(given, Value | StackedSequence | StoredTensor | ComplexTensor):
        return [name]
    return [f"{name}.{i}" for i in range(len(parts(given)))]


def with_found_ranks(given: Sequence[Imported | None]) -> list[Imported | None]:
    """The inputs of an operation that broadcasts, tensors of a found rank as those of the highest one: dims of 1 that
    stand before the others change nothing where a tensor beside them has as many dims."""
    ranks = [each.type.rank for each in given if isinstance(each, Value)]
    found = [each.value.type.rank for each in given if isinstance(each, TensorOfFoundRank)]
    if not found or max(found) > max(ranks, default=0):
        return list(given)
    return [each.value if isinstance(each, TensorOfFoundRank) else each for each in given]
