"""Rows of elements of one or two bytes whose last vector holds one element: nothing behind it is written."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
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
