"""The real models: MediaPipe's nets with half-precision and sparse weights, and a net of bytes that keeps a state."""

import numpy as np
import pytest

from dldt.frontends.tflite.importer import import_tflite
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.models import model_path
from tests.frontends.tflite.real import REAL, expected


@pytest.mark.parametrize("real", REAL, ids=lambda real: real.name)
def test_a_real_model_is_what_tf_lite_makes_of_it(real, tmp_path):
    graph = import_tflite(model_path(real.file), outputs=real.tensors)
    compile_model(graph, tmp_path / "m.so")
    request = load(tmp_path / "m.so").create_request()
    seen = set()
    for call, array in enumerate(real.feeds()):
        outputs = request.run(array)
        for name, got in zip(real.tensors, outputs.values(), strict=True):
            numbers, most = expected(real, call, name)
            difference = np.abs(got.ravel()[:: real.step].astype(np.float64) - numbers).max()
            assert difference <= (real.units if real.units else 1e-4 * most), (call, name)
            seen.update(numbers.tolist())
    assert len(seen) > 1
