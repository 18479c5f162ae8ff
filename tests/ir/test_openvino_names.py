"""Names, layouts, conversion parameters and half-precision weights of written IR, as OpenVINO reads and writes them."""

import numpy as np
import onnx
import openvino as ov
import pytest
from onnx import helper, numpy_helper

from dldt.compiler.graph import Graph
from dldt.compiler.ir.read import read_ir
from dldt.compiler.ir.write import write_ir
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.types import DType, TensorType
from dldt.frontends.read_model import read_model
from dldt.tools import convert

CORE = ov.Core()
HEADER = '<ir_version: 8, opset_import: ["": 17]> g '
SHARED = {
    "input and two outputs": "(float[2] x) => (float[2] y, float[2] z) { y = Identity(x)\n z = Identity(x) }",
    "an input is an output": "(float[2] x) => (float[2] x, float[2] y) { y = Neg(x) }",
    "two outputs": "(float[2] x) => (float[2] y, float[2] z, float[2] w) { y = Exp(x)\n z = Identity(y)\n w = Exp(z) }",
}


def parsed(text, folder):
    path = folder / "m.onnx"
    path.write_bytes(onnx.parser.parse_model(HEADER + text).SerializeToString())
    return path


def names(ports):
    return [set(port.names) for port in ports]


@pytest.mark.parametrize("name", SHARED)
def test_every_name_of_inputs_and_outputs_stays(name, tmp_path):
    path = parsed(SHARED[name], tmp_path)
    theirs = CORE.compile_model(CORE.read_model(path), "CPU")
    ours = CORE.compile_model(CORE.read_model(write_ir(read_model(path), tmp_path / "m.xml")[0]), "CPU")
    assert names(ours.inputs) == names(theirs.inputs)
    assert names(ours.outputs) == names(theirs.outputs)
    x = np.array([1, -2], np.float32)
    for port in range(len(theirs.outputs)):
        np.testing.assert_array_equal(ours([x])[port], theirs([x])[port])


@pytest.mark.parametrize("name", ["input and two outputs", "two outputs"])
def test_version_10_too(name, tmp_path):
    path = parsed(SHARED[name], tmp_path)
    theirs = CORE.read_model(path)
    ours = CORE.read_model(write_ir(read_model(path), tmp_path / "m.xml", ir_version=10)[0])
    assert (names(ours.inputs), names(ours.outputs)) == (names(theirs.inputs), names(theirs.outputs))


def test_nodes_keep_their_names(tmp_path):
    """As in OpenVINO: the node's own name; that of its tensor where it has none, or where this is an output."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name="stem/conv"),
        helper.make_node("Relu", ["c"], ["r"], name="stem/relu"),
        helper.make_node("Split", ["r"], ["a", "b"], name="halves", axis=1, num_outputs=2),
        helper.make_node("Sigmoid", ["a"], ["s"]),
        helper.make_node("Concat", ["s", "b"], ["y"], name="joined", axis=1),
    ]
    weights = [numpy_helper.from_array(np.ones((4, 3, 1, 1), np.float32), "w")]
    x, y = (helper.make_tensor_value_info(n, 1, [1, c, 5, 5]) for n, c in (("x", 3), ("y", 4)))
    model = helper.make_model(
        helper.make_graph(nodes, "g", [x], [y], weights), opset_imports=[helper.make_opsetid("", 18)], ir_version=8
    )
    onnx.save(model, tmp_path / "m.onnx")
    wanted = {op.get_friendly_name() for op in CORE.read_model(tmp_path / "m.onnx").get_ops()}
    found = {
        op.get_friendly_name()
        for op in CORE.read_model(write_ir(read_model(tmp_path / "m.onnx"), tmp_path / "m.xml")[0]).get_ops()
    }
    named = {"stem/conv", "stem/relu", "halves", "s", "x", "w", "y"}
    assert named <= wanted
    assert named <= found


def test_layouts_and_conversion_parameters(tmp_path):
    path = parsed(
        "(float[1,8,8,3] x, float[2] v) => (float[1,8,8,3] y, float[2] u) { y = Exp(x)\n u = Exp(v) }", tmp_path
    )
    words = ["--layout", "x(nhwc->nchw)", "--mean-values", "x(1,2,3)", "-q", "--compress-to-fp16"]
    assert convert.main([str(path), "-o", str(tmp_path / "m.xml"), *words]) == 0
    model = CORE.read_model(tmp_path / "m.xml")
    assert [str(port.node.get_layout()) for port in model.inputs] == ["[N,C,H,W]", "[...]"]
    assert list(model.inputs[0].shape) == [1, 3, 8, 8]
    noted = model.get_rt_info(["conversion_parameters"]).value
    assert {
        key: str(noted[key].astype(str)) if hasattr(noted[key], "astype") else str(noted[key]) for key in noted
    } == {
        "framework": "onnx",
        "input_model": "DIR/m.onnx",
        "layout": "x(nhwc->nchw)",
        "mean_values": "x(1,2,3)",
        "compress_to_fp16": "True",
    }
    again, _ = write_ir(read_ir(tmp_path / "m.xml"), tmp_path / "n.xml")
    assert str(CORE.read_model(again).inputs[0].node.get_layout()) == "[N,C,H,W]"


WEIGHTS = {
    "one": [0.5],
    "rounded": [1 / 3] * 4,
    "one too large": [1, 2, 3, 1e6],
    "three too large": [1, 1e6, -1e6, 1e6],
    "inexact and small": [1e-9, 1e-9, 1, 1],
    "mostly small": [1e-9, 1e-9, 1e-9, 1],
    "exact and small": [2.0**-24] * 4,
    "zeros": [0] * 4,
    "infinite": [np.inf, 1, 1, 1],
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_in_half_precision_are_those_of_openvino(name, tmp_path):
    weights = np.array(WEIGHTS[name], np.float32)
    graph = Graph("m")
    value = Add()(graph.parameter("x", TensorType(DType.f32, (4,))), graph.constant(weights, name="w"))
    graph.result(value, "y")
    plain, _ = write_ir(graph, tmp_path / "plain.xml")
    ov.save_model(CORE.read_model(plain), tmp_path / "theirs.xml", compress_to_fp16=True)
    write_ir(graph, tmp_path / "ours.xml", compress_to_fp16=True)
    theirs, ours = (_constants(tmp_path / f"{who}.xml") for who in ("theirs", "ours"))
    assert [(c.dtype, c.tolist()) for c in ours] == [(c.dtype, c.tolist()) for c in theirs]
    x = np.zeros(4, np.float32)
    answers = [
        CORE.compile_model(CORE.read_model(tmp_path / f"{who}.xml"), "CPU")([x])[0] for who in ("theirs", "ours")
    ]
    np.testing.assert_array_equal(*answers)


def _constants(path):
    return [node.op.value for node in read_ir(path).order() if node.op.type == "Const"]
