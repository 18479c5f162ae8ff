"""Loops and variables in an IR: what OpenVINO writes, and what it makes of ours."""

from __future__ import annotations

import numpy as np
import openvino as ov
import pytest
from openvino import opset1, opset6, opset13

from dldt.compiler.errors import InputError
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from dldt.compiler.ir.write import write_ir
from dldt.compiler.ops import Loop, TensorIterator
from dldt.compiler.text import constant_table, parse_graph, print_graph
from dldt.compiler.verify import verify
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import save
from tests.frontends.onnx_text import model_of_text
from tests.frontends.test_onnx_loop import POWERS, SCAN
from tests.ir.models import CONFIG, CORE, assert_close, run_openvino
from tests.ops.case import normal

X = np.arange(6, dtype=np.float32).reshape(2, 3) / 4

WHILE = """g (float[1] x, float limit) => (float[1] y, int64[S] seen) {
  go = Constant <value = bool {1}> ()
  y, seen = Loop <body = b (int64 i, bool c, float[1] a) => (bool c2, float[1] d, int64 j) {
    d = Add(a, a)
    c3 = Less(d, limit)
    zero = Constant <value = int64[1] {0}> ()
    c2 = Squeeze(c3, zero)
    j = Identity(i)
  }> ( , go, x)
}"""
GROWING = """g (float[1,3] x, int64 M) => (float[N,3] y, int64[S] sizes) {
  y, sizes = Loop <body = b (int64 i, bool c, float[n,3] a) => (bool c2, float[m,3] d, int64 n) {
    d = Concat <axis = 0> (a, x)
    shape = Shape(a)
    zero = Constant <value = int64 {0}> ()
    n = Gather(shape, zero)
    c2 = Identity(c)
  }> (M, , x)
}"""
NESTED = """g (float[2,3] x, float[3] w, int64 M, int64 L) => (float[2,3] y, float[S,2,3] all) {
  y, all = Loop <body = outer (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d, float[2,3] e) {
    s = Mul(a, w)
    d = Loop <body = inner (int64 j, bool f, float[2,3] p) => (bool f2, float[2,3] q) {
      u = Add(p, s)
      k = Cast <to = 1> (i)
      q = Add(u, k)
      f2 = Identity(f)
    }> (L, , a)
    e = Sub(d, x)
    c2 = Identity(c)
  }> (M, , x)
}"""
EDGE = '<back_edges>\n\t\t\t\t<edge from-layer="'
MODELS = {
    "counted": (POWERS, {"x": X, "M": np.array(3), "go": np.array(True)}, Loop),
    "scan": (SCAN, {"s": normal(3), "p": normal(2, 4, 3), "q": normal(3, 4, 2)}, TensorIterator),
    "while": (WHILE, {"x": np.ones(1, np.float32), "limit": np.array(9, np.float32)}, Loop),
    "growing": (GROWING, {"x": X[:1], "M": np.array(4)}, Loop),
    "nested": (NESTED, {"x": X, "w": X[1], "M": np.array(2), "L": np.array(3)}, Loop),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_loop_from_onnx_through_openvino(name, tmp_path):
    text, feeds, kind = MODELS[name]
    model = model_of_text(text)
    path = tmp_path / "theirs.xml"
    ov.save_model(ov.convert_model(save(model, tmp_path)), path, compress_to_fp16=False)
    graph = read_ir(path)
    verify(graph)
    assert kind in {type(node.op) for node in graph.order()}
    expected = run_openvino(path, feeds)
    found = interpret(graph, {value.node.name: feeds[value.node.name] for value in graph.inputs})
    for name, array in found.items():
        assert_close(array, expected[name], 4e-6, name)
    again = run_openvino(write_ir(graph, tmp_path / "ours.xml")[0], feeds)
    for name in found:
        assert_close(again[name], expected[name], 4e-6, name)


@pytest.mark.parametrize("name", MODELS)
def test_openvino_runs_what_we_write_of_a_loop(name, tmp_path):
    text, feeds, _ = MODELS[name]
    graph = import_onnx(save(model_of_text(text), tmp_path))
    path, _ = write_ir(graph, tmp_path / "ours.xml")
    expected = interpret(graph, feeds)
    found = run_openvino(path, feeds)
    for name, array in expected.items():
        assert_close(found[name], array, 4e-6, name)
    again = read_ir(path)
    for name, array in interpret(again, feeds).items():
        np.testing.assert_array_equal(array, expected[name])
    table = constant_table(again)
    parsed = parse_graph(print_graph(again), table)
    assert print_graph(parse_graph(print_graph(parsed), table)) == print_graph(parsed)
    for name, array in interpret(parsed, feeds).items():
        np.testing.assert_array_equal(array, expected[name])


def accumulator(folder, initial):
    """y = total + x, total = y: in OpenVINO, with a first value or with zeros."""
    x = opset1.parameter([2, 3], np.float32, name="x")
    x.output(0).set_names({"x"})
    first = [opset1.constant(initial)] if initial is not None else []
    if first:
        total = opset6.read_value(first[0], "total", np.float32, ov.PartialShape([2, 3]))
    else:
        total = opset6.read_value("total", np.float32, ov.PartialShape([2, 3]))
    sum = opset13.add(total, x)
    sum.output(0).set_names({"y"})
    model = ov.Model([opset1.result(sum)], [opset6.assign(sum, "total")], [x], "sums")
    path = folder / "theirs.xml"
    ov.save_model(model, path, compress_to_fp16=False)
    return path


@pytest.mark.parametrize("initial", [None, X + 1], ids=["zeros", "first"])
def test_variables(initial, tmp_path):
    path = accumulator(tmp_path, initial)
    graph = read_ir(path)
    verify(graph)
    assert graph.prune() == 0
    ours, _ = write_ir(graph, tmp_path / "ours.xml")
    requests = [CORE.compile_model(CORE.read_model(p), "CPU", CONFIG).create_infer_request() for p in (path, ours)]
    states = {}
    for step in range(3):
        feed = {"x": X * (step + 1)}
        want, again = (request.infer(feed)["y"] for request in requests)
        np.testing.assert_allclose(interpret(graph, feed, states)["y"], want, rtol=1e-6)
        np.testing.assert_allclose(again, want, rtol=1e-6)
    (state,) = requests[0].query_state()
    np.testing.assert_allclose(states["total"], state.state.data, rtol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('purpose="execution_condition"', 'purpose="nothing"', "names no output with the purpose execution_condition"),
        (
            '<back_edges>\n\t\t\t\t<edge from-layer="',
            '<back_edges>\n\t\t\t\t<edge from-layer="9',
            "names layer 9[0-9]+ of the body, which is not a Result",
        ),
        ('internal_layer_id="0" purpose', 'internal_layer_id="1" purpose', "gives Parameter 0 of the body no value"),
        ('external_port_id="2"', 'external_port_id="77"', "names input port 77, which does not exist"),
        ('axis="0"', 'axis="5"', "a.* axis 5 is outside a tensor of rank"),
        ('part_size="1"', 'part_size="0"', "slices of size 0 with stride 1 along axis 0 are not possible"),
        ('stride="1"', 'stride="x"', "'x' is not an integer"),
    ],
)
def test_a_damaged_port_map_is_refused(old, new, message, tmp_path):
    path, _ = write_ir(import_onnx(save(model_of_text(POWERS), tmp_path)), tmp_path / "ours.xml")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        read_ir(path)
