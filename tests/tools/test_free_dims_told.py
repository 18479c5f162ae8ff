"""``dldt run`` and ``dldt bench`` say which free dims they take to be 1; several ``--input`` add up."""

import numpy as np
import onnx
import pytest

from dldt.tools.tensors import assumed_dims, is_filled
from tests.errors.commands import command, refused

TEXT = """< ir_version: 8, opset_import: ["": 17] >
g (float[N,3] x, float[N,K] v) => (float[N,3] y, float[N,K] u) { y = Exp(x)
 u = Exp(v) }
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(onnx.parser.parse_model(TEXT).SerializeToString())
    return path


def test_dims_that_are_taken_to_be_1(model, tmp_path):
    library = tmp_path / "m.so"
    assert command("compile", model, "-o", library, "-q").returncode == 0
    shown = command("run", library).stderr
    assert "dims: N, K = 1 (free; choose with --shape, numbers in place of the names: 'x[N,3],v[N,K]')" in shown
    assert "dims: " not in command("run", library, "--shape", "x[2,3],v[2,4]").stderr
    np.save(tmp_path / "x.npy", np.ones((1, 3), np.float32))
    shown = command("run", library, "-i", f"x={tmp_path / 'x.npy'}").stderr
    assert "dims: N, K = 1 (free; choose with --shape, numbers in place of the names: 'v[N,K]')" in shown
    shown = command("bench", library, "--niter", "2").stdout
    assert "\ndims        N, K = 1 (free; choose with --shape" in shown


def test_inputs_that_are_filled():
    assert is_filled("x", [], 2)
    assert is_filled("x", ["x=ones", "y=y.npy"], 2)
    assert not is_filled("x", ["x=x.npy"], 2)
    assert not is_filled("x", ["x.npy"], 1)
    assert not is_filled("x", ["all.npz"], 2)
    assert assumed_dims([], {}) == ""


def test_several_inputs_add_up(model, tmp_path, capsys):
    words = ["--input", "x[2,3]", "--input", "v[2,5]"]
    done = command("convert", model, "-o", tmp_path / "m.xml", "-q", *words)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "m.xml").read_text()
    assert '<data shape="2,3"' in text
    assert '<data shape="2,5"' in text
    assert '<input value="x[2,3],v[2,5]" />' in text
    refused(
        command("convert", model, "-o", tmp_path / "n.xml", "--input", "x[2,3]", "--input", "x[3,3]"),
        1,
        "input 'x' is given twice",
    )
