"""Real models beside MXNet's stored answers, with a fixed and a free batch, interpreted and native."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.models import model_path

MODELS = ["mtcnn/mtcnn1", "mtcnn/mtcnn2", "mtcnn/mtcnn3", "zoo_random/mobilenet0_25", "zoo_random/squeezenet1_1"]


@pytest.mark.parametrize("batch", ["fixed", "free"])
@pytest.mark.parametrize("name", MODELS)
def test_answers_are_those_of_mxnet(name, batch, tmp_path):
    path = model_path(f"mxnet/{name}-symbol.json")
    stored = np.load(model_path(f"mxnet/{name}.npz"))
    data = stored["x"]
    wanted = [stored[key] for key in stored.files if key != "x"]
    graph = read_model(path, inputs={"data": data.shape if batch == "fixed" else ("N", *data.shape[1:])})
    interpreted = interpret(graph, {"data": data})
    native = load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1).run({"data": data})
    for found in (interpreted, native):
        for got, want in zip(found.values(), wanted, strict=True):
            assert np.abs(got - want).max() <= 1e-5 * np.abs(want).max()
