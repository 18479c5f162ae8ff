"""Channel counts whose last vector is half empty: computed on half a vector, alone and behind whole ones."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.task.numerics import Numerics
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load


@pytest.mark.parametrize("winograd", [False, True])
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("outputs", [5, 8, 20, 24, 40, 100])
def test_half_vectors(outputs, kernel, winograd, tmp_path):
    rng = np.random.default_rng(outputs + kernel)
    pad = kernel // 2
    x = rng.standard_normal((1, 32, 21, 18), np.float32)
    w = rng.standard_normal((outputs, 32, kernel, kernel), np.float32)
    after = rng.standard_normal((16, outputs, 1, 1), np.float32)
    bias = rng.standard_normal((1, outputs, 1, 1), np.float32)
    graph = Graph("half")
    value = ops.ReLU()(graph.parameter("x", TensorType(DType.f32, x.shape)))
    made = ops.Add()(ops.Convolution((1, 1), (pad, pad), (pad, pad), (1, 1))(value, w), bias)
    # A convolution behind it reads channel blocks: nothing of their padding may reach its sums.
    graph.result(ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(made, after), "y")
    target = resolve_target("host")
    numerics = Numerics(winograd=winograd)
    used = any(k.implementation.family == "winograd" for k in assemble(graph, target, numerics=numerics).calls.kernels)
    assert not used or (winograd and kernel == 3)
    compile_graph(graph, tmp_path / "m.so", target, numerics=numerics)
    with load(tmp_path / "m.so", threads=2) as model:
        got = model.run({"x": x})["y"]
    padded = np.pad(np.maximum(x, 0).astype("f8"), ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, (kernel, kernel), (2, 3))
    wanted = np.einsum("ncij,kc->nkij", np.einsum("ncijab,kcab->nkij", windows, w) + bias, after[:, :, 0, 0])
    np.testing.assert_allclose(got, wanted, atol=2e-5 * np.abs(wanted).max())
