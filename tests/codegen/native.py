"""Operation cases as one model each family: compiled for a target, run for real, compared with the definition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dldt.codegen.build import assemble, compile_graph
from dldt.codegen.target import Target
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from tests.codegen.qemu import run_under_qemu
from tests.ops.case import Case


def case_graph(cases: Sequence[Case]) -> tuple[Graph, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """One graph that holds every case, its inputs by name, and its expected outputs by name."""
    graph = Graph("cases")
    feeds: dict[str, np.ndarray] = {}
    expected: dict[str, np.ndarray] = {}
    for case in cases:
        values = []
        for k, array in enumerate(case.inputs):
            if array is None:
                values.append(None)
            elif k in case.constant_inputs:
                values.append(graph.constant(array))
            else:
                name = f"{case.id}/x{k}"
                feeds[name] = array
                values.append(graph.parameter(name, TensorType(DType.of(array.dtype), array.shape)))
        if all(k in case.constant_inputs for k, a in enumerate(case.inputs) if a is not None):
            outputs = graph.add(case.op, values)
        else:
            outputs = case.op.all(*values)
        for k, (value, array) in enumerate(zip(outputs, case.expected(), strict=True)):
            name = f"{case.id}/y{k}"
            graph.result(value, name)
            expected[name] = array
    return graph, feeds, expected


def run_native(graph: Graph, feeds: dict[str, np.ndarray], target: Target, folder: Path, threads: int = 1):
    """The graph's outputs by name, from native code on this machine."""
    path = folder / "model.so"
    compile_graph(graph, path, target)
    with load(path, threads=threads) as model:
        return model.run(feeds)


def run_emulated(graph: Graph, feeds: dict[str, np.ndarray], target: Target, folder: Path):
    """The graph's outputs by name, from a static executable under qemu-user."""
    model = assemble(graph, target)
    return run_under_qemu(model.modules, list(model.weights()), model.metadata, feeds, target, folder)
