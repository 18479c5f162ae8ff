"""What a rewrite's pattern found, as a record: a field for each name in the pattern."""

from __future__ import annotations

from typing import Self, get_type_hints

import attrs

from dldt.compiler.graph import Graph, Value
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.passes.pattern import Captures, Pattern


@attrs.frozen
class Match:
    """The root value. Subclasses add what the pattern captures: ``x: Value`` for ``anything("x")`` and for a node of
    that name, ``w: Array`` for ``constant("w")``; with ``| None = None`` where only some alternatives capture it.
    """

    root: Value

    @property
    def graph(self) -> Graph:
        """The graph it was found in."""
        return self.root.graph

    @classmethod
    def of(cls, root: Value, captures: Captures, arrays: frozenset[str]) -> Self:
        """The record of what was captured, constants by their arrays."""
        return cls(root, **{name: v.constant if name in arrays else v for name, v in captures.items()})

    @classmethod
    def check(cls, pattern: Pattern) -> None:
        """RuntimeError unless the fields are the names that the pattern captures, each of the right type."""
        hints = get_type_hints(cls)
        fields = {f.name: hints[f.name] for f in attrs.fields(cls) if f.name != "root"}
        # A pattern may share its parts many times over: each set is gathered once.
        names, arrays, certain = pattern.names, pattern.arrays, pattern.certain
        unknown = sorted(names - fields.keys())
        if unknown:
            raise RuntimeError(f"the pattern captures {shown(unknown[0])}, {cls.__name__} has no such field")
        for name, hint in fields.items():
            if name not in names:
                raise RuntimeError(f"{cls.__name__}.{name} is not captured by the pattern")
            wanted, text = _field_type(constant=name in arrays, always=name in certain)
            if hint != wanted:
                raise RuntimeError(f"{cls.__name__}.{name} must be {text}, as the pattern captures it")


def _field_type(*, constant: bool, always: bool) -> tuple[object, str]:
    """The type of the field for a captured name, and how it is written."""
    if constant:
        return (Array, "Array") if always else (Array | None, "Array | None")
    return (Value, "Value") if always else (Value | None, "Value | None")
