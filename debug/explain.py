"""``--explain PASS --node NAME``: why a rewrite fires at a node, or why not."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Any

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.observer import Application, Observer, PassRun
from dldt.debug.asked import asked
from dldt.debug.declined import Declined
from dldt.debug.matcher_trace import trace
from dldt.passes.pipeline import Pipeline
from dldt.passes.rewrite import Rewrite


class Explain(Observer):
    """Gives lines to ``write``: each time before the pass runs, what its pattern asks at the node called ``node`` and
    what it finds; afterwards, whether it was applied there."""

    def __init__(self, name: str, node: str, pipeline: Pipeline, write: Callable[[str], None] = print) -> None:
        self._found = {i: item for i, item in enumerate(pipeline.passes) if name in (item.name, str(item))}
        if not self._found:
            known = sorted({item.name for item in pipeline.passes})
            raise UsageError(f"--explain {name!r}: no pass has this name{did_you_mean(name, known)}")
        self._node = node
        self._write = write
        self._looked_at: dict[tuple[int, int], str] = {}
        self._nodes: dict[tuple[int, int], tuple[Graph, str]] = {}
        """The graph and the text of each node that is explained, as the pass begins."""

    def pass_begins(self, index: int, name: str, graph: Graph) -> None:
        """See Observer."""
        self._looked_at.clear()
        self._nodes.clear()
        if index not in self._found:
            return
        self._write(f"pass {index + 1}, {name}")
        parts = list(graph.walk())
        present = [Node(part, i) for part in parts for i in sorted(part.ids)]  # also what no result reads
        nodes = [node for node in present if self._is_meant(node)]
        if not nodes:
            known = [node.name for node in present]
            close = difflib.get_close_matches(self._node, known, 3, 0.5)
            hint = f"; close to it: {', '.join(map(repr, close))}" if close else ""
            self._write(f"  no node is called {self._node!r} when the pass begins{hint}")
        for node in nodes:
            self._looked_at[id(node.graph), node.id] = "was not applied here"
            self._nodes[id(node.graph), node.id] = node.graph, _spelled(node)
            for line in self._explained(node, self._found[index]):
                self._write(f"  {line}")

    def applied(self, application: Application) -> None:
        """See Observer."""
        key = id(application.graph), application.root or 0
        if key in self._looked_at:
            self._looked_at[key] = "was applied here"

    def pass_ended(self, run: PassRun, graph: Graph) -> None:
        """See Observer."""
        if run.index in self._found:
            for key, text in self._looked_at.items():
                self._write(f"  the pass {text}{self._changed(key)}")

    def _changed(self, key: tuple[int, int]) -> str:
        """What else the pass did to the node, from another place."""
        if self._looked_at[key] == "was applied here":
            return ""
        graph, before = self._nodes[key]
        if key[1] not in graph.ids:
            return ", but the node is gone"
        after = _spelled(Node(graph, key[1]))
        return "" if before == after else f", but the node became {after}"

    def _is_meant(self, node: Node) -> bool:
        return node.name == self._node or any(self._node in value.names for value in node.outputs)

    def _explained(self, node: Node, item: Any) -> Iterator[str]:
        yield f"at {node}"
        if not isinstance(item, Rewrite):
            yield from (f"  {line}" for line in asked(item, node))
            return
        graph = node.graph.copy()  # a rewrite adds nodes even where it declines
        root = Value(graph, node.id)
        matches = list(item.pattern.search(root, {}))
        yield from (f"  {line}" for line in trace(item.pattern, root).lines)
        if not matches:
            yield "  so the pattern does not match"
        for captures in matches:
            yield from self._rewritten(item, root, captures)

    def _rewritten(self, item: Any, root: Value, captures: Any) -> Iterator[str]:
        named = ", ".join(f"{name} = {value.node}" for name, value in captures.items())
        declined = Declined(item.rewrite)
        if declined.call(item.record.of(root, captures, item.pattern.arrays)) is not None:
            yield f"  matches ({named}), and the rewrite accepts"
            return
        yield f"  matches ({named}), but the rewrite declines:"
        yield from (f"    {line}" for line in declined.lines)


def _spelled(node: Node) -> str:
    read = ", ".join("nothing" if value is None else str(value.node) for value in node.inputs)
    return f"{node} of {read}" if read else str(node)
