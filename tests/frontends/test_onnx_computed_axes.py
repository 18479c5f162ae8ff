"""Axes that are inputs of the model: the same as onnxruntime with them."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import feeds_of, model_of, reference, save

X = np.random.default_rng(3).standard_normal((2, 3, 4)).astype(np.float32)


def ints(*numbers):
    return np.array(numbers, np.int64)


CASES = [
    ("ReduceSum", [X, ints(1)], 13, {"keepdims": 0}),
    ("ReduceMean", [X, ints(-1, 0)], 18, {"keepdims": 0}),
    ("ReduceMax", [X, ints(2, 1)], 18, {}),
    ("ReduceLogSumExp", [X, ints(0, 1, 2)], 18, {"keepdims": 0}),
    ("ReduceL2", [X, ints(-2)], 18, {}),
    ("Squeeze", [X[:, :1], ints(1)], 13, {}),
    ("Squeeze", [X[:1, :1], ints(-2, 0)], 13, {}),
    ("Unsqueeze", [X, ints(0, -1)], 13, {}),
    ("Unsqueeze", [X, ints(2)], 13, {}),
    ("CumSum", [X, np.array(1, np.int32)], 14, {"reverse": 1}),
    ("CumSum", [X, np.array(-1, np.int32)], 14, {"exclusive": 1}),
    ("Slice", [X, ints(1, -1), ints(9, 0), ints(2, 1), ints(2, -1)], 13, {}),
    ("Slice", [X, ints(-9), ints(-1), ints(-1)], 13, {}),
    ("Slice", [X, ints(5), ints(-9), ints(0), ints(-1)], 13, {}),
    ("Split", [X, ints(1, 2)], 18, {"axis": 1, "outputs": 2}),
    ("Pad", [X, ints(1, 2, 0, 1), np.array(7, np.float32), ints(-1, 0)], 18, {}),
    ("Pad", [X, ints(0, 4, 2, 1, 0, 3)], 19, {"mode": "wrap"}),
    ("Trilu", [X, np.array(1, np.int64)], 14, {"upper": 0}),
    ("Trilu", [X, np.array(-1, np.int64)], 14, {}),
]


@pytest.mark.parametrize(
    ("kind", "inputs", "opset", "attributes"), CASES, ids=[f"{c[0]}{i}" for i, c in enumerate(CASES)]
)
def test_computed(kind, inputs, opset, attributes, tmp_path):
    model = model_of(kind, inputs, opset, **attributes)
    feeds = feeds_of(model, inputs)
    found = interpret(import_onnx(save(model, tmp_path)), feeds)
    for got, want in zip(found.values(), reference(model, feeds), strict=True):
        assert got.dtype == want.dtype
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
        assert got.shape == want.shape


def test_as_many_axes_as_the_run_gives(tmp_path):
    model = model_of("ReduceSum", [X, ints(1)], 13)
    model.graph.input[1].type.tensor_type.shape.dim[0].dim_param = "k"
    graph = import_onnx(save(model, tmp_path))
    for axes in (ints(), ints(2), ints(0, -1)):
        want = reference(model, {"x0": X, "x1": axes})[0]
        np.testing.assert_allclose(interpret(graph, {"x0": X, "x1": axes})["y0"], want, rtol=1e-5)


def test_a_rank_that_only_the_run_tells(tmp_path):
    model = model_of("ReduceSum", [X, ints(1)], 13, keepdims=0)
    model.graph.input[1].type.tensor_type.shape.dim[0].dim_param = "k"
    with pytest.raises(UnsupportedError, match="the number of the axes must be fixed"):
        import_onnx(save(model, tmp_path))
