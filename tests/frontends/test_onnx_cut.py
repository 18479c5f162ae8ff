from __future__ import annotations

import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.interpret import interpret
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.frontends.read_model import read_model

W = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def path(tmp_path):
    """x → Relu → MatMul(w) → Split → left: Neg → y, right: Exp → z; and Odd, which nobody knows, beside it."""
    nodes = [
        helper.make_node("Relu", ["x"], ["r"], name="relu"),
        helper.make_node("MatMul", ["r", "w"], ["m"], name="product"),
        helper.make_node("Split", ["m"], ["left", "right"], name="halves", axis=1),
        helper.make_node("Neg", ["left"], ["y"], name="neg"),
        helper.make_node("Add", ["right", "right"], ["z"], name="add"),
        helper.make_node("Odd", ["r"], ["o"], name="odd", domain="com.acme"),
        helper.make_node("Exp", ["o"], ["e"], name="exp"),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3])],
        [helper.make_empty_tensor_value_info(name) for name in ("y", "z", "e")],
        [numpy_helper.from_array(W, "w")],
    )
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("com.acme", 1)], ir_version=8
    )
    file = tmp_path / "m.onnx"
    file.write_bytes(made.SerializeToString())
    return file


def names(graph):
    return [v.name for v in graph.inputs], [n.name for n in graph.outputs]


def spec(text):
    return parse_inputs(text) if text else None


CUTS = [
    ("", ["m"], ["x"], ["m"]),
    ("", ["product"], ["x"], ["m"]),
    ("", ["halves"], ["x"], ["left", "right"]),
    ("", ["halves:1", "y"], ["x"], ["right", "y"]),
    ("", ["0:neg"], ["x"], ["left"]),
    ("", ["1:add"], ["x"], ["right"]),
    ("m", ["y", "z"], ["m"], ["y", "z"]),
    ("m[2,4]", ["y"], ["m"], ["y"]),
    ("halves", ["y"], ["m"], ["y"]),
    ("halves:0[5,2]{f32}", ["y"], ["left"], ["y"]),
    ("left,right", ["y", "z"], ["left", "right"], ["y", "z"]),
    ("o[2,3]{f32}", ["e"], ["o"], ["e"]),
    ("o[2,3]{f32}", None, ["x", "o"], ["y", "z", "e"]),
    ("0:add[2,2],x[2,3]", ["z"], ["x", "add/placeholder_port_0"], ["z"]),
    ("x[7,3],o[2,3]{f32}", ["e"], ["x", "o"], ["e"]),
]


@pytest.mark.parametrize(("inputs", "outputs", "ins", "outs"), CUTS, ids=[f"{i}-{o}" for i, o, _, _ in CUTS])
def test_cut(path, inputs, outputs, ins, outs):
    graph = read_model(path, inputs=spec(inputs), outputs=outputs)
    assert names(graph) == (ins, outs)


def test_cut_model_computes_what_is_left(path):
    graph = read_model(path, inputs={"m": None}, outputs=["y", "right"])
    assert str(graph.inputs[0].type) == "f32[N,4]"
    m = np.arange(8, dtype=np.float32).reshape(2, 4)
    found = interpret(graph, {"m": m})
    np.testing.assert_array_equal(found["y"], -m[:, :2])
    np.testing.assert_array_equal(found["right"], m[:, 2:])


def test_one_port_is_cut_off_from_the_others(path):
    graph = read_model(path, inputs=spec("1:add[2,2],x[2,3]"), outputs=["z"])
    x = np.ones((2, 3), np.float32)
    extra = np.full((2, 2), 100, np.float32)
    found = interpret(graph, {"x": x, "add/placeholder_port_1": extra})
    np.testing.assert_array_equal(found["z"], (x @ W)[:, 2:] + extra)


def test_frozen_inner_tensor(path):
    graph = read_model(path, inputs=spec("left[2,2]->[1,2,3,4]"), outputs=["y"])
    assert names(graph) == ([], ["y"])
    assert interpret(graph, {})["y"].tolist() == [[-1, -2], [-3, -4]]


BAD = [
    ({"outputs": ["yy"]}, "output 'yy': no tensor or node has this name; close matches: 'y'"),
    ({"inputs": {"reLu": None}}, "input 'reLu': no tensor or node has this name; close matches: 'relu'"),
    ({"inputs": {"qqqq": None}}, "input 'qqqq': no tensor or node has this name; there are 'x', 'y', 'z', 'e'"),
    ({"outputs": ["halves:2"]}, 'Split "halves" has no output port 2 (2 outputs)'),
    ({"outputs": ["3:add"]}, 'Add "add" has no input port 3 (2 inputs)'),
    ({"inputs": {"x": (1, 3, 3)}, "outputs": ["y"]}, "input 'x': rank 3 is given, the model declares [N,3]"),
    ({"inputs": {"add": (2, 2)}, "outputs": ["z"]}, "node 'add' has 2 inputs; give a shape for one: 0:add[…]"),
    ({"inputs": {"o": (2, 3)}, "outputs": ["e"]}, "the type of 'o' is not known; give it as o[d,d,…]{f32}"),
    ({"inputs": [(1, 3), (2, 2)]}, "2 shapes are given, there are 1: x"),
    ({"inputs": [(1, 3)], "freeze": {"x": 1}}, "inputs must be given by name where others are frozen"),
    ({"freeze": {"x": "text"}}, "input 'x' can be frozen to a number or a flat list of numbers, not to 'text'"),
]


@pytest.mark.parametrize(("options", "message"), BAD, ids=[m for _, m in BAD])
def test_cut_that_is_refused(path, options, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        read_model(path, **options)


def test_everything_that_is_missing_is_reported_at_once(path):
    with pytest.raises(UnsupportedError) as caught:
        read_model(path)
    assert str(caught.value).splitlines() == [
        f"{path}: 1 operation type has no converter (1 of 7 nodes)",
        '  com.acme::Odd v1   1 node   odd (inputs: r f32[N,3]; feeds: Exp "exp")',
        "  try: cut the model before it with --output r, or after it with --input o[…]{…}",
        "       list the supported operations: dldt ops --framework onnx",
    ]


PLACES = {
    "x": ("(float[2] x) => (float[2] y) { y = v.Odd(x) }", "no cut leaves it out: a model without it is needed"),
    "before": (
        "(float[2] x) => (float[2] y) { a = Neg(x)\n y = v.Odd(a) }",
        "cut the model before it with --output a",
    ),
    "after": (
        "(float[2] x) => (float[2] y) <int64[n_rows,0] a> { a = v.Odd(x)\n y = v.Odd(a) }",
        "cut the model after it with --input a[n_rows,0]{i64}",
    ),
    "an output too": (
        "(float[2] x) => (float[2] y, float[2] a) { b = Neg(x)\n a = v.Odd(b)\n y = Neg(a) }",
        "cut the model before it with --output b",
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_cut_that_is_proposed_is_one(name, tmp_path):
    text, place = PLACES[name]
    header = '< ir_version: 8, opset_import: ["": 17, "v": 1] > g '
    (tmp_path / "m.onnx").write_bytes(onnx.parser.parse_model(header + text).SerializeToString())
    with pytest.raises(UnsupportedError) as caught:
        read_model(tmp_path / "m.onnx")
    assert f"  try: {place}" in str(caught.value).splitlines()


def report(tmp_path, nodes, opsets, outputs=("y",)):
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3]),
         helper.make_tensor_value_info("c", TensorProto.BOOL, [])],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
    )  # fmt: skip
    file = tmp_path / "m.onnx"
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    file.write_bytes(helper.make_model(graph, opset_imports=imports, ir_version=8).SerializeToString())
    with pytest.raises(UnsupportedError) as caught:
        read_model(file)
    return str(caught.value)


def test_report_counts_groups_and_looks_into_bodies(tmp_path):
    body = helper.make_graph(
        [helper.make_node("Inner", ["x"], ["b"], name="deep", domain="com.acme")],
        "body",
        [],
        [helper.make_empty_tensor_value_info("b")],
    )
    nodes = [
        *(helper.make_node("Odd", ["x"], [f"o{i}"], name=f"odd{i}", domain="com.acme") for i in range(7)),
        helper.make_node("Sum", [f"o{i}" for i in range(7)], ["s"]),
        helper.make_node("If", ["c"], ["i"], name="branch", then_branch=body, else_branch=body),
        helper.make_node("Upsample", ["x", "x"], ["u"], name="up"),
        helper.make_node("Elsewhere", ["x"], ["w"], name="far", domain="org.other"),
        helper.make_node("Sum", ["s", "i", "u", "w"], ["y"]),
    ]
    text = report(tmp_path, nodes, {"": 13, "com.acme": 2})
    lines = text.splitlines()
    assert "4 operation types have no converter for what is asked (11 of 14 nodes)" in lines[0]
    assert (
        '  com.acme::Odd v2   7 nodes   odd0, odd1, odd2, odd3, odd4, … 2 more (inputs: x f32[1,3]; feeds: Sum "s")'
        in lines
    )
    assert "  com.acme::Inner v2   2 nodes   deep, deep (inputs: x f32[1,3])" in lines
    assert '  ai.onnx::Upsample v13   1 node   up (inputs: x f32[1,3], x f32[1,3]; feeds: Sum "y")' in lines
    assert "      supported are operation sets 7 to 8, 9 to 9" in lines
    assert "      domain 'org.other' is not in the model's opset_import" in lines


def test_attributes_that_are_not_supported_are_reported_the_same_way(tmp_path):
    nodes = [
        helper.make_node("BatchNormalization", ["p", *"xxxx"], ["q"], name="batch", training_mode=1),
        helper.make_node("Unsqueeze", ["x", "axes"], ["p"], name="three"),
        helper.make_node("Constant", [], ["axes"], value_ints=[0]),
        helper.make_node("LpNormalization", ["x"], ["y"], name="norm", p=3),
    ]
    text = report(tmp_path, nodes, {"": 19}, outputs=("y", "q"))
    assert "2 operation types have no converter for what is asked (2 of 4 nodes)" in text
    assert "training_mode is set; only inference is supported" in text
    assert "norm 3 is not supported" in text
