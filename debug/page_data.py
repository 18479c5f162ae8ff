"""What a dump's page knows, collected event by event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from dldt.debug.arena_picture import ArenaRow
from dldt.debug.difference import Difference
from dldt.debug.drawing import Drawing
from dldt.debug.kernel_table import KernelEntry
from dldt.debug.provenance import Change
from dldt.debug.snapshot import NodeEntry
from dldt.debug.value_watch import Finding

MOST_LINES = 250
"""Lines of a step's decisions that the page shows."""


class PageData:
    """Collects the parts of the page's data, all plain lists and dictionaries."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.passes: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []
        self.kernels: list[dict[str, Any]] = []
        self.arena: dict[str, Any] = {}
        self.nodes: dict[str, list[Any]] = {}
        self.findings: list[Finding] = []

    def know(self, entries: Iterable[NodeEntry], sources: Mapping[str, Sequence[str]]) -> None:
        """Note nodes, so that they can be searched: name, operation, origins."""
        for entry in entries:
            self.nodes[entry.identity] = [entry.name, entry.operation, list(sources.get(entry.identity, ()))]

    def add_pass(
        self,
        number: int,
        name: str,
        count: int,
        nodes: int,
        *,
        folder: str = "",
        changes: Sequence[Change] = (),
        difference: Difference | None = None,
        rows: Sequence[tuple[str, str, str]] = (),
        drawings: Sequence[tuple[str, Drawing]] = (),
    ) -> None:
        """A pass; what it changed, if it did."""
        entry: dict[str, Any] = {"n": number, "name": name, "count": count, "nodes": nodes, "folder": folder}
        if difference is not None:
            entry["changes"] = [[c.what, list(c.removed), list(c.added)] for c in changes]
            entry["diff"] = [
                *(["-", e.identity, e.text[:300]] for e in difference.removed),
                *(["+", e.identity, e.text[:300]] for e in difference.added),
                *(["~", new.identity, "; ".join(words)[:300]] for _, new, words in difference.changed),
            ]
            entry["rows"] = [list(row) for row in rows]
            entry["drawings"] = [[what, drawing.svg, drawing.left_out] for what, drawing in drawings]
        self.passes.append(entry)

    def add_step(
        self, number: int, name: str, what: str, lines: Sequence[str], why: Sequence[str], folder: str
    ) -> None:
        """A step of code generation: what it decided, and why."""
        shown = {
            "lines": [line[:200] for line in lines[:MOST_LINES]],
            "why": [line[:200] for line in why[:MOST_LINES]],
        }
        self.steps.append({"n": number, "name": name, "what": what, **shown, "total": len(lines), "folder": folder})

    def add_kernels(self, table: Iterable[KernelEntry], code: Mapping[str, Any]) -> None:
        """The kernels, with what their machine code shows."""
        for entry in table:
            made = attrs.asdict(entry)
            made["code"] = {name: attrs.asdict(code[name]) for name in entry.functions if name in code}
            self.kernels.append(made)

    def add_arena(self, size: str, rows: Iterable[ArenaRow]) -> None:
        """The arena."""
        self.arena = {"size": size, "rows": [list(attrs.astuple(row)) for row in rows]}

    @property
    def data(self) -> dict[str, Any]:
        """All of it."""
        return {
            "title": self.title,
            "passes": self.passes,
            "steps": self.steps,
            "kernels": self.kernels,
            "arena": self.arena,
            "nodes": self.nodes,
            "values": [_spelled(finding) for finding in self.findings],
        }


def _spelled(finding: Finding) -> dict[str, Any]:
    """A finding in JSON's own types, which have no infinity."""
    outputs = [[name, str(deviation)] for name, deviation in finding.outputs.items()]
    return {"n": finding.number, "name": finding.name, "outputs": outputs, "first": finding.first}
