"""Rows that end within a vector: elements of one or two bytes of which the last vector holds one, few columns: nothing
behind them is written."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.onnx_native import check_text
from tests.codegen.qemu import run_artifact


@pytest.mark.parametrize("size", [9, 17, 33, 65])
@pytest.mark.parametrize("dtype", [DType.bf16, DType.f16, DType.u8, DType.i8, DType.i16], ids=str)
def test_the_last_element_is_the_last_that_is_written(dtype, size, tmp_path):
    """The output ends where memory begins that may not be touched."""
    graph = Graph("rows")
    x = graph.parameter("x", TensorType(DType.f32, (size,)))
    graph.result(ops.Convert(dtype)(ops.Abs()(x)), "y")
    compile_graph(graph, tmp_path / "m.so", resolve_target("host"))
    data = np.arange(-size, 0, dtype=np.float32) / 2
    wanted = np.abs(data).astype(dtype.numpy)
    found = run_artifact(tmp_path / "m.so", {"x": data})["y"].view(wanted.dtype)
    np.testing.assert_array_equal(found.astype("f4"), wanted.astype("f4"))


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 5, 16, 17])
def test_a_vector_times_a_matrix_of_few_columns(columns, tmp_path):
    """The result has one dim: no axis of rows is in the place of an element."""
    weights = np.random.default_rng(columns).integers(-9, 9, (20, columns))
    numbers = ",".join(map(str, weights.ravel()))
    text = (
        f"g (float[20] x) => (float[{columns}] y) {{\n w = Constant<value = float[20,{columns}] {{{numbers}}}>()\n"
        " y = MatMul(x, w) }"
    )
    check_text(text, [{"x": np.arange(20, dtype=np.float32)}], tmp_path)
