"""The same random models in every run, native code beside onnxruntime. ``python -m tests.random_onnx`` tries thousands;
what its ``--keep tests/random_onnx/cases`` keeps is tried again here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.random_onnx.judge import difference
from tests.random_onnx.native_child import NativeChild
from tests.random_onnx.random_model import RandomModel

COUNT = 200
CASES = sorted((Path(__file__).parent / "cases").glob("*.onnx"))


@pytest.fixture(scope="module")
def child():
    made = NativeChild()
    yield made
    made.close()


@pytest.mark.one_in(20)
@pytest.mark.parametrize("seed", range(COUNT))
def test_native_is_onnxruntime(seed, child):
    made = RandomModel(seed)
    assert difference(child, made.model, made.feeds) == ""


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_was_found(path, child):
    model, feeds = onnx.load(path), [{}, {}]
    with np.load(path.with_suffix(".npz")) as arrays:
        for key in arrays.files:
            number, name = key.split("/", 1)
            feeds[int(number)][name] = arrays[key]
    assert difference(child, model, feeds) == ""


def test_many_kinds_of_nodes_are_made():
    kinds = set()
    for seed in range(120):
        kinds |= RandomModel(seed).kinds
    assert len(kinds) >= 120
