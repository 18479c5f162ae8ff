"""Writing by index: what onnxruntime gives, compiled to native code too."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.onnx_node import check, feeds_of, model_of, reference, save

RANDOM = np.random.default_rng(8)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


ROWS = [normal(6, 4, 5), np.array([[2], [0], [-1]]), normal(3, 4, 5)]
ELEMENTS = [normal(4, 6), RANDOM.integers(-6, 6, (3, 5)), normal(3, 5)]
CASES = [
    ("ScatterND", ROWS, 11, {}),
    (
        "ScatterND",
        [normal(4, 3), np.array([[[0, 1], [3, 2]], [[0, 1], [1, 0]]]), normal(2, 2)],
        18,
        {"reduction": "add"},
    ),
    *(("ScatterElements", ELEMENTS, 18, {"axis": 1, "reduction": each}) for each in ("add", "mul", "max", "min")),
    ("ScatterElements", [normal(4, 6), np.argsort(normal(4, 6), 1), normal(4, 6)], 11, {"axis": -1}),
    ("Scatter", [normal(4, 6), np.array([[1, 2], [0, 3]]), normal(2, 2)], 9, {}),
    (
        "MaxUnpool",
        [normal(1, 1, 2, 2), np.array([[[[5, 7], [13, 15]]]])],
        9,
        {"kernel_shape": [2, 2], "strides": [2, 2]},
    ),
]


@pytest.mark.parametrize(
    ("kind", "inputs", "opset", "attributes"), CASES, ids=[f"{c[0]}{i}" for i, c in enumerate(CASES)]
)
def test_scatter(kind, inputs, opset, attributes, tmp_path):
    model = model_of(kind, inputs, opset, **attributes)
    check(model, inputs, tmp_path)
    feeds = feeds_of(model, inputs)
    found = load(compile_model(save(model, tmp_path), tmp_path / "m.so", threads=1), threads=1).run(feeds)
    np.testing.assert_allclose(found["y0"], reference(model, feeds)[0], rtol=1e-6)
