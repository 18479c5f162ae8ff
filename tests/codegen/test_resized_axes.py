"""Images resized axis by axis, against onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.plan.expand import expand
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.onnx_native import check_text

CASES = {
    "cubic": ('mode = "cubic"', (2, 3, 9, 20), (18, 40)),
    "cubic, aligned": ('mode = "cubic", coordinate_transformation_mode = "align_corners"', (1, 2, 9, 7), (14, 33)),
    "linear": ('mode = "linear"', (1, 5, 8, 11), (16, 88)),
    "one grows, one shrinks": ('mode = "linear"', (1, 5, 24, 11), (7, 30)),
    "asymmetric": ('mode = "linear", coordinate_transformation_mode = "asymmetric"', (1, 2, 7, 19), (21, 38)),
}


@pytest.mark.parametrize("name", CASES)
def test_as_onnxruntime(name, tmp_path):
    attributes, shape, (rows, pixels) = CASES[name]
    dims = ",".join(map(str, shape))
    held = f"int64[4] n = {{{shape[0]}, {shape[1]}, {rows}, {pixels}}}"
    text = f"g (float[{dims}] x) => (float[a,b,c,d] y) <{held}> {{ y = Resize <{attributes}> (x, , , n) }}"
    numbers = np.random.default_rng(4).standard_normal(shape).astype(np.float32)
    check_text(text, [{"x": numbers}], tmp_path, 1e-5, 2e-6)


@pytest.mark.parametrize(
    ("mode", "dtype", "shape", "count"),
    [
        ("cubic", DType.f32, (6, 8), 2),
        ("linear_onnx", DType.f64, (6, 8), 2),
        ("linear", DType.f32, (3, 8), 1),
        ("linear", DType.u8, (6, 8), 1),
        ("nearest", DType.f32, (6, 8), 1),
    ],
)
def test_one_axis_after_another(mode, dtype, shape, count):
    graph = Graph("resize")
    x = graph.parameter("x", TensorType(dtype, (1, 2, 3, 4)))
    made = ops.Interpolate(mode, "sizes")(x, np.array(shape), np.ones(2, np.float32), np.array([2, 3]))
    graph.result(made, "y")
    assert sum(isinstance(node.op, ops.Interpolate) for node in expand(graph).order()) == count
