"""Every component beside its formula: through the reference interpreter and as native code, binary and text."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.target import TARGETS
from dldt.compiler.interpret import interpret
from dldt.frontends.kaldi.ops import register
from dldt.frontends.read_model import read_model
from tests.codegen.native import run_native
from tests.frontends.kaldi.component_cases import COMPONENTS
from tests.frontends.kaldi.inner_cases import INNER
from tests.frontends.kaldi.layer_cases import LAYERS
from tests.frontends.kaldi.written import nnet1, nnet3

FRAMES = 7


def joined(binary=True, double=False):
    """One network with a node for each component, all reading the first numbers of one input; and the formulas."""
    width = max(case.width for case in COMPONENTS)
    lines = [f"input-node name=input dim={width}"]
    components = {}
    for number, case in enumerate(COMPONENTS):
        name = f"c{number}_{case.kind}{case.note}"
        components[name] = (case.kind, case.fields)
        lines.append(f"dim-range-node name=x{number} input-node=input dim={case.width} dim-offset=0")
        lines.append(f"component-node name={name} component={name} input=x{number}")
        lines.append(f"output-node name=y{number} input={name} objective=linear")
    return nnet3("\n".join(lines), components, binary, double), width


@pytest.fixture(scope="module")
def frames():
    width = max(case.width for case in (*COMPONENTS, *LAYERS))
    return np.random.default_rng(1).standard_normal((FRAMES, width)).astype(np.float32)


def close(got, wanted, what):
    wanted = np.asarray(wanted)
    assert got.shape == wanted.shape, what
    assert np.abs(got - wanted).max() <= 1e-5 * max(1.0, np.abs(wanted).max()), what


def check(outputs, frames):
    for number, case in enumerate(COMPONENTS):
        x = frames[:, : case.width].astype(np.float64)
        close(outputs[f"y{number}"], case.formula(x), f"{case.kind} {case.note}")


@pytest.mark.parametrize(("binary", "double"), [(True, False), (True, True), (False, False)])
def test_components_are_their_formulas(tmp_path, frames, binary, double):
    data, width = joined(binary, double)
    path = tmp_path / "model.raw"
    path.write_bytes(data)
    check(interpret(read_model(path), {"input": frames[:, :width]}), frames)


def test_native_components_are_their_formulas(tmp_path, frames):
    data, width = joined()
    path = tmp_path / "model.raw"
    path.write_bytes(data)
    check(run_native(read_model(path), {"input": frames[:, :width]}, TARGETS["x86-64-v3"], tmp_path), frames)


@pytest.mark.parametrize("binary", [True, False], ids=["binary", "text"])
@pytest.mark.parametrize("case", LAYERS, ids=lambda case: case.kind)
def test_layers_are_their_formulas(tmp_path, frames, case, binary):
    path = tmp_path / "model.nnet"
    path.write_bytes(nnet1([(case.kind, case.out, case.width, case.fields)], binary))
    x = frames[:, : case.width]
    (got,) = interpret(read_model(path), {"input": x}).values()
    close(got, case.formula(x.astype(np.float64)), case.kind)


def test_native_layers_are_their_formulas(tmp_path, frames):
    """All layers of a kind that keeps 6 numbers a frame, one behind the other."""
    chain = [case for case in LAYERS if case.width == case.out == 6]
    path = tmp_path / "model.nnet"
    path.write_bytes(nnet1([(case.kind, 6, 6, case.fields) for case in chain]))
    x = frames[:, :6]
    (got,) = run_native(read_model(path), {"input": x}, TARGETS["x86-64-v3"], tmp_path).values()
    wanted = x.astype(np.float64)
    for case in chain:
        wanted = case.formula(wanted)
    close(got, wanted, "chain")


def test_nothing_is_imported_without_a_case():
    described = {"Append", "Const", "Failover", "Scale", "Sum", "Switch"}  # test_time.py
    described |= {"ReadState", "WriteState", "Recurrence"}  # test_inner.py
    tested = {case.kind for case in (*COMPONENTS, *LAYERS, *INNER)} | described | {"TdnnComponent"}
    assert {importer.op_type for importer in register().importers()} - tested == set()
