"""A kernel's function before its text is written, and the digest that identifies the text."""

from __future__ import annotations

import enum
import hashlib
import struct
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.compiler.errors import InternalError

NAME = "KERNEL"
"""The function's name in its text, until the library gives it one."""


@attrs.frozen(eq=False)
class Emission:
    """``emitter(builder, NAME, *arguments, alias=alias)`` writes the function.

    The emitter is a function of a module. The arguments are frozen records, numbers, texts, functions of modules and
    collections of these. The text depends on them and on the builder's target alone.
    """

    emitter: Callable[..., None]
    arguments: tuple[Any, ...]
    alias: bool

    def __call__(self, b: Builder) -> None:
        """Write the function."""
        self.emitter(b, NAME, *self.arguments, alias=self.alias)

    def digest(self) -> str:
        """A hash of the emitter's name and all arguments: emissions with the same digest write the same text for a
        target.

        Raises InternalError for an argument of any other kind.
        """
        lines = _lines((_qualified(self.emitter), self.arguments, self.alias))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _lines(root: object) -> Iterable[str]:
    """One line for each distinct part of a structure, parts before wholes. A whole refers to its parts by their lines.

    Parts are distinguished by type and by every field, also the fields that their own equality leaves out (the bounds
    of a symbol); numbers are compared bit by bit. The walk is not recursive, and visits shared parts only once.
    """
    lines: dict[str, int] = {}
    known: dict[int, int] = {}
    pending: list[tuple[object, list[Any] | None]] = [(root, None)]
    while pending:
        part, inner = pending.pop()
        if id(part) in known:
            continue
        if inner is None:
            inner = _parts(part)
            if inner:
                pending.append((part, inner))
                pending += [(child, None) for child in reversed(inner)]
                continue
        line = " ".join([_head(part), *(str(known[id(child)]) for child in inner)])
        known[id(part)] = lines.setdefault(line, len(lines))
    return lines


def _parts(value: object) -> list[Any]:
    if isinstance(value, tuple | list):
        return list(value)
    if isinstance(value, Mapping):
        return [part for pair in value.items() for part in pair]
    kind: Any = type(value)
    # Fields that the constructor does not take are derived from the others.
    return [getattr(value, field.name) for field in attrs.fields(kind) if field.init] if attrs.has(kind) else []


def _head(value: object) -> str:
    """A part's own type and value, without its parts."""
    if value is None or isinstance(value, bool | int | str):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, float):
        return f"{type(value).__name__} {struct.pack('<d', value).hex()}"
    if isinstance(value, tuple | list | Mapping):
        return f"{type(value).__name__} {len(value)}"
    if isinstance(value, enum.Enum):
        return f"{_qualified(type(value))} {value.name}"
    if isinstance(value, FunctionType):
        return f"function {_qualified(value)}"
    if attrs.has(type(value)):
        return _qualified(type(value))
    raise InternalError(f"a kernel's text is to follow from a {_qualified(type(value))}, which has no digest")


def _qualified(named: Any) -> str:
    if "<" in named.__qualname__:
        raise InternalError(f"{named.__module__}.{named.__qualname__} is no function of a module, so it has no digest")
    return f"{named.__module__}.{named.__qualname__}"
