from __future__ import annotations

import re

import numpy as np
import pytest

from dldt.compiler.dims import symbol
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.write import write_ir
from dldt.compiler.ops.activation import ReLU
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.rounding import Negative
from dldt.compiler.ops.split import Split
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.frontends.read_model import read_model

W = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def path(tmp_path):
    """x → ReLU r → MatMul m → Split → Negative y, and the other half z."""
    graph = Graph("g")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), 3)))
    r = ReLU()(x, name="r")
    m = MatMul()(r, W, name="m")
    left, right = Split(2).all(m, np.array(1, np.int64), name="halves")
    y = Negative()(left, name="y")
    for value, name in ((r, "r"), (m, "m"), (right, "z"), (y, "y")):
        graph.rename(value, (name,))
    graph.result(y, "y")
    graph.result(right, "z")
    file = tmp_path / "m.xml"
    write_ir(graph, file)
    return file


def names(graph):
    return [v.name for v in graph.inputs], [n.inputs[0].name for n in graph.outputs]


def test_shape_of_an_ir(path):
    graph = read_model(path, inputs={"x": (7, 3)})
    assert str(graph.inputs[0].type) == "f32[7,3]"
    assert [str(n.types[0]) for n in graph.outputs] == ["f32[7,2]", "f32[7,2]"]
    graph = read_model(path, inputs=[("B", 3)])
    assert str(graph.outputs[0].types[0]) == "f32[B,2]"


def test_cut_of_an_ir(path):
    graph = read_model(path, inputs=parse_inputs("m[2,4]"), outputs=["y", "halves.1"])
    assert names(graph) == (["m"], ["y", "z"])
    m = np.arange(8, dtype=np.float32).reshape(2, 4)
    found = list(interpret(graph, {"m": m}).values())
    np.testing.assert_array_equal(found[0], -m[:, :2])
    np.testing.assert_array_equal(found[1], m[:, 2:])


def test_frozen_and_retyped_inputs_of_an_ir(path):
    graph = read_model(path, inputs=parse_inputs("m[1,4]->[1,2,3,4]"), outputs=["y"])
    assert names(graph) == ([], ["y"])
    assert interpret(graph, {})["y"].tolist() == [[-1, -2]]
    graph = read_model(path, inputs=parse_inputs("x[2,3]{u8}"))
    assert str(graph.inputs[0].type) == "u8[2,3]"
    x = np.arange(6, dtype=np.uint8).reshape(2, 3)
    np.testing.assert_array_equal(next(iter(interpret(graph, {"x": x}).values())), -(x.astype(np.float32) @ W)[:, :2])


def test_preprocessing_of_an_ir(path):
    graph = read_model(path, inputs={"x": (2, 3)}, mean_values=(1.0, 2.0, 3.0), layout="nc")
    x = np.ones((2, 3), np.float32) * 5
    expected = -((x - np.array([1, 2, 3], np.float32)) @ W)[:, :2]
    np.testing.assert_array_equal(next(iter(interpret(graph, {"x": x}).values())), expected)


BAD = [
    ({"inputs": {"xx": (1, 3)}}, UsageError, "input 'xx': no tensor or node has this name"),
    ({"outputs": ["nothing"]}, UsageError, "output 'nothing': no tensor or node has this name"),
    ({"inputs": {"x": (1, 3, 3)}}, UsageError, "the shape [1,3,3] is given for it, but it has 2 dims"),
    ({"inputs": [(1, 3), (1,)]}, UsageError, "2 shapes are given, there are 1 inputs: 'x'"),
    ({"inputs": {"x": (2, 4)}}, InputError, "MatMul"),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD, ids=[m for _, _, m in BAD])
def test_what_is_refused_of_an_ir(path, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        read_model(path, **options)
