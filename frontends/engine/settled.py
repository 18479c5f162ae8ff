"""The body of a loop whose carried values change shape: imported until the types before and behind a turn agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.types import TensorType
from dldt.frontends.engine.context import ImportedBody

Made: TypeAlias = tuple[ImportedBody, Repetition, tuple[Value, ...]]
"""The body, the operation, and the captured values that are its last inputs."""


def settled(make: Callable[[Sequence[TensorType]], Made], types: Sequence[TensorType]) -> Made:
    """What ``make`` makes of the types of the carried values. Where these have other dims behind a turn than before it,
    the body is imported once more: an importer may decide by the shapes that it sees."""
    while True:
        body, op, captures = make(types)
        first = {port.parameter: t for port, t in zip(op.carried, types, strict=True)}
        before = [first.get(i, value.type) for i, value in enumerate(op.body.inputs)]
        after = op.widened(op.body, before)
        if after == before:
            return body, op, captures
        types = [after[port.parameter] for port in op.carried]


def parameter_of(t: TensorType) -> Callable[[Graph, str], Value]:
    """Makes a Parameter of the type."""
    return lambda graph, name: graph.parameter(name, t)
