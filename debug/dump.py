"""``--dump``: a folder that shows what every pass and every step of code generation did."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from dldt.codegen.plan.compilation import Compilation
from dldt.compiler.atomic import WRITTEN
from dldt.compiler.errors_named import errors_named
from dldt.compiler.graph import Graph, Node
from dldt.compiler.observer import Application, Observer, PassRun, StepRun
from dldt.compiler.ops.core import Constant
from dldt.compiler.text import print_graph
from dldt.debug.arena_picture import arena_rows
from dldt.debug.difference import Difference
from dldt.debug.drawing import Drawing, draw
from dldt.debug.dump_folder import EVENTS, make_fresh
from dldt.debug.dump_options import DumpOptions
from dldt.debug.environment import environment
from dldt.debug.evaluator import Statistics
from dldt.debug.ir_files import IrFiles
from dldt.debug.kernel_files import write_kernels, write_modules
from dldt.debug.kernel_table import kernel_table
from dldt.debug.native_values import NativeValues
from dldt.debug.page import side_by_side, write_page
from dldt.debug.page_data import PageData
from dldt.debug.provenance import Change, Provenance
from dldt.debug.snapshot import NodeEntry, Snapshots
from dldt.debug.step_reasons import StepReasons
from dldt.debug.value_watch import Finding, ValueWatch

PASSES = "passes"
MOST_DRAWINGS = 6
"""Pictures of one pass; further changes are listed."""


class Dump(Observer):
    """Writes a dump into a fresh folder as the events come, and the page when it is closed. The same input gives the
    same files, but for ``times.js``."""

    code = True

    def __init__(self, folder: Path, options: DumpOptions | None = None, title: str = "") -> None:
        self.folder = folder
        self.options = options or DumpOptions()
        make_fresh(folder)
        (folder / PASSES).mkdir()
        self._page = PageData(title)
        self._provenance = Provenance()
        self._snapshots = Snapshots(self._provenance.identity)
        self._ir = IrFiles(folder, weights=self.options.weights == "full")
        self._watch = None if self.options.values is None else ValueWatch(self.options.values, self.options.tolerance)
        self._native = None if self._watch is None else NativeValues(self._watch)
        self._entries: dict[str, NodeEntry] = {}
        self._text: list[str] = []
        self._last = ""
        self._number = 0
        self._times: list[tuple[int, str, float]] = []
        self._summary: list[str] = []
        self._reasons = StepReasons()
        self._ended = "the compilation did not come to its end"

    # ---- the passes -------------------------------------------------------------------------------------------------

    def imported(self, graph: Graph) -> None:
        """Number 000: the graph as it was read."""
        self._provenance.imported(graph)
        if not self._page.title:
            self._page.title = graph.name
        self._entries, self._text = self._snapshots.take(graph), print_graph(graph).splitlines()
        self._page.know(self._entries.values(), self._provenance.sources)
        folder = self._made(0, "import", "imported")
        self._last = folder
        self._write_graph(graph, folder, "after")
        self._write_weights(graph)
        finding = None if self._watch is None else self._watch.imported(graph)
        self._page.add_pass(0, "imported", 0, len(self._entries), folder=folder)
        self._tell(0, "import", "imported", {"nodes": len(self._entries), "folder": folder}, finding)

    def pass_begins(self, index: int, name: str, graph: Graph) -> None:
        """See Observer."""
        self._provenance.pass_begins(index, name, graph)

    def applied(self, application: Application) -> None:
        """See Observer."""
        self._provenance.applied(application)

    def pass_ended(self, run: PassRun, graph: Graph) -> None:
        """A folder for a pass that changed something, a line for any."""
        self._number = number = run.index + 1
        self._times.append((number, run.name, run.seconds))
        changes = self._provenance.take()
        facts = {"changes": run.count, "nodes": run.nodes}
        if not run.count:
            self._page.add_pass(number, run.name, 0, run.nodes)
            self._tell(number, "pass", run.name, facts)
            return
        before, text = self._entries, self._text
        self._entries, self._text = self._snapshots.take(graph), print_graph(graph).splitlines()
        self._page.know(self._entries.values(), self._provenance.sources)
        difference = Difference.between(before, self._entries)
        finding = None if self._watch is None else self._watch.look(number, run.name, graph)
        rows = side_by_side(text, self._text)
        if not self._wanted(run.name):
            self._page.add_pass(number, run.name, run.count, run.nodes, changes=changes, difference=difference)
            self._tell(number, "pass", run.name, facts, finding)
            self._last = ""
            return
        folder = self._made(number, "graph", run.name)
        drawings = self._drawn(before, changes, difference)
        self._write_graph(graph, folder, "after")
        self._link_before(folder)
        self._write(folder, "diff.txt", difference.text)
        self._write(folder, "changes.txt", _listed(changes, self._provenance.sources))
        for count, (_, drawing) in enumerate(drawings, 1):
            self._write(folder, f"diff-{count}.svg", drawing.svg + "\n")
        if finding is not None:
            self._write(folder, "values.txt", finding.text)
        self._page.add_pass(
            number,
            run.name,
            run.count,
            run.nodes,
            folder=folder,
            changes=changes,
            difference=difference,
            rows=rows,
            drawings=drawings,
        )
        self._tell(number, "pass", run.name, {**facts, "folder": folder}, finding)
        self._last = folder

    def _drawn(
        self, before: Mapping[str, NodeEntry], changes: list[Change], difference: Difference
    ) -> list[tuple[str, Drawing]]:
        """A picture for each of the first applications."""
        moved = {new.identity: set(new.producers) for _, new, _ in difference.changed}
        drawings = []
        for change in changes[:MOST_DRAWINGS]:
            own = {*change.removed, *change.added}
            seeds = [*change.removed[:20], *change.added[:20], *(k for k, from_ in moved.items() if own & from_)][:30]
            drawing = draw(before, self._entries, seeds or list(moved)[:10])
            drawings.append((change.what, drawing))
        return drawings

    # ---- code generation --------------------------------------------------------------------------------------------

    def step_begins(self, number: int, name: str, compilation: object) -> None:
        """See Observer."""
        assert isinstance(compilation, Compilation)
        self._reasons.begins(name, compilation)

    def step_ended(self, run: StepRun) -> None:
        """What a step decided, and why; for some steps what it made besides."""
        c = run.compilation
        assert isinstance(c, Compilation)
        number = self._number + 1 + run.number
        self._times.append((number, run.name, run.seconds))
        lines = list(run.show())
        why = list(self._reasons.of(run.name, c))
        folder = ""
        if self._wanted(run.name):
            folder = self._made(number, "code", run.name)
            self._write(folder, "decided.txt", "\n".join([f"# {run.what}", "", *lines]) + "\n")
        if why and folder:
            self._write(folder, "why.txt", "\n".join(why) + "\n")
        self._page.add_step(number, run.name, run.what, lines, why, folder)
        finding = None if self._native is None else self._native.step(number, run.name, c)
        if finding is not None and folder:
            self._write(folder, "values.txt", finding.text)
        self._tell(number, "step", run.name, {"folder": folder}, finding)
        if run.name == "memory":
            self._page.add_arena(str(c.arena.size), arena_rows(c.program))
        if run.name == "link":
            self._write_code(c)
            self._ended = ""

    def _write_code(self, c: Compilation) -> None:
        table = kernel_table(c, self._identity_of, self._origins_of, self._reasons.candidates)
        heads = {name: entry.head for entry in reversed(table) for name in entry.functions}
        known = {name: head for name, head in heads.items() if self._wanted(name)}
        code = write_kernels(c, self.folder / "kernels", known)
        if self.options.only == "*":
            write_modules(c, self.folder / "modules")
        self._page.add_kernels(table, code)
        text = [json.dumps(entry, ensure_ascii=False) for entry in self._page.kernels]
        self._write("", "kernels.jsonl", "".join(f"{line}\n" for line in text))
        self._summary.append(f"kernels: {len(table)} tasks, {len(known)} functions, see kernels.jsonl and kernels/")

    def _identity_of(self, node: Node) -> str:
        """The identity that a node of code generation's graph had in the passes: by id where the name is the same. A
        body is copied there under its own name."""
        identity = self._provenance.identity_of(node)
        known = self._entries.get(identity)
        if known is not None and known.name == node.name:
            return identity
        return next((key for key, entry in self._entries.items() if entry.name == node.name), "")

    def _origins_of(self, node: Node) -> tuple[str, ...]:
        return self._provenance.sources.get(self._identity_of(node), ())

    # ---- files ------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Write the page, the summary and what else is told at the end. May be called after an error. What cannot be
        written whole is removed."""
        try:
            self._write_end()
        except OSError:
            self.discard()
            raise
        WRITTEN.append(self.folder / "index.html")

    def discard(self) -> None:
        """Remove all that was written."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write_end(self) -> None:
        self._ir.close()
        guilty = None if self._watch is None else self._watch.guilty
        if self._watch is not None:
            self._page.findings = self._watch.findings
            text = "no output moved beyond the tolerance" if guilty is None else _accused(guilty)
            self._summary.insert(0, f"values: {text} of {self._watch.tolerance:g}")
        if self._ended and self._page.steps:
            self._summary.append(self._ended)
        self._write("", "summary.txt", "\n".join([f"dump of {self._page.title}", "", *self._summary]) + "\n")
        self._write("", "env.json", json.dumps(environment(), indent=1, sort_keys=True) + "\n")
        command = self.options.command or ("dldt", "compile", "MODEL")
        self._write(
            "",
            "repro.sh",
            "#!/bin/sh\n# The same dump, in a new folder: sh repro.sh DIR, where the files of the command are.\n"
            f'exec {shlex.join(command)} --dump "${{1:-dump}}"\n',
        )
        os.chmod(self.folder / "repro.sh", 0o755)
        times = json.dumps([[n, name, round(seconds * 1e3, 3)] for n, name, seconds in self._times])
        self._write("", "times.js", f"window.TIMES = {times};\n")
        write_page(self.folder / "index.html", {**self._page.data, "summary": self._summary})

    def _wanted(self, name: str) -> bool:
        return fnmatch.fnmatchcase(name, self.options.only)

    def _made(self, number: int, stage: str, name: str) -> str:
        clean = re.sub(r"[^A-Za-z0-9.=-]+", "_", name).strip("_")[:80]
        folder = f"{PASSES}/{number:03d}-{stage}-{clean}"
        (self.folder / folder).mkdir()
        return folder

    def _write(self, folder: str, name: str, text: str) -> None:
        path = self.folder / folder / name
        with errors_named(path):
            path.write_text(text, encoding="utf-8")

    def _write_graph(self, graph: Graph, folder: str, name: str) -> None:
        self._write(folder, f"{name}.txt", "\n".join(self._text) + "\n")
        reason = self._ir.write(graph, self.folder / folder / f"{name}.xml")
        if reason:
            self._write(folder, f"{name}.xml-missing.txt", f"The IR cannot hold this graph: {reason}\n")

    def _link_before(self, folder: str) -> None:
        """The graph before a pass is the one after the last pass that changed it."""
        for suffix in (".txt", ".xml"):
            source = self.folder / self._last / f"after{suffix}"
            if self._last and source.exists():
                before = self.folder / folder / f"before{suffix}"
                before.symlink_to(os.path.relpath(source, before.parent))
        self._ir.link(self.folder / folder / "before.xml")

    def _write_weights(self, graph: Graph) -> None:
        if self.options.weights == "none":
            return
        lines = [
            f"{node.name!r} {node.types[0]}: {Statistics.of(node.op.value)}"
            for part in graph.walk()
            for node in part.order()
            if isinstance(node.op, Constant) and node.op.value.dtype.kind in "fiu"
        ]
        self._write("", "weights.txt", "\n".join(lines) + "\n")

    def _tell(
        self, number: int, event: str, name: str, facts: Mapping[str, Any], finding: Finding | None = None
    ) -> None:
        told: dict[str, Any] = {"event": event, "number": number, "name": name, **facts}
        if finding is not None:
            told["outputs"] = {k: _numbers(deviation) for k, deviation in finding.outputs.items()}
        path = self.folder / EVENTS
        with errors_named(path), path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
        if event != "step":
            what = f"{facts['changes']} changes" if facts.get("changes") else "unchanged" if event == "pass" else "read"
            self._summary.append(f"{number:03d} {name}: {what}, {facts['nodes']} nodes")
        else:
            self._summary.append(f"{number:03d} {name}: step of code generation")


def _numbers(deviation: Any) -> dict[str, Any]:
    return {name: value if value < float("inf") else "infinite" for name, value in attrs.asdict(deviation).items()}


def _accused(finding: Finding) -> str:
    worst = max(finding.outputs.items(), key=lambda item: item[1].needed)
    who = f"number {finding.number:03d}, {finding.name}"
    return f"{who}, is the first to move an output: {worst[0]!r} {worst[1]}; tolerance"


def _listed(changes: list[Change], sources: Mapping[str, tuple[str, ...]]) -> str:
    """Each application: at which node, what went and came, and from which of the framework's nodes that stems."""
    lines = []
    for number, change in enumerate(changes, 1):
        came = list(dict.fromkeys(origin for key in change.added for origin in sources.get(key, ())))
        lines.append(
            f"{number} {change.what}: - {' '.join(change.removed) or 'nothing'} + {' '.join(change.added) or 'nothing'}"
        )
        lines += [f"    from {origin}" for origin in came[:12]]
    return "\n".join(lines) + "\n"
