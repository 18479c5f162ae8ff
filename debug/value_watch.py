"""``--dump-values``: what every pass did to the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import numpy as np

from dldt.compiler.graph import Graph, Value
from dldt.compiler.types import Array, DType
from dldt.debug.body_run import body_tensors
from dldt.debug.deviation import Deviation
from dldt.debug.evaluator import Evaluator, Statistics
from dldt.debug.inputs import checked_inputs
from dldt.debug.tensor_names import tensor_names

TOLERANCE = 1e-4
"""Relative to the largest number of an output: what ``dldt run --expect`` allows too."""


@attrs.frozen
class Finding:
    """The numbers after one pass or step: the deviation of each output from the imported graph, lines about the tensors
    that it made or moved, and whether this was the first to move an output beyond the tolerance."""

    number: int
    name: str
    outputs: dict[str, Deviation]
    tensors: tuple[str, ...]
    first: bool

    @property
    def text(self) -> str:
        """The outputs, then the tensors."""
        head = [f"output {name!r}: {deviation}" for name, deviation in self.outputs.items()]
        return "\n".join([*head, "", *self.tensors]) + "\n"


class ValueWatch:
    """Compares every version of a graph with the first one, on the inputs that were given."""

    def __init__(self, inputs: Mapping[str, Array], tolerance: float = TOLERANCE) -> None:
        self.inputs = inputs
        self.tolerance = tolerance
        self.findings: list[Finding] = []
        self._evaluator = Evaluator(inputs)
        self._expected: dict[str, Array] = {}
        self._named: dict[str, Array] = {}
        self._before: dict[Value, Array] = {}
        self._bodies: dict[str, Array] = {}

    @property
    def guilty(self) -> Finding | None:
        """The first pass or step that moved an output beyond the tolerance."""
        return next((finding for finding in self.findings if finding.first), None)

    def imported(self, graph: Graph) -> Finding:
        """Take the graph as the one that is right. Raises UsageError where the inputs are not those of the graph."""
        checked_inputs(graph, self.inputs)
        values = self._values(graph)
        self._named = {name: values[v] for v, names in tensor_names(graph).items() for name in names}
        self._named = {**body_tensors(graph, values), **self._named}
        self._expected = {node.name: values[v] for node in graph.outputs for v in node.inputs if v is not None}
        return self.look(0, "imported", graph)

    def look(self, number: int, name: str, graph: Graph) -> Finding:
        """Compare the graph as it is after a pass or step."""
        values = self._values(graph)
        found = {node.name: values[v] for node in graph.outputs for v in node.inputs if v is not None}
        lines = tuple(
            self._line(value, values[value], names)
            for value, names in tensor_names(graph).items()
            if self._before.get(value) is not values[value]
        )
        self._before = values
        return self.outputs(number, name, found, (*lines, *self._inner(graph, values)))

    def _inner(self, graph: Graph, values: Mapping[Value, Array]) -> Iterator[str]:
        """A line for each tensor inside bodies that is not as it was."""
        for name, array in body_tensors(graph, values).items():
            before = self._bodies.get(name)
            if before is not None and before.shape == array.shape and np.array_equal(before, array, equal_nan=True):
                continue
            self._bodies[name] = array
            what = f"{name!r} {DType.of(array.dtype)}{list(array.shape)}, in a body"
            yield self._described(what, array, (name,))

    def outputs(self, number: int, name: str, found: Mapping[str, Array], lines: tuple[str, ...] = ()) -> Finding:
        """Compare outputs that were computed elsewhere."""
        return self._found(number, name, {k: Deviation.between(e, found[k]) for k, e in self._expected.items()}, lines)

    def lost(self, number: int, name: str) -> Finding:
        """There are no outputs to compare."""
        return self._found(number, name, dict.fromkeys(self._expected, Deviation.infinite()), ())

    def _found(self, number: int, name: str, deviations: dict[str, Deviation], lines: tuple[str, ...]) -> Finding:
        wrong = any(deviation.exceeds(self.tolerance) for deviation in deviations.values())
        finding = Finding(number, name, deviations, lines, wrong and self.guilty is None)
        self.findings.append(finding)
        return finding

    def accuse(self, name: str) -> Finding:
        """Give the last finding a name that says more."""
        self.findings[-1] = attrs.evolve(self.findings[-1], name=name)
        return self.findings[-1]

    def _values(self, graph: Graph) -> dict[Value, Array]:
        return self._evaluator.values(graph, {v: v for node in graph.order() for v in node.outputs})

    def _line(self, value: Value, array: Array, names: tuple[str, ...]) -> str:
        return self._described(f"{value.name!r} {value.type}", array, names)

    def _described(self, what: str, array: Array, names: tuple[str, ...]) -> str:
        line = f"{what}: {Statistics.of(array)}"
        expected = next((self._named[name] for name in names if name in self._named), None)
        return line if expected is None else f"{line}; {Deviation.between(expected, array)}"
