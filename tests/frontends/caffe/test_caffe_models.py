"""Real models answer as the references that are stored beside them, with fixed and with free batch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from benchmarks.caffe import MODELS, difference
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from tests.frontends.models import model_path

LIMIT = 1e-4


def test_says_how_many_models_were_found():
    found = sum(model.source.is_file() for model in MODELS)
    warnings.warn(f"{found} of {len(MODELS)} models of Caffe in DLDT_MODELS", stacklevel=1)


@pytest.mark.parametrize("batch", [None, 2], ids=["fixed", "free"])
@pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])
def test_a_model_answers_as_its_reference(model, batch):
    path = model_path(f"caffe/{model.file}.caffemodel")
    data, wanted = model.reference()
    graph = read_model(path, inputs=batch and {"data": ("N", *data.shape[1:])})
    found = interpret(graph, {"data": data if batch is None else np.concatenate([data] * batch)})
    for blob, array in wanted.items():
        assert difference(found[blob], array, batch or 1) <= LIMIT
