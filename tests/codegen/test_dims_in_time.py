"""A dim is never written as one that is found later: kernels before that would run for no elements."""

from __future__ import annotations

import numpy as np
import onnx.parser
import pytest

from dldt.runtime.model import load
from dldt.tools.api import compile_model

TEXT = """<ir_version: 8, opset_import: ["" : 17]> g ({inputs}, int64[2] shape) => (float[a,b] y) {{
  zero = Constant <value = int64 {{0}}> ()  one = Constant <value = int64 {{1}}> ()
  {made}  sums = CumSum(x, zero)  y = Reshape(sums, shape) }}"""
MADE = {
    "free": ("float[N] w", "x = Neg(w)", {"w": np.arange(6, dtype=np.float32)}),
    "found": ("int64 n", "r = Range(zero, n, one)  f = Cast <to = 1> (r)  x = Neg(f)", {"n": np.array(6)}),
}


@pytest.mark.parametrize("kind", MADE)
def test_elements_of_a_shape_that_is_computed(kind, tmp_path):
    inputs, made, feeds = MADE[kind]
    path = tmp_path / "m.onnx"
    path.write_bytes(onnx.parser.parse_model(TEXT.format(inputs=inputs, made=made)).SerializeToString())
    model = load(compile_model(path, tmp_path / "m.so", threads=1), threads=1)
    wanted = -np.cumsum(np.arange(6)).reshape(2, 3)
    np.testing.assert_array_equal(model.run({**feeds, "shape": np.array([2, 3])})["y"], wanted)
