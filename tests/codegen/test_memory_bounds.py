"""Kernels stay within their arrays: a program is run whose arrays end where memory that may not be touched begins."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu
from tests.codegen.native import run_emulated

LEVELS = ("host", "x86-64-v3", "x86-64-v2", "aarch64")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("size", [1, 3])
def test_a_residual_in_the_users_memory_is_not_read_past_its_last_channel(level, size, tmp_path):
    target = resolve_target(level)
    if target.arch == cpu.arch() and cpu.missing(list(target.features)):
        pytest.skip(f"this processor is no {target.name}")
    random = np.random.default_rng(9)
    graph, feeds = Graph("residual"), {}
    for name, shape in (("x", (2, 16, 6, 17)), ("residual", (2, 17, 6, 17)), ("scale", (1, 17, 1, 1))):
        feeds[name] = random.standard_normal(shape).astype(np.float32)
        graph.parameter(name, TensorType(DType.f32, shape))
    x, residual, scale = graph.inputs
    filters = random.standard_normal((17, 16, size, size)).astype(np.float32) / 8
    pad = (size // 2,) * 2
    made = ops.Convolution((1, 1), pad, pad, (1, 1))(x, filters)
    last = ops.Add()(ops.Multiply()(made, scale), residual)
    graph.result(ops.MaxPool((1, 1), (0, 0), (0, 0), (2, 2))(last), "y")
    got = run_emulated(graph, feeds, target, tmp_path)["y"]
    np.testing.assert_allclose(got, interpret(graph, feeds)["y"], rtol=0, atol=1e-4)
