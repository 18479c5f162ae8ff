"""Integer divisions and powers where processors trap or numpy refuses: the values, written by hand, on every target."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu
from tests.codegen.native import run_emulated, run_native

LEVELS = ("host", "x86-64-v2", "aarch64")
LOWEST = -128
"""Stands for the lowest number of the type."""
A = [7, -7, 7, -7, 5, 0, LOWEST, LOWEST]
B = [2, 2, -2, -2, 0, 0, -1, 1]
BASES = [2, 2, -2, 1, -1, -1, 0, 0, 3, -1]
EXPONENTS = [3, -1, -2, -5, -5, -4, -1, 0, 4, 7]
SIGNED = {
    "floor": (ops.Divide(), A, B, [3, -4, -4, 3, 0, 0, LOWEST, LOWEST]),
    "truncate": (ops.Divide(m_pythondiv=False), A, B, [3, -3, -3, 3, 0, 0, LOWEST, LOWEST]),
    "mod": (ops.Mod(), A, B, [1, -1, 1, -1, 0, 0, 0, 0]),
    "floormod": (ops.FloorMod(), A, B, [1, 1, -1, -1, 0, 0, 0, 0]),
    "power": (ops.Power(), BASES, EXPONENTS, [8, 0, 0, 1, -1, 1, 0, 1, 81, -1]),
}
UNSIGNED = {
    "floor": (ops.Divide(), [7, 255, 5, 0, 200], [2, 255, 0, 0, 3], [3, 1, 0, 0, 66]),
    "truncate": (ops.Divide(m_pythondiv=False), [7, 255, 5, 0, 200], [2, 255, 0, 0, 3], [3, 1, 0, 0, 66]),
    "mod": (ops.Mod(), [7, 255, 5, 0, 200], [2, 255, 0, 0, 3], [1, 0, 0, 0, 2]),
    "floormod": (ops.FloorMod(), [7, 255, 5, 0, 200], [2, 255, 0, 0, 3], [1, 0, 0, 0, 2]),
    "power": (ops.Power(), [2, 3, 0, 255], [7, 5, 0, 200], [128, 243, 1, 1]),
}


def model():
    """Every case in several types."""
    graph, feeds, expected = Graph("integers"), {}, {}
    for dtype, table in (("i1", SIGNED), ("u1", UNSIGNED), ("i4", SIGNED), ("i8", SIGNED)):
        for kind, (op, *columns) in table.items():
            name = f"{kind}-{dtype}"
            a, b, y = (np.array([np.iinfo(dtype).min if x == LOWEST else x for x in c], dtype) for c in columns)
            feeds |= {f"{name}-a": a, f"{name}-b": b}
            expected[name] = y
            values = [graph.parameter(f"{name}-{x}", TensorType(DType.of(a.dtype), a.shape)) for x in "ab"]
            graph.result(op(*values), name)
    return graph, feeds, expected


def test_definitions():
    _, feeds, expected = model()
    for name, wanted in expected.items():
        kind, dtype = name.split("-")
        op = (UNSIGNED if dtype.startswith("u") else SIGNED)[kind][0]
        with np.errstate(all="ignore"):
            got = op.evaluate(feeds[f"{name}-a"], feeds[f"{name}-b"])
        np.testing.assert_array_equal(got, wanted, err_msg=name)
        assert got.dtype == wanted.dtype


@pytest.mark.parametrize("level", LEVELS)
def test_native(level, tmp_path):
    target = resolve_target(level)
    graph, feeds, expected = model()
    run = run_native if target.arch == cpu.arch() else run_emulated
    outputs = run(graph, feeds, target, tmp_path)
    for name, wanted in expected.items():
        np.testing.assert_array_equal(outputs[name], wanted, err_msg=name)
