"""One run of a body: the turn of a loop, or the side of a condition that was taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.interpret import evaluate_node
from dldt.compiler.types import Array, DType, TensorType
from dldt.debug.evaluator import Evaluator
from dldt.debug.tensor_names import tensor_names

MOST = 64
"""Turns of a loop that are kept: the first ones."""


@attrs.frozen
class BodyRun:
    """The body as it stands in the model, and the arrays that it was given in this turn, in the order of its inputs."""

    body: Graph
    arrays: Sequence[Array]
    turn: int

    @classmethod
    def of(cls, node: Node, arguments: Sequence[Array | None]) -> list[BodyRun]:
        """Every run of the bodies of a node that is given these arrays; of a long loop the first turns."""
        found: list[BodyRun] = []

        def entered(body: Graph, arrays: Sequence[Array]) -> None:
            if len(found) < MOST:
                found.append(cls(body, list(arrays), len(found)))

        evaluate_node(node, list(arguments), {}, entered)
        return found

    @property
    def inputs(self) -> dict[str, Array]:
        """The arrays by the names of the body's inputs."""
        return {value.node.name: array for value, array in zip(self.body.inputs, self.arrays, strict=True)}

    @property
    def model(self) -> Graph:
        """The body as a model of its own, for arrays of these shapes."""
        made = self.body.copy()
        made.retype({name: TensorType(DType.of(array.dtype), array.shape) for name, array in self.inputs.items()})
        return made


def body_tensors(graph: Graph, values: Mapping[Value, Array]) -> dict[str, Array]:
    """The tensors inside the bodies of a graph whose ``values`` are known, by name: those of all turns behind one
    another, where they have one shape; otherwise, the last. Behind the name of the body, where several have it."""
    made: dict[str, Array] = {}
    for node in graph.order():
        if node.bodies and all(v is None or v in values for v in node.inputs):
            runs = BodyRun.of(node, [None if v is None else values[v] for v in node.inputs])
            for name, array in _joined(runs).items():
                made[name if name not in made else f"{node.name}: {name}"] = array
    return made


def _joined(runs: Sequence[BodyRun]) -> dict[str, Array]:
    turns: dict[str, list[Array]] = {}
    for run in runs:
        wanted = {v: v for node in run.body.order() for v in node.outputs}
        values = Evaluator(run.inputs).values(run.body, wanted)
        named = {name: values[v] for v, names in tensor_names(run.body).items() for name in names}
        for name, array in {**named, **body_tensors(run.body, values)}.items():
            turns.setdefault(name, []).append(array)
    return {
        name: np.stack(arrays) if len({array.shape for array in arrays}) == 1 and len(arrays) > 1 else arrays[-1]
        for name, arrays in turns.items()
    }
