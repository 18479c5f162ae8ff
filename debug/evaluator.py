"""The reference interpreter for many versions of one graph: what two versions have in common is computed once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import attrs
import numpy as np

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.interpret import evaluate_node
from dldt.compiler.op import Op
from dldt.compiler.ops.core import Constant, Parameter, Result
from dldt.compiler.text_printer import attribute_text
from dldt.compiler.types import Array

MOST_BYTES = 1 << 30
"""Results that take more are forgotten, the oldest first."""


class Evaluator:
    """Evaluates graphs on one set of inputs, given by name. A node is evaluated once, whatever graph it stands in:
    it is known by its operation and by what its inputs are. States are as before the first run."""

    def __init__(self, inputs: Mapping[str, Array]) -> None:
        self._inputs = inputs
        self._numbers: dict[Hashable, int] = {}
        self._texts: dict[int, tuple[Op, Hashable]] = {}
        self._results: dict[int, list[Array]] = {}
        self._bytes = 0

    def outputs(self, graph: Graph) -> dict[str, Array]:
        """The outputs by name."""
        wanted = {value: value for value in graph.output_values}
        found = self.values(graph, wanted)
        return {node.name: found[v] for node in graph.outputs for v in node.inputs if v is not None}

    def values(self, graph: Graph, wanted: Mapping[Value, object]) -> dict[Value, Array]:
        """The arrays of the wanted values."""
        order = graph.order()
        keys = self._keys(order)
        needed = {value.id for value in wanted}
        for node in reversed(order):
            if node.id in needed and keys[node.id] not in self._results:
                needed.update(v.id for v in node.inputs if v is not None)
        held: dict[Value, Array] = {}
        for node in order:
            if node.id in needed:
                held.update(zip(node.outputs, self._evaluated(node, keys[node.id], held), strict=False))
        self._forget()
        return {value: held[value] for value in wanted}

    def _keys(self, order: list[Node]) -> dict[int, int]:
        keys: dict[int, int] = {}
        for node in order:
            inputs = tuple(None if v is None else (keys[v.id], v.port) for v in node.inputs)
            named = node.name if isinstance(node.op, Parameter) else ""
            whole: Hashable = (self._spelled(node.op), inputs, named, tuple(map(str, node.types)))
            keys[node.id] = self._numbers.setdefault(whole, len(self._numbers))
        return keys

    def _spelled(self, op: Op) -> Hashable:
        """What an operation is known by. Constants and what holds bodies are known by being the same object."""
        known = self._texts.get(id(op))
        if known is None:
            own = isinstance(op, Constant) or bool(op.bodies)
            known = self._texts[id(op)] = (op, id(op) if own else (type(op).__name__, attribute_text(op)))
        return known[1]

    def _evaluated(self, node: Node, key: int, held: Mapping[Value, Array]) -> list[Array]:
        if isinstance(node.op, Parameter):
            return [np.asarray(self._inputs[node.name])]
        if key not in self._results or node.op.bodies:  # bodies can be changed in place
            arguments = [None if v is None else held[v] for v in node.inputs]
            made = evaluate_node(node, arguments, {})
            if isinstance(node.op, Result):
                return made
            self._results[key] = made
            self._bytes += sum(array.nbytes for array in made)
        return self._results[key]

    def _forget(self) -> None:
        while self._bytes > MOST_BYTES and self._results:
            oldest = next(iter(self._results))
            self._bytes -= sum(array.nbytes for array in self._results.pop(oldest))


@attrs.frozen
class Statistics:
    """The least, the largest and the mean of a tensor's finite numbers, and how many are none."""

    least: float
    largest: float
    mean: float
    not_finite: int

    @classmethod
    def of(cls, array: Array) -> Statistics:
        """The statistics of an array; zeros where it holds no numbers."""
        numbers = array.astype(np.float64).reshape(-1)
        finite = numbers[np.isfinite(numbers)]
        if not finite.size:
            return cls(0.0, 0.0, 0.0, int(numbers.size))
        return cls(float(finite.min()), float(finite.max()), float(finite.mean()), int(numbers.size - finite.size))

    def __str__(self) -> str:
        text = f"min {self.least:.6g}, max {self.largest:.6g}, mean {self.mean:.6g}"
        return text + (f", {self.not_finite} NaN or infinite" if self.not_finite else "")
