"""Every operation, imported and run by the reference interpreter and by native code, beside MXNet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.mxnet.ops import register
from dldt.frontends.read_model import read_model
from dldt.runtime import load
from dldt.tools.api import compile_model
from tests.frontends.mxnet.all_cases import CASES
from tests.frontends.mxnet.evaluated import EVALUATED

EXPECTED = np.load(Path(__file__).with_name("expected.npz"))


def expected(name):
    arrays = [EXPECTED[key] for key in sorted(EXPECTED.files) if key.rpartition("/")[0] == name]
    assert arrays, f"{name} has no expected values: run make_expected.py"
    return arrays


def imported(case, folder, free=False):
    net, outputs = case.writer()
    path = net.save(folder, *outputs)
    inputs = {name: array for name, array in net.inputs.items() if name not in case.labels}
    shapes = {name: (["N", *a.shape[1:]] if free and a.ndim else a.shape) for name, a in inputs.items()}
    return read_model(path, inputs=shapes), inputs


def agree(found, wanted, rtol):
    assert found.shape == wanted.shape
    assert found.dtype == wanted.dtype
    if wanted.dtype.kind != "f":
        np.testing.assert_allclose(found.astype(np.int64), wanted.astype(np.int64), rtol=0, atol=int(rtol))
        return
    scale = float(np.max(np.abs(wanted[np.isfinite(wanted)]), initial=1e-3))
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=rtol * scale)


@pytest.mark.parametrize("name", CASES)
def test_interpreted(name, tmp_path):
    case = CASES[name]
    graph, feeds = imported(case, tmp_path)
    found = interpret(graph, feeds)
    for got, want in zip(found.values(), expected(name), strict=True):
        agree(got, want, case.rtol)


@pytest.mark.one_in(6)
@pytest.mark.parametrize("name", CASES)
def test_native(name, tmp_path):
    case = CASES[name]
    graph, feeds = imported(case, tmp_path)
    artifact = compile_model(graph, tmp_path / "m.so", threads=1)
    found = load(artifact, threads=1).run(feeds)
    for got, want in zip(found.values(), expected(name), strict=True):
        agree(got, want, max(case.rtol, 2e-5))


def test_nothing_is_imported_without_a_case():
    assert {importer.op_type for importer in register().importers()} - {op for op, _ in EVALUATED} == set()
