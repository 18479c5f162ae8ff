"""The real models of TensorFlow in DLDT_MODELS, beside what ``make_model_references.py`` stored."""

from pathlib import Path

import numpy as np
import pytest

from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.models import ROOT

STEP = 17
LIMIT = 1e-4
"""Of the largest number: as in benchmarks/accuracy.py."""
REFERENCES = Path(__file__).with_name("model_references.npz")
SHAPES = {
    "human/emotion.pb": (1, 64, 64, 1),
    "human/blazeface.pb": (1, 256, 256, 3),
    "human/facemesh.pb": (1, 192, 192, 3),
    "human/liveness.pb": (1, 32, 32, 3),
    "random_topology/dped.pb": (1, 32, 48, 3),
    "fer/fer_minixception.pb": (1, 64, 64, 1),
    "basic_pitch/nmp": (1, 43844, 1),
}


def model(name):
    path = ROOT / "tf" / name
    if not path.exists():
        pytest.skip(f"{name} is not there (DLDT_MODELS={ROOT})")
    return path


@pytest.mark.parametrize("name", SHAPES)
def test_a_real_model_gives_what_tensorflow_gives(name, tmp_path):
    graph = read_model(model(name), inputs=[SHAPES[name]])
    x = np.random.default_rng(0).random(SHAPES[name], np.float32)
    x = x - np.float32(0.5) if name.startswith("basic") else x
    (given,) = (value.name for value in graph.inputs)
    with load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1) as native:
        found = native.run({given: x})
    with np.load(REFERENCES) as content:
        wanted = {key.partition(":")[2]: content[key] for key in content.files if key.startswith(f"{name}:")}
    assert set(found) == set(wanted)
    for key, value in wanted.items():
        assert np.abs(found[key].ravel()[::STEP] - value).max() <= LIMIT * max(np.abs(value).max(), 1e-3), key
