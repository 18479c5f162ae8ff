"""Large weights are views of the model file; the message that protobuf reads means the same without them."""

import re

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from dldt.compiler.errors import InputError
from dldt.compiler.ops import Constant
from dldt.frontends.onnx.importer import import_onnx
from dldt.frontends.onnx.lift_weights import LARGE, lift_weights

WEIGHT = np.random.default_rng(3).standard_normal((LARGE // 16, 4)).astype(np.float32)
HALF = WEIGHT.astype(np.float16)  # the small one of the two: half of LARGE


def model(*tensors, constant=None):
    """y = x, or x · constant (a Constant node); the tensors are initialisers that the graph has besides."""
    nodes = [helper.make_node("Identity", ["x"], ["y"])]
    if constant is not None:
        nodes = [helper.make_node("Constant", [], ["c"], value=constant), helper.make_node("MatMul", ["x", "c"], ["y"])]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, len(WEIGHT)])
    graph = helper.make_graph(nodes, "g", [x], [helper.make_empty_tensor_value_info("y")], list(tensors))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], doc_string="behind the graph")


def parsed(made):
    return ModelProto.FromString(made)


def put_back(tensor, data):
    places = {entry.key: entry.value for entry in tensor.external_data}
    start = int(places["offset"])
    tensor.raw_data = data[start : start + int(places["length"])]
    tensor.ClearField("external_data")
    tensor.ClearField("data_location")


def test_raw_data_becomes_external_data_of_the_file_itself():
    small = numpy_helper.from_array(HALF, "small")
    whole = model(small, numpy_helper.from_array(WEIGHT, "w"), constant=numpy_helper.from_array(WEIGHT, "c"))
    data = whole.SerializeToString()
    lifted = lift_weights(memoryview(data), "m.onnx")
    assert len(lifted) < len(data) - 2 * WEIGHT.nbytes + 500
    found = parsed(lifted)
    moved = [found.graph.initializer[1], found.graph.node[0].attribute[0].t]
    for tensor in moved:
        assert tensor.data_location == TensorProto.EXTERNAL
        assert [(e.key, e.value) for e in tensor.external_data][::2] == [
            ("location", "m.onnx"),
            ("length", str(WEIGHT.nbytes)),
        ]
        put_back(tensor, data)
    assert found == whole


def test_a_graph_in_two_pieces_is_one():
    first, second = model(numpy_helper.from_array(WEIGHT, "a")), ModelProto()
    second.graph.initializer.append(numpy_helper.from_array(WEIGHT + 1, "b"))
    data = first.SerializeToString() + second.SerializeToString()
    found = parsed(lift_weights(memoryview(data), "m"))
    for tensor in found.graph.initializer:
        put_back(tensor, data)
    assert found == parsed(data)


RAW = WEIGHT.tobytes()
LEFT = {
    "small": numpy_helper.from_array(HALF, "w"),
    "typed": helper.make_tensor("w", TensorProto.FLOAT, WEIGHT.shape, WEIGHT.ravel().tolist()),
    "raw and typed": TensorProto(name="w", data_type=1, dims=WEIGHT.shape, raw_data=RAW, float_data=[1.0]),
    "segment": TensorProto(name="w", data_type=1, raw_data=RAW, segment=TensorProto.Segment(begin=0, end=1)),
    "external already": TensorProto(name="w", data_type=1, raw_data=RAW, data_location=TensorProto.EXTERNAL),
    "very many dims": TensorProto(name="w", data_type=1, dims=[1] * 101, raw_data=RAW),
}


@pytest.mark.parametrize("tensor", LEFT.values(), ids=LEFT.keys())
def test_a_tensor_with_anything_else_in_it_is_left_as_it_is(tensor):
    data = model(tensor).SerializeToString()
    assert lift_weights(memoryview(data), "m") == data


def test_raw_data_twice_is_left_as_it_is():
    twice = TensorProto(name="w", raw_data=RAW).SerializeToString() + TensorProto(raw_data=RAW).SerializeToString()
    field = ModelProto()
    field.graph.initializer.add(doc_string="?" * (len(twice) - 4))  # with its tag and length as long as the two
    data = field.SerializeToString()
    data = data[: len(data) - len(twice)] + twice
    assert parsed(data).graph.initializer[0].raw_data == RAW
    assert lift_weights(memoryview(data), "m") == data


def test_what_is_not_sound_is_left_to_protobuf():
    data = model(numpy_helper.from_array(WEIGHT, "w")).SerializeToString()
    wrong = [
        data[:-1],
        data[:LARGE],
        data + b"\x0b",
        data + b"\xff" * 11,
        b"\x08",
        b"",
        b"\x3a\xff\xff\xff\xff\x0f1234",
    ]
    for damaged in wrong:
        assert lift_weights(memoryview(damaged), "m") == damaged
    assert lift_weights(memoryview(data), "\udcff") == data  # a name that is not text


def test_the_walk_over_fields_is_bounded():
    data = model(numpy_helper.from_array(WEIGHT, "w")).SerializeToString()
    assert lift_weights(memoryview(data + b"\x08\x08" * 100), "m") != data + b"\x08\x08" * 100
    many = data + b"\x08\x08" * (1 << 20)
    assert lift_weights(memoryview(many), "m") == many


def test_the_graph_holds_views_of_the_file(tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(model(constant=numpy_helper.from_array(WEIGHT, "c")).SerializeToString())
    graph = import_onnx(path)
    (constant,) = [node for node in graph.order() if isinstance(node.op, Constant)]
    array = constant.outputs[0].constant
    np.testing.assert_array_equal(array, WEIGHT)
    assert not array.flags.writeable
    assert not array.flags.owndata


def test_booleans_and_sizes_are_checked_as_ever(tmp_path):
    path = tmp_path / "m.onnx"
    bad = TensorProto(name="c", data_type=TensorProto.BOOL, dims=[len(RAW)], raw_data=b"\2" * len(RAW))
    path.write_bytes(model(constant=bad).SerializeToString())
    with pytest.raises(InputError, match="a boolean is neither 0 nor 1"):
        import_onnx(path)
    short = TensorProto(name="c", data_type=TensorProto.FLOAT, dims=[len(RAW)], raw_data=RAW)
    path.write_bytes(model(constant=short).SerializeToString())
    message = f"its data is shorter than its shape: {len(RAW)} bytes stored, {len(RAW)} × f32 need {4 * len(RAW)}"
    with pytest.raises(InputError, match=re.escape(message)):
        import_onnx(path)


def test_a_file_that_refers_beyond_its_end_is_refused(tmp_path):
    path = tmp_path / "m.onnx"
    beyond = TensorProto(name="c", data_type=TensorProto.FLOAT, dims=WEIGHT.shape, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", "m.onnx"), ("offset", "4096"), ("length", str(WEIGHT.nbytes))):
        beyond.external_data.add(key=key, value=value)
    path.write_bytes(model(constant=beyond).SerializeToString())
    with pytest.raises(InputError, match=r"bytes 4096 to \d+ of 'm.onnx' are needed, it has \d+"):
        import_onnx(path)
