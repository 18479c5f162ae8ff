"""A picture times what a pool over the whole of it gives, where the picture's size is free."""

import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ops import AvgPool, MaxPool, Multiply
from dldt.compiler.types import DType, TensorType
from dldt.runtime.errors import RuntimeInputError
from dldt.runtime.model import load
from dldt.tools.api import compile_model


def gated(pool=8):
    graph = Graph()
    shape = (1, 2, dims.symbol("H"), dims.symbol("W"))
    x = graph.parameter("x", TensorType(DType.f32, shape))
    none = {"pads_begin": (0, 0), "pads_end": (0, 0)}
    half = MaxPool(strides=(2, 2), kernel=(2, 2), **none)(x)
    mean = AvgPool(strides=(pool, pool), kernel=(pool, pool), exclude_pad=True, **none)(half)
    graph.result(Multiply()(half, mean), "y")
    return graph


def by_hand(x):
    half = x.reshape(1, 2, x.shape[2] // 2, 2, x.shape[3] // 2, 2).max((3, 5))
    return half * half.mean((2, 3), keepdims=True)


def test_the_mean_of_all_is_a_number_a_channel(tmp_path):
    graph = gated()
    assert str(graph.output_values[0].type) == "f32[1,2,(H)//2,(W)//2]"
    x = np.random.default_rng(0).standard_normal((1, 2, 16, 16)).astype(np.float32)
    np.testing.assert_allclose(interpret(graph, {"x": x})["y"], by_hand(x), rtol=1e-5, atol=1e-6)
    with load(compile_model(graph, tmp_path / "m.so", threads=1)[0], threads=1) as model:
        np.testing.assert_allclose(model.run({"x": x})["y"], by_hand(x), rtol=1e-5, atol=1e-6)
        with pytest.raises(RuntimeInputError, match="must be equal to 1"):
            model.run({"x": np.zeros((1, 2, 32, 16), np.float32)})
