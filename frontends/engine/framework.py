"""The table of a framework's importers: one small function an operation and version, registered by decorator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import attrs

from dldt.compiler.printable import printable
from dldt.frontends.engine.importer import Importer
from dldt.frontends.engine.record import NodeRecord

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Framework:
    """The importers of one framework. ``name``: as ``--framework`` spells it; ``title``: as texts do. ``newest`` is the
    last version of operations that they were tested for; it is 1 where operations have no versions. A framework with
    words of its own for messages is a class of its own."""

    moves: frozenset[str] = frozenset()
    """Operations that move elements and do not look at them: they take tensors of any type."""

    broadcasts: frozenset[str] = frozenset()
    """Operations whose inputs broadcast to the rank of that with the most dims."""

    refused: Mapping[str, str] = MappingProxyType({})
    """Operations that are known and not imported, each with the reason and what to do, as messages end with it."""

    def __init__(self, name: str, title: str, newest: int = 1) -> None:
        self.name = name
        self.title = title
        self.newest = newest
        self._table: dict[tuple[str, str], dict[int, Importer]] = {}

    def imports(
        self, op_type: str, since: int = 1, until: int | None = None, domain: str = ""
    ) -> Callable[[_Function], _Function]:
        """Decorator: the function imports ``op_type`` from version ``since`` on, until the next one registered."""

        def register(function: _Function) -> _Function:
            versions = self._table.setdefault((domain, op_type), {})
            if since in versions:
                raise RuntimeError(f"{op_type} {since} is registered twice")
            versions[since] = Importer(function, op_type, domain, since, until or self.newest)
            return function

        return register

    def find(self, op_type: str, version: int = 1, domain: str = "") -> Importer | None:
        """The importer for a version of an operation: the newest ``since`` not above it, or None."""
        versions = self._table.get((domain, op_type), {})
        served = [since for since in versions if since <= version]
        found = versions[max(served)] if served else None
        return found if found is not None and version <= found.until else None

    def importers(self) -> Iterator[Importer]:
        """Every importer, sorted, ``until`` cut where the next one begins."""
        for key in sorted(self._table):
            versions = sorted(self._table[key].values(), key=lambda i: i.since)
            for importer, follower in zip(versions, [*versions[1:], None], strict=True):
                limit = importer.until if follower is None else min(importer.until, follower.since - 1)
                yield attrs.evolve(importer, until=limit)

    def defined(self) -> dict[str, str]:
        """The operations that are imported as what the framework defines them by, each with its versions."""
        return {}

    def served(self, node: NodeRecord) -> str:
        """The versions of the node's operation that are served, as ``7 to 8, 9 to 9``."""
        same = [i for i in self.importers() if (i.domain, i.op_type) == (node.domain, node.op_type)]
        return ", ".join(f"{importer.since} to {importer.until}" for importer in same)

    def operation(self, node: NodeRecord) -> str:
        """The node's operation as reports show it: type, with its domain and version where there are such."""
        domain = f"{printable(node.domain)}::" if node.domain else ""
        version = f" v{node.version}" if self.newest > 1 else ""
        return f"{domain}{printable(node.op_type)}{version}"

    def why_not(self, node: NodeRecord) -> str:
        """Why no importer serves the node; nothing where its operation is not known at all."""
        served = self.served(node)
        return f"supported are versions {served}" if served else self.refused.get(node.op_type, "")
