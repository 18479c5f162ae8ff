"""Every case through the reference interpreter and native code, against what TF Lite's kernels made of it."""

from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.tflite.importer import import_tflite
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.tflite.cases import CASES

EXPECTED = dict(np.load(Path(__file__).with_name("expected.npz")))


def wanted_of(case):
    if case.expected is not None:
        return case.expected
    calls = [[key for key in EXPECTED if key.startswith(f"{case.name}|{call}|")] for call in range(len(case.calls))]
    return [[EXPECTED[f"{case.name}|{call}|{port}"] for port in range(len(keys))] for call, keys in enumerate(calls)]


def check(case, call, outputs):
    wanted = wanted_of(case)[call]
    assert len(wanted) == len(outputs)
    assert wanted
    for got, array in zip(outputs, wanted, strict=True):
        assert got.dtype == array.dtype
        assert got.shape == array.shape
        if not array.size:
            continue
        if array.dtype.kind == "f":
            assert np.abs(got - array).max() <= case.rtol * max(np.abs(array).max(), 1e-30), case.name
        elif array.dtype.kind == "b":
            assert np.array_equal(got, array)
        else:
            assert np.abs(got.astype(np.int64) - array).max() <= case.units, case.name


@pytest.fixture
def graph_of(tmp_path):
    def make(case):
        path = tmp_path / "model.tflite"
        path.write_bytes(case.model)
        return import_tflite(path)

    return make


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reference(case, graph_of):
    graph, states = graph_of(case), {}
    for call, arrays in enumerate(case.calls):
        feeds = {value.node.name: array for value, array in zip(graph.inputs, arrays, strict=True)}
        check(case, call, list(interpret(graph, feeds, states).values()))


@pytest.mark.one_in(6)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_native(case, graph_of, tmp_path):
    compile_model(graph_of(case), tmp_path / "model.so")
    request = load(tmp_path / "model.so", threads=1).create_request()
    for call, arrays in enumerate(case.calls):
        check(case, call, list(request.run(*arrays).values()))
