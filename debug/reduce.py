"""Reduction: the smallest part of a model that still fails."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import attrs
import numpy as np

from dldt.compiler.errors import DldtError, UsageError
from dldt.compiler.errors_named import errors_named
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.text import print_graph
from dldt.compiler.types import Array
from dldt.debug.body_run import BodyRun
from dldt.debug.evaluator import Evaluator
from dldt.debug.nothing_fails_error import NothingFailsError
from dldt.debug.subgraph import subgraph, working_nodes

Fails = Callable[[Graph, Mapping[str, Array]], bool]
"""Whether a graph fails on inputs. One that cannot be compiled is no failure of the kind that is looked for."""

REACH = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 1 << 30)
"""Distances from the output within which nodes are kept, one after the other."""

SUSPECTED = 6
"""The distance from a suspect within which the fault must lie: beyond, the search by halving is quicker."""


@attrs.frozen
class ReducedModel:
    """A graph that fails, and its inputs. ``nodes``: what it computes, as text. ``checks``: how many parts were tried,
    ``recalled``: of how many the answer was known from an earlier run. ``fails``: the check; ``options``: of a command
    that runs the passes with which it fails, none where they are all."""

    graph: Graph
    inputs: dict[str, Array]
    nodes: tuple[str, ...]
    checks: int
    recalled: int
    fails: Fails
    options: tuple[str, ...] = ()


class Reducer:
    """Reduces one graph; ``checks`` and ``recalled`` count as those of a ReducedModel. ``journal``: a file that
    remembers every check, so that a reduction that was interrupted goes on where it was. ``check``: what ``fails``
    asks, as text: only answers to the same are remembered. ``suspects``: values one of which a search found to be
    wrong; the parts that end in them are tried first."""

    def __init__(
        self,
        graph: Graph,
        inputs: Mapping[str, Array],
        fails: Fails,
        journal: Path | None = None,
        tell: Callable[[str], None] = lambda line: None,
        check: str = "",
        suspects: Iterable[Value] = (),
    ) -> None:
        self._suspects = tuple(suspects)
        self._graph, self.fails, self._journal, self._tell = graph, fails, journal, tell
        self._recorded = Evaluator(inputs).values(graph, {v: v for node in graph.order() for v in node.outputs})
        self._order = working_nodes(graph)
        asked = hashlib.sha256(f"{check}\n{print_graph(graph)}".encode())
        for array in inputs.values():
            asked.update(np.ascontiguousarray(array).tobytes())
        self._asked = asked.hexdigest()
        self._known = _read(journal)
        self._earlier = set(self._known)
        self.checks = self.recalled = 0

    def run(self) -> ReducedModel:
        """Reduce. Raises NothingFailsError where the whole model does not fail."""
        output, kept = self._suspected() or self._whole()
        output, kept = self._shrunk(output, kept)
        made, inputs = subgraph(self._graph, output, kept, self._recorded)
        inner = self._inside(kept)
        if inner is not None:
            return inner
        titles = tuple(str(node) for node in self._order if node.id in kept)
        return ReducedModel(made, inputs, titles, self.checks, self.recalled, self.fails)

    def _inside(self, kept: set[int]) -> ReducedModel | None:
        """The reduction of a body, where the fault lies in one: the first turn that fails on its own."""
        for node in (node for node in self._order if node.id in kept and node.bodies):
            for run in BodyRun.of(node, [None if v is None else self._recorded[v] for v in node.inputs]):
                part = run.model
                self.checks += 1
                self._tell(f"turn {run.turn} of {node}, alone")
                if self._asked_of(part, run.inputs):
                    inner = Reducer(part, run.inputs, self.fails, tell=self._tell).run()
                    checks = inner.checks + self.checks
                    return attrs.evolve(inner, checks=checks, recalled=self.recalled)
        return None

    def _asked_of(self, part: Graph, inputs: Mapping[str, Array]) -> bool:
        try:
            return self.fails(part, inputs)
        except UsageError:  # of the check, such as a command that does not exist
            raise
        except DldtError:
            return False

    def _suspected(self) -> tuple[Value, set[int]] | None:
        """The nodes nearest to a suspect that fail, where few do."""
        for value in self._suspects:
            near = self._within(value, SUSPECTED)
            if self._holds(value, near):
                return value, self._nearest(value, near)
        return None

    def _whole(self) -> tuple[Value, set[int]]:
        output, kept = self._earliest_output()
        return output, self._nearest(output, kept)

    def _earliest_output(self) -> tuple[Value, set[int]]:
        """The first value in order, found by halving, that fails when it is the output; with all that it needs."""
        whole = [v for v in self._graph.output_values if self._holds(v, self._needed(v))]
        if not whole:
            raise NothingFailsError
        found = whole[0]
        needed = self._needed(found)
        values = [node.outputs[0] for node in self._order if node.id in needed]
        low, high = -1, len(values) - 1
        while high - low > 1:
            middle = (low + high) // 2
            if self._holds(values[middle], self._needed(values[middle])):
                high, found = middle, values[middle]
            else:
                low = middle
        return found, self._needed(found)

    def _nearest(self, output: Value, kept: set[int]) -> set[int]:
        """The nodes nearest to the output that fail without the others."""
        for reach in REACH:
            near = self._within(output, reach) & kept
            if near == kept or self._holds(output, near):
                return near
        return kept

    def _shrunk(self, output: Value, kept: set[int]) -> tuple[Value, set[int]]:
        """Leave nodes out one by one, from the inputs on, then from the output back, until none can go."""
        while True:
            size = len(kept)
            for node in [n for n in self._order if n.id in kept]:
                less = (kept - {node.id}) & self._within(output, 1 << 30, kept - {node.id})
                if node.id != output.id and self._holds(output, less):
                    kept = less
            last = Node(self._graph, output.id)
            for value in last.inputs:
                if value is not None and value.id in kept:
                    less = kept & self._within(value, 1 << 30, kept)
                    if self._holds(value, less):
                        output, kept = value, less
                        break
            if len(kept) == size:
                return output, kept

    def _needed(self, value: Value) -> set[int]:
        return self._within(value, 1 << 30)

    def _within(self, value: Value, reach: int, inside: Iterable[int] | None = None) -> set[int]:
        """The working nodes that ``value`` is computed by, at most ``reach`` edges above it."""
        allowed = {node.id for node in self._order} if inside is None else set(inside)
        level, found = {value.id} & allowed, set[int]()
        for _ in range(reach):
            found |= level
            above = {v.id for i in level for v in Node(self._graph, i).inputs if v is not None}
            level = (above & allowed) - found
            if not level:
                break
        return found

    def _holds(self, output: Value, kept: set[int]) -> bool:
        """Whether this part fails."""
        if not kept or output.id not in kept:
            return False
        key = hashlib.sha256(f"{self._asked} {output.id}.{output.port} {sorted(kept)}".encode()).hexdigest()[:24]
        if key in self._known:
            self.recalled += key in self._earlier
            self._earlier.discard(key)
            return self._known[key]
        self.checks += 1
        verdict = self._asked_of(*subgraph(self._graph, output, kept, self._recorded))
        self._tell(f"{len(kept)} nodes up to {output.name!r}: {'fails' if verdict else 'does not fail'}")
        self._known[key] = verdict
        if self._journal is not None:
            with errors_named(self._journal), self._journal.open("a", encoding="utf-8") as file:
                file.write("\n" + json.dumps([key, verdict]))
        return verdict


_LINE = re.compile(r'\["(\w+)", (true|false)\]')


def _read(journal: Path | None) -> dict[str, bool]:
    if journal is None or not journal.exists():
        return {}
    # A run may have ended in the middle of a line; every line begins with its own newline, so that others stay whole.
    lines = journal.read_text(encoding="utf-8").splitlines()
    return {found[1]: found[2] == "true" for found in map(_LINE.fullmatch, lines) if found is not None}
