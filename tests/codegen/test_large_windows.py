"""Large windows of MaxPool, taken apart by axes, against onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.plan.expand import expand
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from tests.codegen.onnx_native import check_text

CASES = {
    "5x5": ((1, 20, 13, 13), "kernel_shape = [5, 5], pads = [2, 2, 2, 2]"),
    "strides": ((2, 3, 17, 23), "kernel_shape = [4, 5], strides = [2, 3], pads = [1, 2, 0, 2]"),
    "rounded up": ((1, 3, 16, 15), "kernel_shape = [5, 4], strides = [3, 3], ceil_mode = 1"),
    "volume": ((1, 3, 5, 9, 20), "kernel_shape = [3, 3, 3], pads = [1, 1, 1, 1, 1, 1]"),
    "two axes of three": ((1, 2, 6, 7, 19), "kernel_shape = [5, 1, 5], strides = [1, 2, 2]"),
}


@pytest.mark.parametrize("name", CASES)
def test_as_onnxruntime(name, tmp_path):
    shape, attributes = CASES[name]
    dims = ",".join(map(str, shape))
    text = f"g (float[{dims}] x) => (float[{','.join('abcde'[: len(shape)])}] y) {{ y = MaxPool <{attributes}> (x) }}"
    numbers = np.random.default_rng(2).standard_normal(shape).astype(np.float32)
    numbers[0, 0, 0, 0] = np.inf
    check_text(text, [{"x": numbers}], tmp_path, 0, 0)


@pytest.mark.parametrize(("kernel", "count"), [((5, 5), 2), ((3, 3), 1), ((1, 11), 1), ((3, 3, 3), 2), ((5, 5, 5), 3)])
def test_windows_by_axes(kernel, count):
    zeros, ones = (0,) * len(kernel), (1,) * len(kernel)
    graph = Graph("pool")
    x = graph.parameter("x", TensorType(DType.f32, (1, 2, *(size + 4 for size in kernel))))
    graph.result(ops.MaxPool(ones, zeros, ones, kernel)(x), "y")
    made = expand(graph)
    assert sum(isinstance(node.op, ops.MaxPool) for node in made.order()) == count
    data = {"x": np.random.default_rng(1).standard_normal(x.type.shape).astype(np.float32)}
    np.testing.assert_array_equal(interpret(made, data)["y"], interpret(graph, data)["y"])
