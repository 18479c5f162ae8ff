"""The table of importers: one small function an operation and version, registered by decorator."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, TypeVar

import attrs
import numpy as np

from dldt.compiler.errors import UnsupportedError

Tensor: TypeAlias = np.ndarray[Any, Any]
"""The annotation of an attribute that is a tensor."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


@attrs.frozen
class Port:
    """An input of a framework's operation, read off the importer's positional parameter."""

    name: str
    optional: bool
    variadic: bool


@attrs.frozen
class Attribute:
    """An attribute, read off a keyword-only parameter. ``kind`` is its annotation without None."""

    name: str
    kind: Any
    required: bool
    default: Any


@attrs.frozen
class Importer:
    """A registered function: serves operation set versions ``since`` to ``until`` of one operation."""

    function: Callable[..., Any]
    op_type: str
    domain: str
    since: int
    until: int
    inputs: tuple[Port, ...]
    attributes: dict[str, Attribute]
    context: str | None
    """The keyword-only parameter that takes the node's context instead of an attribute."""


class Framework:
    """The importers of one framework. ``newest`` is the last operation set that they were tested for."""

    def __init__(self, name: str, newest: int, context: type) -> None:
        self.name = name
        self.newest = newest
        self._context = context
        self._table: dict[tuple[str, str], dict[int, Importer]] = {}

    def imports(
        self, op_type: str, since: int, until: int | None = None, domain: str = ""
    ) -> Callable[[_Function], _Function]:
        """Decorator: the function imports ``op_type`` from version ``since`` on, until the next one registered."""

        def register(function: _Function) -> _Function:
            versions = self._table.setdefault((domain, op_type), {})
            if since in versions:
                raise RuntimeError(f"{op_type} {since} is registered twice")
            versions[since] = self._importer(function, op_type, domain, since, until or self.newest)
            return function

        return register

    def find(self, op_type: str, version: int, domain: str = "") -> Importer | None:
        """The importer for an operation in an operation set: the newest ``since`` not above it, or None."""
        versions = self._table.get((domain, op_type), {})
        served = [since for since in versions if since <= version]
        found = versions[max(served)] if served else None
        return found if found is not None and version <= found.until else None

    def versions(self, op_type: str, domain: str = "") -> list[tuple[int, int]]:
        """The ranges of versions that are served, for messages and lists."""
        return [(i.since, i.until) for i in self.importers() if (i.domain, i.op_type) == (domain, op_type)]

    def importers(self) -> Iterator[Importer]:
        """Every importer, sorted, ``until`` cut where the next one begins."""
        for key in sorted(self._table):
            versions = sorted(self._table[key].values(), key=lambda i: i.since)
            for importer, follower in zip(versions, [*versions[1:], None], strict=True):
                limit = importer.until if follower is None else min(importer.until, follower.since - 1)
                yield attrs.evolve(importer, until=limit)

    def _importer(self, function: Any, op_type: str, domain: str, since: int, until: int) -> Importer:
        hints = typing.get_type_hints(function)
        inputs: list[Port] = []
        attributes: dict[str, Attribute] = {}
        context = None
        for parameter in inspect.signature(function).parameters.values():
            required = parameter.default is inspect.Parameter.empty
            if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
                variadic = parameter.kind is inspect.Parameter.VAR_POSITIONAL
                inputs.append(Port(parameter.name, not required, variadic))
            elif hints[parameter.name] is self._context:
                context = parameter.name
            else:
                kind = _without_none(hints[parameter.name])
                default = None if required else parameter.default
                attributes[parameter.name] = Attribute(parameter.name, kind, required, default)
        return Importer(function, op_type, domain, since, until, tuple(inputs), attributes, context)


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        (kind,) = [part for part in typing.get_args(hint) if part is not types.NoneType]
        return kind
    return hint


def one_of(what: str, value: str, allowed: tuple[str, ...]) -> str:
    """``value``, where it is one of ``allowed``; UnsupportedError names what may stand there."""
    if value not in allowed:
        raise UnsupportedError(f"{what} {value!r} is not supported ({', '.join(allowed)} are)")
    return value
