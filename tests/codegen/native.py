"""Operation cases as one model each family: compiled for a target, run for real, compared with the definition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import Target
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu, load
from tests.codegen.qemu import run_under_qemu
from tests.ops.case import Case

HALF = {np.dtype("f2"): 2e-3}


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
    """The graph's outputs by name, from native code on this machine; skips where it lacks what the target has."""
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    path = folder / "model.so"
    compile_graph(graph, path, target)
    with load(path, threads=threads) as model:
        return model.run(feeds)


def run_emulated(graph: Graph, feeds: dict[str, np.ndarray], target: Target, folder: Path):
    """The graph's outputs by name, from a static executable under qemu-user."""
    model = assemble(graph, target)
    return run_under_qemu(model.modules, list(model.calls.weights.pieces()), model.metadata, feeds, target, folder)


def name(family: ModuleType) -> str:
    """The family's name in test ids."""
    return family.__name__.rsplit(".", 1)[1]


def check(cases: Sequence[Case], outputs: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    """Fails naming every output that differs from the expected one by more than its case allows."""
    tolerances = {f"{case.id}/y{k}": case.tolerance for case in cases for k in range(len(case.expected()))}
    wrong = []
    for key, wanted in expected.items():
        got = outputs[key]
        assert got.shape == wanted.shape, key
        assert got.dtype.itemsize == wanted.dtype.itemsize, key
        got = got.view(wanted.dtype) if got.dtype != wanted.dtype else got
        error = difference(got, wanted)
        if not error <= max(tolerances[key], HALF.get(wanted.dtype, 2e-2 if wanted.dtype.itemsize == 2 else 0)):
            wrong.append(f"{key}: {error:.2e} > {tolerances[key]:.0e}")
    assert not wrong, "\n".join(wrong)


def difference(got: np.ndarray, wanted: np.ndarray) -> float:
    """The largest error relative to the largest finite magnitude; infinite where NaN or infinities differ."""
    if wanted.dtype.kind not in "fV" and wanted.dtype.name != "bfloat16":
        return 0.0 if np.array_equal(got, wanted) else float("inf")
    a, b = got.astype(np.float64), wanted.astype(np.float64)
    odd = ~np.isfinite(b)
    if not np.array_equal(np.isnan(a), np.isnan(b)) or not np.array_equal(a[odd & ~np.isnan(b)], b[odd & ~np.isnan(b)]):
        return float("inf")
    if not (~odd).any():
        return 0.0
    return float(np.abs(a[~odd] - b[~odd]).max() / max(np.abs(b[~odd]).max(), 1e-30))
