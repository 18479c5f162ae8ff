"""Each layer of Keras as a model of one layer, beside what TensorFlow answers (``make_keras_layers``)."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.tensorflow.keras_layers import LAYERS

FILE = Path(__file__).with_name("keras_layers.tar.xz")
CASES = [f"{name}-{number}" for name, (_, *cases) in LAYERS.items() for number in range(len(cases))]
LIMIT = 2e-5
"""Of the largest number."""


@pytest.fixture(scope="module")
def stored():
    with tarfile.open(FILE) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}


@pytest.fixture
def case(stored, tmp_path):
    def found(name):
        for path, data in stored.items():
            if path.startswith(f"{name}/"):
                (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / path).write_bytes(data)
        with np.load(io.BytesIO(stored[f"{name}.npz"])) as content:
            arrays = dict(content)
        answer = arrays.pop("answer")
        names = [value.name for value in read_model(tmp_path / name).inputs]
        given = dict(zip(sorted(names), (arrays[key] for key in sorted(arrays)), strict=True))
        return read_model(tmp_path / name, inputs={key: array.shape for key, array in given.items()}), given, answer

    return found


def check(outputs, answer):
    (got,) = outputs.values()
    assert got.shape == answer.shape
    assert np.abs(got - answer).max() <= LIMIT * max(np.abs(answer).max(), 1e-3)


def test_every_layer_of_the_list_has_cases():
    assert len(LAYERS) == 77
    assert all(len(cases) > 1 for cases in LAYERS.values())


@pytest.mark.one_in(5)
@pytest.mark.parametrize("name", CASES)
def test_a_layer_gives_what_tensorflow_gives(name, case):
    graph, given, answer = case(name)
    check(interpret(graph, given), answer)


@pytest.mark.one_in(20)
@pytest.mark.parametrize("name", CASES)
def test_native_code_gives_what_tensorflow_gives(name, case, tmp_path):
    graph, given, answer = case(name)
    with load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1) as native:
        check(native.run(given), answer)
