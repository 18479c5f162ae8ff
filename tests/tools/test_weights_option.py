"""Weights of 16 bits are named in the summary and by ``dldt inspect``, and refused where they cannot be."""

import numpy as np
import pytest

import dldt
from dldt.compiler import ops
from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.ir.write import write_ir
from dldt.compiler.types import DType, TensorType
from dldt.tools import compile as command
from dldt.tools import inspect

NOTE = "2 contraction(s) with bf16 weights, each rounded by at most 2^-8 (0.4 %) of itself, sums in f32"


@pytest.fixture
def model(tmp_path):
    """Two products with a vector, too large for a cache, and one with many rows."""
    graph = Graph("dense")
    x = graph.parameter("x", TensorType(DType.f32, (1, 1024)))
    numbers = np.random.default_rng(0).standard_normal((1024, 1024)).astype(np.float32)
    weights = graph.constant(numbers)
    y = ops.MatMul(False, False)(ops.ReLU()(ops.MatMul(False, False)(x, weights)), weights)
    graph.result(y, "y")
    many = graph.parameter("many", TensorType(DType.f32, (256, 64)))
    graph.result(ops.MatMul(False, False)(many, graph.constant(np.ones((64, 32), np.float32))), "z")
    write_ir(graph, tmp_path / "m.xml")
    return tmp_path / "m.xml"


def test_the_summary_and_inspect_name_them(model, capsys):
    artifact = model.with_suffix(".so")
    words = [str(model), "-o", str(artifact), "--target", "x86-64-v3", "--weights", "bf16", "-v"]
    assert command.main(words) == 0
    shown = capsys.readouterr().out
    assert "precision  as in the model, but for weights stored as bf16" in shown
    assert f"note       {NOTE}: errors of some 2e-3 of the contraction's largest result" in shown
    assert shown.count("_bf16 → ") == 2
    assert inspect.main([str(artifact)]) == 0
    assert f"notes           {NOTE}" in capsys.readouterr().out


def test_the_default_is_exact(model, capsys):
    assert command.main([str(model), "-o", str(model.with_suffix(".so")), "--target", "x86-64-v3"]) == 0
    shown = capsys.readouterr().out
    assert "precision  as in the model: nothing was changed" in shown
    assert "weights stored" not in shown


def test_f16_needs_its_instruction(model, capsys):
    artifact = model.with_suffix(".so")
    assert command.main([str(model), "-o", str(artifact), "--target", "x86-64-v2", "--weights", "f16"]) == 3
    message = "target x86-64-v2 has no instruction that widens f16 (F16C, of x86-64-v3); take bf16 weights instead"
    assert message in capsys.readouterr().err
    assert not artifact.exists()
    with pytest.raises(UnsupportedError, match="F16C"):
        dldt.compile_model(model, artifact, "x86-64-v2", weights="f16")


def test_other_types_are_refused(model):
    with pytest.raises(UsageError, match="weights is 'int4'; it must be one of f32, f16, bf16"):
        dldt.compile_model(model, model.with_suffix(".so"), weights="int4")
