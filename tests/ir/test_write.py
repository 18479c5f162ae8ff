"""What the IR writer writes: text, names, symbols, weights, and what it refuses."""

import os
import re

import numpy as np
import pytest

from dldt.compiler.dims import maximum, symbol
from dldt.compiler.errors import InputError, UnsupportedError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.copies import with_copies
from dldt.compiler.ir.read import read_ir
from dldt.compiler.ir.write import write_ir
from dldt.compiler.ops import Add, Clamp, If, MatMul, Multiply, Negative, ReLU, Split
from dldt.compiler.types import DType, TensorType
from tests.ir.models import CORE, assert_same_graph, run_openvino
from tests.ir.sample import IF_XML, XML, write_sample
from tests.ops.case import normal


def f32(*shape):
    return TensorType(DType.f32, shape)


def plain(text):
    """The layers and edges without the white space between the tags."""
    return re.sub(r">\s+<", "><", text[text.index("<layers>") : text.rindex("</edges>")])


def test_the_text_of_version_11(tmp_path):
    graph = read_ir(write_sample(tmp_path))
    text = write_ir(graph, tmp_path / "n.xml")[0].read_text()
    result = 'name="y{}" type="Result" version="opset1"{}>'
    expected = XML.replace(result.format("", ""), result.format("/sink_port_0", ' output_names="y"'))
    assert plain(text) == plain(expected)
    assert text.startswith('<?xml version="1.0"?>\n<net name="sample" version="11">\n\t<layers>\n')
    assert text.endswith("\t</edges>\n\t<rt_info>\n\t</rt_info>\n</net>\n")


def test_the_text_of_version_10_has_no_names_on_results(tmp_path):
    graph = read_ir(write_sample(tmp_path))
    text = write_ir(graph, tmp_path / "n.xml", ir_version=10)[0].read_text()
    assert plain(text) == plain(XML.replace('name="y" type="Result"', 'name="y/sink_port_0" type="Result"'))
    assert '<net name="sample" version="10">' in text


def test_a_version_10_file_of_the_model_optimizer_is_read(tmp_path):
    """Names without lists, blanks in lists, upper-case types, no precision on inputs, ``meta_data``, a dead layer."""
    path = write_sample(
        tmp_path,
        ('version="11"', 'version="10"'),
        ('shape="2,3" element_type="f32"', 'shape="2, 3" element_type="FP32"'),
        (' names="x"', ""),
        (' names="y"', ""),
        ('<port id="0" precision="FP32"><dim>2', '<port id="0"><dim>2'),
        ('type="Const"', 'type="const"'),
        ('name="y" type="Result"', 'name="cut/sink_port_0" type="Result"'),
        ("</layers>", '<layer id="99" name="dead" type="NoSuchThing" version="opset1"><output><port id="0"/></output>'
                      "</layer></layers>"),
        ("<rt_info />", '<meta_data><MO_version value="2021.4"/><cli_parameters><model value="DIR/m.pb"/><unset '
                        'unset_cli_parameters="a, b"/></cli_parameters></meta_data>'),
    )  # fmt: skip
    graph = read_ir(path)
    assert [value.node.name for value in graph.inputs] == ["x"]
    assert [node.name for node in graph.outputs] == ["cut"]
    assert graph.metadata == {"MO_version": "2021.4", "cli_parameters/model": "DIR/m.pb"}
    assert len(graph) == 5


def test_the_precision_of_a_port_stands_in_for_the_element_type(tmp_path):
    """The first writers of version 10 did not write it for Const."""
    path = write_sample(tmp_path, ('version="11"', 'version="10"'), ('element_type="f32" shape="3"', 'shape="3"'))
    assert str(read_ir(path).output_values[0].type) == "f32[2,3]"


def test_names_survive_and_openvino_shows_them(tmp_path):
    graph = Graph("na<me>&\"'")
    graph.metadata = {"conversion_parameters/input": "x[1,3]\n", "my key": "ü", "a": "1", "a/b": "2", "info": "3"}
    x = graph.parameter("in,put:0", f32(4))
    left, right = Split(2).all(x, np.int64(0), name="halves")
    graph.rename(left, ("left", "l\u00e9ft"))
    same = ReLU()(left, name="halves")
    graph.result(right, "right")
    graph.result(same, "first")
    graph.result(same, "second")
    graph.result(x, "echo")
    path, _ = write_ir(graph, tmp_path / "m.xml")
    assert_same_graph(with_copies(graph, all_inputs=False), read_ir(path))
    model = CORE.read_model(path)
    assert model.inputs[0].names == {"in,put:0"}
    assert [set(port.names) for port in model.outputs] == [{"right"}, {"first"}, {"second"}, {"echo"}]
    answers = run_openvino(path, [np.arange(4, dtype=np.float32) - 1])
    assert answers["right"].tolist() == [1, 2]
    assert answers["second"].tolist() == [0, 0]


def test_characters_that_xml_cannot_hold_are_replaced(tmp_path):
    graph = Graph()
    graph.result(ReLU()(graph.parameter("a\x00b\ud800", f32(1))), "tab\tline\nend")
    again = read_ir(write_ir(graph, tmp_path / "m.xml")[0])
    assert again.inputs[0].node.name == "a\ufffdb\ufffd"
    assert again.outputs[0].name == "tab\tline\nend"


def test_symbols_survive_with_their_bounds(tmp_path):
    n, h = symbol("batch size", 1, 8), symbol("h", 2)
    graph = Graph()
    x = graph.parameter("x", f32(n, 3, h, 3 * ((h + 1) // 2), maximum(n, h)))
    y = graph.parameter("y", f32(n, 1, 1, 1, 1))
    graph.result(Add()(x, y), "z")
    path, _ = write_ir(graph, tmp_path / "m.xml")
    again = read_ir(path)
    assert_same_graph(graph, again)
    assert again.inputs[0].type.shape[0] <= 8
    assert again.inputs[0].type.shape[2] >= 2
    assert str(CORE.read_model(path).inputs[0].partial_shape) == "[1..8,3,2..,3..,2..]"


def test_version_10_has_no_free_dims(tmp_path):
    graph = Graph()
    graph.result(ReLU()(graph.parameter("x", f32(symbol("N"), 3))))
    with pytest.raises(UnsupportedError, match=r"input 'x' has free dims \(N\), which IR version 10 cannot hold; give"):
        write_ir(graph, tmp_path / "m.xml", ir_version=10)
    assert os.listdir(tmp_path) == []


def test_weights_are_aligned_and_written_once(tmp_path):
    graph, body = Graph(), Graph()
    table = normal(5)
    x = graph.parameter("x", f32(5))
    for array in (table, table.copy(), np.float32(3), -table):
        x = Multiply()(x, array)
    inner = body.parameter("p", f32(5))
    body.result(Add()(inner, table), "r")
    chosen = If(body, body)(graph.parameter("c", TensorType(DType.boolean, ())), x)
    graph.result(chosen, "y")
    path, bin_path = write_ir(graph, tmp_path / "m.xml")
    content = bin_path.read_bytes()
    assert content == table.tobytes() + bytes(44) + np.float32(3).tobytes() + bytes(60) + (-table).tobytes()
    assert re.findall(r'offset="(\d+)"', path.read_text()) == ["0", "0", "64", "128", "0", "0"]
    assert_same_graph(graph, read_ir(path))


def test_constants_are_views_of_one_copy_of_a_small_file(tmp_path):
    """What somebody writes to the file later changes nothing."""
    graph = Graph()
    weights = normal(64, 64)
    graph.result(MatMul()(graph.parameter("x", f32(1, 64)), graph.constant(weights)))
    path, bin_path = write_ir(graph, tmp_path / "m.xml")
    (value,) = (node.op.value for node in read_ir(path).order() if node.op.type == "Const")
    np.testing.assert_array_equal(value, weights)
    assert not value.flags.owndata
    assert not value.flags.writeable
    with open(bin_path, "r+b") as file:
        file.write(np.float32(7).tobytes())
    np.testing.assert_array_equal(value, weights)


def test_a_large_weights_file_costs_nothing_to_read(tmp_path):
    """A sparse terabyte: no machine could read it."""
    size = 1 << 40
    path = write_sample(tmp_path, ('shape="3" offset="0" size="12"', f'shape="3" offset="{size - 12}" size="12"'))
    os.truncate(tmp_path / "m.bin", size)
    assert read_ir(path).outputs


def test_constants_need_no_alignment(tmp_path):
    """OpenVINO's files pack tensors without gaps."""
    weights = b"\x01" + np.array([1, 2, 3], "<f4").tobytes()
    graph = read_ir(write_sample(tmp_path, ('offset="0" size="12"', 'offset="1" size="12"'), weights=weights))
    answer = interpret(graph, {"x": np.zeros((2, 3), np.float32)})
    assert answer["y"].tolist() == [[1, 2, 3]] * 2


@pytest.mark.parametrize("dtype", list(DType))
def test_every_element_type_survives(dtype, tmp_path):
    graph = Graph()
    array = np.arange(6).reshape(2, 3).astype(dtype.numpy)
    graph.result(graph.constant(array), "y")
    graph.result(graph.constant(array[1, 1].reshape(())), "one")
    graph.result(graph.constant(np.zeros((0, 3), dtype.numpy)), "none")
    path, _ = write_ir(graph, tmp_path / "m.xml")
    assert_same_graph(graph, read_ir(path))
    kinds = [port.element_type.get_type_name() for port in CORE.read_model(path).outputs]
    assert kinds == [dtype.value] * 3


def test_dead_nodes_are_left_out_but_inputs_stay(tmp_path):
    graph = Graph()
    x = graph.parameter("x", f32(2))
    graph.parameter("idle", f32(2))
    Negative()(x, name="dead")
    graph.result(ReLU()(x))
    again = read_ir(write_ir(graph, tmp_path / "m.xml")[0])
    assert [value.node.name for value in again.inputs] == ["x", "idle"]
    assert len(again) == 4


@pytest.mark.parametrize("first", ["3", "0"])
def test_both_numberings_of_an_ifs_outputs_are_read(first, tmp_path):
    """Writers number the outputs by their port ids, the specification's example from 0."""
    xml = IF_XML.replace('<output external_port_id="3"', f'<output external_port_id="{first}"')
    path = write_sample(tmp_path, xml=xml)
    graph = read_ir(path)
    then_body, else_body = graph.output_values[0].op.bodies
    assert [value.node.name for value in then_body.inputs] == ["p", "unused_1"]
    assert [value.node.name for value in else_body.inputs] == ["unused_0", "p"]
    written, _ = write_ir(graph, tmp_path / "n.xml")
    assert_same_graph(graph, read_ir(written))
    feeds = {"a": np.array([1, 2], np.float32), "b": np.array([3, 4], np.float32)}
    assert run_openvino(written, feeds | {"c": np.array(True)})["y"].tolist() == [1, 2]
    assert run_openvino(written, feeds | {"c": np.array(False)})["y"].tolist() == [-3, -4]


def test_a_long_chain_needs_no_recursion(tmp_path):
    graph = Graph()
    value = graph.parameter("x", f32(1))
    for _ in range(3000):
        value = Negative()(value)
    graph.result(value, "y")
    assert len(read_ir(write_ir(graph, tmp_path / "m.xml")[0])) == 3002


def test_bodies_may_nest_to_a_limit(tmp_path):
    def nested(depth):
        graph = Graph()
        c, x = graph.parameter("c", TensorType(DType.boolean, ())), graph.parameter("x", f32(2))
        body = nested(depth - 1) if depth else None
        graph.result(If(body, body)(c, c, x) if body else Negative()(x), "y")
        return graph

    graph = nested(6)
    path, _ = write_ir(graph, tmp_path / "m.xml")
    assert_same_graph(graph, read_ir(path))
    feeds = {"c": np.array(True), "x": np.array([1, -2], np.float32)}
    assert run_openvino(path, feeds)["y"].tolist() == interpret(graph, feeds)["y"].tolist() == [-1, 2]
    chain = Graph()
    chain.result(Negative()(chain.parameter("x", f32(2))), "y")
    idle = chain
    for _ in range(17):
        outer = Graph()
        c = outer.parameter("x", f32(2))
        flag = outer.constant(np.array(True))
        outer.result(If(chain, idle)(flag, c), "y")
        chain = outer
    with pytest.raises(InputError, match="bodies are nested deeper than 16"):
        write_ir(chain, tmp_path / "deep.xml")


def test_what_cannot_be_written_is_told(tmp_path):
    graph = Graph("twins")
    x = graph.parameter("x", f32(2))
    with pytest.raises(InputError, match="graph 'twins' has no outputs: there is nothing to write"):
        write_ir(graph, tmp_path / "m.xml")
    graph.result(ReLU()(x), "y")
    with pytest.raises(UsageError, match="IR version 9 cannot be written; choose 10 or 11"):
        write_ir(graph, tmp_path / "m.xml", ir_version=9)
    with pytest.raises(UsageError, match=r"m\.bin: the name of an IR must end in \.xml"):
        write_ir(graph, tmp_path / "m.bin")
    with pytest.raises(InputError, match="there is no directory"):
        write_ir(graph, tmp_path / "none" / "m.xml")
    graph.result(Negative()(x), "y")
    with pytest.raises(InputError, match="two outputs are called 'y'; rename one of them"):
        write_ir(graph, tmp_path / "m.xml")
    assert os.listdir(tmp_path) == []


def test_numbers_are_written_so_that_they_read_back_exactly(tmp_path):
    for number in (0.1, 1e-45, -0.0, 1e30, 6.0, 2.0**60, float("inf"), 1 / 3, float(np.float32(0.1))):
        graph = Graph()
        graph.result(Clamp(min=-float("inf"), max=number)(graph.parameter("x", f32(2))))
        again = read_ir(write_ir(graph, tmp_path / "m.xml")[0]).output_values[0].op
        assert np.float64(again.max).tobytes() == np.float64(number).tobytes()
        assert again.min == -float("inf")
