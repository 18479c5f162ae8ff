"""The surroundings in which the types of one node are inferred: what its graph knows of dims, and what it may add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import attrs

from dldt.compiler.condition import Condition
from dldt.compiler.dims import DefinedDim, Dim, maximum_of, minimum_of, symbols
from dldt.compiler.named_sizes import written_out
from dldt.compiler.types import TensorType

LEAST = -(2**63)
"""A number in a tensor may be anything: the lower bound of a dim that is one."""


class Knowledge(Protocol):
    """What a graph knows of its dims."""

    @property
    def conditions(self) -> Sequence[Condition]:
        """What must hold for the model to run."""

    def known(self, dim: Dim) -> Dim:
        """The dim, written with what is known to be equal."""

    def demand(self, relation: str, left: Dim, right: Dim, node: str, meaning: str) -> None:
        """Note that a condition must hold for the model to run."""

    def found(self, node: int, port: int, size: int) -> tuple[Dim, ...]:
        """The elements of a small tensor of integers, as dims that are found when the model runs."""


MOST_ELEMENTS = 1 << 10
"""A tensor with more of them is not small: its elements are no dims."""


@attrs.frozen
class Inference:
    """The node whose types are being inferred: its graph's knowledge, a prefix that no other node has, its name, and
    for each input the node and port that make it."""

    knowledge: Knowledge
    prefix: str
    node: str
    inputs: Sequence[TensorType | None] = ()
    sources: Sequence[tuple[int, int] | None] = ()

    def define(self, stem: str, lower: int = 0, upper: Dim | None = None) -> Dim:
        """A dim that the node finds when the model runs, within bounds. It is the same each time that the node's types
        are inferred."""
        return DefinedDim(f"{self.prefix}.{stem}", lower, upper).dim

    def elements(self, t: TensorType) -> tuple[Dim, ...] | None:
        """The elements of an input that is a small tensor of integers: dims that are found when the model runs. None
        where it is not an input of the node, or its size is not known."""
        for given, source in zip(self.inputs, self.sources, strict=True):
            if given is t and source is not None and isinstance(t.elements, int) and t.elements <= MOST_ELEMENTS:
                return self.knowledge.found(*source, t.elements)
        return None


_CURRENT: ContextVar[Inference | None] = ContextVar("inference", default=None)


def current() -> Inference | None:
    """The inference in progress, None outside of a graph."""
    return _CURRENT.get()


@contextmanager
def inferring(inference: Inference) -> Iterator[None]:
    """A context in which ``inference`` is the current one."""
    token = _CURRENT.set(inference)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def is_found(dim: Dim) -> bool:
    """Whether the dim depends on one that is found when the model runs."""
    return any(isinstance(symbol, DefinedDim) for symbol in symbols(dim))


def same(a: Dim, b: Dim, meaning: str) -> bool:
    """Whether two dims may be taken as equal: they are, or they can be, and the graph has noted the condition."""
    if a == b:
        return True
    inference = current()
    if inference is None:
        return False
    a, b = inference.knowledge.known(a), inference.knowledge.known(b)
    if a == b or written_out(a - b) == 0:
        return True
    low, high = minimum_of(a - b), maximum_of(a - b)
    if isinstance(a - b, int) or low > 0 or high < 0:
        return False
    inference.knowledge.demand("eq", a, b, inference.node, meaning)
    return True


def require(relation: str, left: Dim, right: Dim, meaning: str) -> None:
    """Note a condition that nothing can be decided about now."""
    inference = current()
    if inference is not None:
        inference.knowledge.demand(relation, left, right, inference.node, meaning)


def at_most(a: Dim, b: Dim, meaning: str) -> bool:
    """Whether ``a <= b`` may be taken as true: it is, or it can be, and the graph has noted the condition. ``meaning``
    says what ``a`` is."""
    return _is_not_negative(b - a, "le", a, b, meaning)


def at_least(a: Dim, b: Dim, meaning: str) -> bool:
    """Whether ``a >= b`` may be taken as true: it is, or it can be, and the graph has noted the condition. ``meaning``
    says what ``a`` is."""
    return _is_not_negative(a - b, "ge", a, b, meaning)


def _is_not_negative(difference: Dim, relation: str, a: Dim, b: Dim, meaning: str) -> bool:
    if minimum_of(difference) >= 0:
        return True
    inference = current()
    if maximum_of(difference) < 0 or inference is None:
        return False
    inference.knowledge.demand(relation, a, b, inference.node, meaning)
    return True


def defined(stem: str, lower: int = 0, upper: Dim | None = None) -> Dim:
    """A dim that the node at hand finds when the model runs; outside of a graph one that has no other name."""
    inference = current()
    if inference is None:
        return DefinedDim(stem, lower, upper).dim
    return inference.define(stem, lower, upper)
