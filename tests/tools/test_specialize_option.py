"""``--specialize`` adds programs for named sizes; the summary and ``dldt inspect`` name them."""

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.dims import FreeDim
from dldt.compiler.graph import Graph
from dldt.compiler.ir.write import write_ir
from dldt.compiler.types import DType, TensorType
from dldt.tools import compile as command
from dldt.tools import inspect


@pytest.fixture
def model(tmp_path):
    graph = Graph("dense")
    x = graph.parameter("x", TensorType(DType.f32, (FreeDim("rows", 1, None).dim, 64)))
    weights = np.random.default_rng(0).standard_normal((64, 48)).astype(np.float32)
    graph.result(ops.ReLU()(ops.MatMul(False, False)(x, weights)), "y")
    write_ir(graph, tmp_path / "m.xml")
    return tmp_path / "m.xml"


def _compile(model, name, *words):
    path = model.with_name(name)
    return path, command.main([str(model), "-o", str(path), *words])


def test_the_summary_and_inspect_name_the_sizes(model, capsys):
    path, code = _compile(model, "m.so", "--specialize", "x[1,64]", "--specialize", "x[128,?]")
    assert code == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert [text for name, text in lines if name == "special"] == [
        "rows 1: 1 kernel calls",
        "rows 128: 1 kernel calls",
    ]
    assert inspect.main([str(path)]) == 0
    shown = capsys.readouterr().out
    assert "specializations rows 1\n" in shown
    assert "                rows 128\n" in shown


def test_a_plan_makes_the_same_library_again(model):
    path, _ = _compile(model, "m.so", "--specialize", "x[96,64]")
    first = path.rename(model.with_name("first.so")).read_bytes()
    _, code = _compile(model, "m.so", "--specialize", "x[96,64]", "--plan", str(model.with_name("first.so")))
    assert code == 0
    assert path.read_bytes() == first


def test_what_is_decided_can_be_seen(model, capsys):
    assert command.main([str(model), "--specialize", "x[96,64]", "--show-step", "specializations"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "specialization for rows 96"
    assert "matmul, estimated" in lines[1]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x", "--specialize 'x': give a shape alone, as in x[1,3,640,640]"),
        ("x[2,64]{f16}", "give a shape alone"),
        ("x[N,64]", "a dim is a number, or ? where it stays free"),
        ("z[2,64]", "the model has no input 'z' to specialize"),
        ("x[2,65]", "dim 1 of input 'x' cannot be 65 in a specialization: it is 64"),
    ],
)
def test_what_cannot_be_is_refused(model, capsys, text, problem):
    path, code = _compile(model, "m.so", "--specialize", text)
    assert code == 1
    assert problem in capsys.readouterr().err
    assert not path.exists()
