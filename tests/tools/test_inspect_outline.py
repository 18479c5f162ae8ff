"""``dldt inspect`` shows what a model holds that cannot be compiled, and why it cannot."""

import json

import onnx

from dldt.tools import inspect
from tests.ir.sample import IF_XML, XML, write_sample

TEXT = """
< ir_version: 8, opset_import: [ "" : 17, "vendor" : 2 ] >
net (float[N,3] x, bool c) => (float[N,4] y) <float[3,4] w = {1,2,3,4,5,6,7,8,9,10,11,12}>
{
  a = MatMul(x, w)
  b = vendor.Odd(a)
  d = vendor.Odd(b)
  y = If(c) <then_branch = t () => (float[N,4] p) { p = vendor.Even(d) },
             else_branch = e () => (float[N,4] q) { q = Relu(d) }>
}
"""


def shown(path, capsys, *words):
    assert inspect.main([str(path), *words]) == 0
    return capsys.readouterr().out


def test_operations_without_an_importer_are_marked(tmp_path, capsys):
    path = tmp_path / "odd.onnx"
    path.write_bytes(onnx.parser.parse_model(TEXT).SerializeToString())
    found = json.loads(shown(path, capsys, "--json"))
    assert found["kind"] == "model that cannot be compiled"
    assert found["inputs"] == ["x: f32[N,3]", "c: boolean[]"]
    assert found["outputs"] == ["y: f32[N,4]"]
    assert found["operations"] == {
        "ai.onnx::If v17": 1,
        "ai.onnx::MatMul v17": 1,
        "ai.onnx::Relu v17": 1,
        "vendor::Even v2": 1,
        "vendor::Odd v2": 2,
    }
    assert found["missing"] == {"vendor::Even v2": 1, "vendor::Odd v2": 2}
    assert found["constants"] == 1
    assert any("vendor::Odd v2" in line for line in found["reason"])
    lines = shown(path, capsys).splitlines()
    assert "      2  vendor::Odd v2  missing" in lines
    assert "      1  ai.onnx::MatMul v17" in lines


def test_a_refused_node_is_shown_with_the_reason(tmp_path, capsys):
    path = tmp_path / "ranks.onnx"
    model = onnx.parser.parse_model(
        '< ir_version: 8, opset_import: ["": 13] > g (float[2,3] x) => (float y) { y = Transpose<perm = [0, 1, 2]>(x) }'
    )
    path.write_bytes(model.SerializeToString())
    found = json.loads(shown(path, capsys, "--json"))
    assert (found["operations"], found["missing"]) == ({"ai.onnx::Transpose v13": 1}, {})
    assert "cannot import Transpose" in found["reason"][0]


def test_layers_that_are_not_known_are_marked(tmp_path, capsys):
    path = write_sample(tmp_path, ('type="Clamp" version="opset1"', 'type="Odd" version="opset9"'))
    found = json.loads(shown(path, capsys, "--json"))
    assert (found["inputs"], found["outputs"]) == (["x: f32[2,3]"], ["y"])
    assert found["operations"] == {"opset1::Add": 1, "opset9::Odd": 1}
    assert found["missing"] == {"opset9::Odd": 1}
    assert "      1  opset9::Odd  missing" in shown(path, capsys).splitlines()


def test_layers_in_bodies_count(tmp_path, capsys):
    path = write_sample(tmp_path, ('type="Negative"', 'type="Odd"'), xml=IF_XML)
    assert json.loads(shown(path, capsys, "--json"))["missing"] == {"opset1::Odd": 1}


def test_what_cannot_be_read_is_an_error(tmp_path, capsys):
    path = write_sample(tmp_path, ("</net>", ""), xml=XML)
    assert inspect.main([str(path)]) == 2
    assert "the file is truncated" in capsys.readouterr().err
