"""The matcher's trace: what a pattern asks of a value, what it finds, and where it fails."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.traits import Trait
from dldt.passes.pattern import Either, Kind, NodePattern, Pattern, ValuePattern


@attrs.frozen
class Trace:
    """Whether a pattern fits, and one line for each question. ``depth`` counts the questions answered with yes."""

    fits: bool
    lines: tuple[str, ...]
    depth: int = 0

    def under(self, line: str) -> Trace:
        """The trace as a part of another one, below its line."""
        return attrs.evolve(self, lines=(line, *(f"  {each}" for each in self.lines)))


def trace(pattern: Pattern, value: Value | None) -> Trace:
    """What the pattern asks of ``value`` and of its producers. Of several ways to fit, the one that gets furthest."""
    if value is None:
        return Trace(False, ("NO: the input is left out",))
    if isinstance(pattern, NodePattern):
        return _trace_node(pattern, value)
    if isinstance(pattern, Either):
        tried = [trace(each, value) for each in pattern.patterns]
        best = max(tried, key=_progress)
        return best.under(f"one of {len(tried)} patterns; the one that gets furthest:")
    if isinstance(pattern, ValuePattern):
        return _trace_value(pattern, value)
    return Trace(any(True for _ in pattern.search(value, {})), (f"{type(pattern).__name__} {_found(value)}",))


def _progress(tried: Trace) -> tuple[bool, int]:
    return tried.fits, tried.depth


def _trace_value(pattern: ValuePattern, value: Value) -> Trace:
    asked = "a constant" if pattern.is_constant else "any value"
    asked += "" if pattern.where is None or pattern.is_constant else f" where {source_of(pattern.where)}"
    if pattern.is_constant and value.constant is None:
        return _answer(asked, value, "it is no constant")
    if pattern.where is not None and not pattern.where(value):
        return _answer(asked, value, "the condition on it does not hold")
    return _answer(asked, value)


def _trace_node(pattern: NodePattern, value: Value) -> Trace:
    asked = " or ".join(map(_kind, pattern.kinds)) + (", read once" if pattern.single else "")
    if not any(True for _ in attrs.evolve(pattern, inputs=(), single=False, where=None, name="").search(value, {})):
        return _answer(asked, value, "it is another operation")
    if pattern.single and len(value.uses) != 1:
        users = ", ".join(str(node) for node, _ in value.uses) or "nobody"
        return _answer(asked, value, f"{len(value.uses)} read it: {users}")
    if pattern.where is not None and not pattern.where(value):
        return _answer(asked, value, f"not {source_of(pattern.where)}")
    head = _answer(asked, value)
    if not pattern.inputs:
        return head
    given = value.inputs
    if len(given) != len(pattern.inputs):
        return Trace(False, (*head.lines, f"  NO: it has {len(given)} inputs, {len(pattern.inputs)} are asked for"), 1)
    orders = list(permutations(given)) if value.op.has(Trait.COMMUTATIVE) else [given]
    return max((_trace_inputs(head, pattern.inputs, order) for order in orders), key=_progress)


def _trace_inputs(head: Trace, patterns: Sequence[Pattern], values: Sequence[Value | None]) -> Trace:
    parts = [trace(pattern, value) for pattern, value in zip(patterns, values, strict=True)]
    lines = [f"  {line}" for part in parts for line in part.lines]
    depth = head.depth + sum(part.depth for part in parts)
    return Trace(all(part.fits for part in parts), (*head.lines, *lines), depth)


def _answer(asked: str, value: Value, refusal: str = "") -> Trace:
    verdict = f"NO: {refusal}" if refusal else "yes"
    return Trace(not refusal, (f"asks for {asked}; finds {_found(value)}: {verdict}",), 0 if refusal else 1)


def _found(value: Value) -> str:
    return f"{value.node} {value.type}"


def _kind(kind: Kind) -> str:
    return f"an operation that is {(kind.name or '').lower()}" if isinstance(kind, Trait) else kind.__name__


def source_of(function: Callable[..., Any]) -> str:
    """The function's name, or a lambda's text as it is written."""
    name: str = getattr(function, "__name__", str(function))
    if name != "<lambda>":
        return f"{name} holds"
    try:
        return " ".join(inspect.getsource(function).split())
    except OSError:
        return "a condition"
