"""How many arithmetic operations kernels have, against what the operations' definitions say."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.debug.dump import Dump
from dldt.tools import api

CASES = {
    # five elements of four rows: an addition and a multiplication each
    "map": (lambda x: ops.Multiply()(ops.Add()(x, np.float32(1)), np.float32(2)), 4 * 5 * 2),
    # a value that is read twice is computed once
    "shared": (lambda x: (lambda y: ops.Multiply()(y, y))(ops.Exp()(x)), 4 * 5 * 2),
    "move": (lambda x: ops.Transpose()(x, np.array([1, 0])), 0),
    "compare": (lambda x: ops.Greater()(x, np.float32(1)), 0),
    "sum": (lambda x: ops.ReduceSum(keep_dims=False)(x, np.array([1])), 4 * 5),
    "running sum": (lambda x: ops.CumSum()(x, np.array(1)), 4 * 5),
    # three outputs of five products, then a maximum
    "product": (lambda x: ops.ReLU()(ops.MatMul()(x, np.ones((5, 3), np.float32))), 4 * 3 * (2 * 5 + 1)),
}


@pytest.mark.parametrize("name", CASES)
def test_the_operations_of_every_kernel_are_counted(name, tmp_path):
    build, expected = CASES[name]
    graph = Graph("counted")
    graph.result(build(graph.parameter("x", TensorType(DType.f32, (4, 5)))), "y")
    dump = Dump(tmp_path / "d")
    api.compile_model(graph, tmp_path / "m.so", observer=dump)
    dump.close()
    kernels = [json.loads(line) for line in (tmp_path / "d" / "kernels.jsonl").read_text().splitlines()]
    assert sum(kernel["flops"] for kernel in kernels) == expected
    for kernel in kernels:
        assert kernel["bytes"] > 0
        assert set(kernel["code"]) == set(kernel["functions"])
        assert all({"registers", "spills", "reloads"} <= set(code) for code in kernel["code"].values())
