from __future__ import annotations

import os
import re

import numpy as np
import pytest
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.frontends.onnx.importer import import_onnx
from dldt.frontends.read_model import read_model
from tests.frontends.models import LIGHT


def model(nodes, inputs=(("x", [1, 3]),), outputs=("y",), initializers=(), opset=13, **kwargs):
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        list(initializers),
    )
    kwargs.setdefault("opset_imports", [helper.make_opsetid("", opset)])
    return helper.make_model(graph, ir_version=8, **kwargs)


def relu(source="x", target="y", name="relu"):
    return helper.make_node("Relu", [source], [target], name=name)


def refused(content, tmp_path, message, error=InputError, name="m.onnx"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
    with pytest.raises(error, match=message) as caught:
        import_onnx(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
NOT_ONNX = [
    (b"", "the file is empty"),
    (PNG, "not an ONNX model: it looks like a PNG picture"),
    (b"hello, this is a text\n" * 9, "not an ONNX model: it looks like a text file"),
    (b'{"nodes": []}', "it looks like a JSON document"),
    (b"PK\x03\x04" + b"\0" * 60, "it looks like a zip archive"),
    (b"\x7fELF" + b"\2" * 60, "it looks like an ELF program or library"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
    (b"\x80\x02}q\x01.", "it looks like a Python pickle"),
    (b"\x1f\x8b\x08\x00\x00\x00", "it looks like a gzip archive"),
    (b"\x89HDF\r\n\x1a\n" + b"\0" * 30, "it looks like an HDF5 file"),
    (bytes([0xFF] * 40), "truncated, damaged or of another format"),
    (b"\x08\x07", "has no graph"),
]


@pytest.mark.parametrize(("content", "message"), NOT_ONNX, ids=[m for _, m in NOT_ONNX])
def test_file_that_is_not_onnx(content, message, tmp_path):
    refused(content, tmp_path, re.escape(message))


def test_truncated_model(tmp_path):
    content = (LIGHT / "light_squeezenet.onnx").read_bytes()
    for size in range(1, len(content), len(content) // 23):
        refused(content[:size], tmp_path, "not an ONNX model|nothing gives|is produced by no node|has no ")


def test_missing_file_directory_and_pipe(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        import_onnx(tmp_path / "missing.onnx")
    with pytest.raises(InputError, match="is a directory"):
        import_onnx(tmp_path)
    os.mkfifo(tmp_path / "pipe.onnx")
    with pytest.raises(InputError, match="is a named pipe"):
        import_onnx(tmp_path / "pipe.onnx")


def test_format_is_told_by_content_where_the_name_does_not(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(model([relu()]).SerializeToString())
    assert len(read_model(path).outputs) == 1
    path.write_bytes(PNG)
    with pytest.raises(InputError, match=r"not a model that can be read: it looks like a PNG picture; \.onnx\b"):
        read_model(path)


def loop_of(*names):
    """Each relu takes the next one's output."""
    return [relu(b, a, name=f"n_{a}") for a, b in zip(names, (*names[1:], names[0]), strict=True)]


GRAPHS = [
    (lambda: model([relu()], outputs=()), "the graph has no outputs"),
    (lambda: model([relu("z")]), "Relu \"relu\" takes tensor 'z', which nothing gives"),
    (lambda: model([relu()], outputs=("yy",)), "output 'yy' is produced by no node; close matches: 'y'"),
    (
        lambda: model(loop_of("y", "a", "b")),
        'the graph has a cycle: Relu "n_y" → Relu "n_b" → Relu "n_a" → Relu "n_y"|the graph has a cycle: Relu',
    ),
    (lambda: model([relu(), relu(name="other")]), 'tensor \'y\' has two producers, Relu "relu" and Relu "other"'),
    (lambda: model([relu(), relu("y", "x", "back")]), "tensor 'x' is an input and an output of Relu \"back\""),
    (lambda: model([relu()], inputs=(("x", [1]), ("x", [2]))), "there are two inputs named 'x'"),
    (
        lambda: model([relu()], initializers=[numpy_helper.from_array(np.ones(1), "w")] * 2),
        "there are two initialisers named 'w'",
    ),
    (lambda: model([helper.make_node("Relu", ["x", "x"], ["y"])]), "Relu takes at most 1 inputs, 2 are given"),
    (lambda: model([helper.make_node("Add", ["x"], ["y"])]), "input 'B' of Add is required and missing"),
    (lambda: model([helper.make_node("Add", ["x", ""], ["y"])]), "input 'B' of Add is required and missing"),
    (lambda: model([helper.make_node("Concat", [], ["y"], axis=0)]), "Concat needs at least one input"),
    (lambda: model([helper.make_node("Concat", ["x"], ["y"])]), "attribute 'axis' of Concat is required and missing"),
    (
        lambda: model([helper.make_node("Softmax", ["x"], ["y"], axes=1)]),
        "attribute 'axes' is not one of Softmax (axis)",
    ),
    (
        lambda: model([helper.make_node("Softmax", ["x"], ["y"], axis=1.0)]),
        "attribute 'axis' is of type FLOAT, INT is expected",
    ),
    (lambda: model([helper.make_node("Softmax", ["x"], ["y"], axis=7)]), "axis 7 is outside rank 2"),
    (
        lambda: model([helper.make_node("Transpose", ["x"], ["y"], perm=[0, 0])]),
        "perm [0, 0] is not an order of 2 axes",
    ),
    (lambda: model([relu()], opset_imports=[]), "the model has no opset_import"),
    (lambda: model([relu()], opset=0), "the absurd version 0"),
    (lambda: model([relu()], opset=10**9), "the absurd version 1000000000"),
    (
        lambda: model([relu()], opset_imports=[helper.make_opsetid("", v) for v in (13, 14)]),
        "gives domain 'ai.onnx' two versions, 13 and 14",
    ),
]


@pytest.mark.parametrize(("make", "message"), GRAPHS, ids=[m[:40] for _, m in GRAPHS])
def test_unsound_graph(make, message, tmp_path):
    refused(make(), tmp_path, "|".join(re.escape(part) for part in message.split("|")))


def spoilt(**fields):
    """A softmax whose attribute ``axis`` has these fields instead of its own."""
    made = model([helper.make_node("Softmax", ["x"], ["y"], axis=1)])
    attribute = made.graph.node[0].attribute[0]
    attribute.ClearField("i")
    for name, value in fields.items():
        if isinstance(value, list):
            getattr(attribute, name).extend(value)
        else:
            setattr(attribute, name, value)
    return made


SPOILT = [
    (spoilt(type=AttributeProto.UNDEFINED), "attribute 'axis' is of type UNDEFINED, INT is expected"),
    (spoilt(type=AttributeProto.TENSORS), "attribute 'axis' is of type TENSORS, INT is expected"),
    (spoilt(type=AttributeProto.GRAPH), "attribute 'axis' has no graph, INT is expected"),
    (spoilt(type=AttributeProto.FLOATS, ints=[1]), "attribute 'axis' is of type FLOATS, INT is expected"),
    (spoilt(type=AttributeProto.INTS, ints=[1]), "attribute 'axis' is of type INTS, INT is expected"),
    (spoilt(type=AttributeProto.STRING, s=b"\xff"), "attribute 'axis' is not valid UTF-8, INT is expected"),
    (spoilt(ref_attr_name="outer"), "attribute 'axis' refers to a function's attribute, outside a function"),
]


@pytest.mark.parametrize(("made", "message"), SPOILT, ids=[m for _, m in SPOILT])
def test_attribute_that_cannot_be_read(made, message, tmp_path):
    refused(made, tmp_path, re.escape(f"cannot import Softmax 'y' (output 'y'): {message}"))
    made.graph.node.append(relu())
    made.graph.node[0].output[0] = "unused"
    (tmp_path / "m.onnx").write_bytes(made.SerializeToString())
    assert len(import_onnx(tmp_path / "m.onnx").outputs) == 1


def test_names_that_are_not_utf8(tmp_path):
    content = model([relu(target="yQQ")], outputs=("yQQ",)).SerializeToString()
    refused(content.replace(b"yQQ", b"y\xff\xfe"), tmp_path, r"the name b'y\\xff\\xfe' is not valid UTF-8")
    content = model([relu()], inputs=(("x", ["dQQ"]),)).SerializeToString()
    refused(content.replace(b"dQQ", b"d\xff\xfe"), tmp_path, "is not valid UTF-8")


def test_control_characters_in_names_do_not_reach_the_terminal(tmp_path):
    nodes = [helper.make_node("Odd\x1b[2J", ["x"], ["y"], name="a\nb\u202e")]
    text = refused(model(nodes), tmp_path, "no converter", UnsupportedError)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert r"ai.onnx::Odd\x1b[2J v13   1 node   a\nb\u202e" in text
    text = refused(model([helper.make_node("Add", ["x", "zz\x07"], ["y"], name="q\r")]), tmp_path, "nothing gives")
    assert "\x07" not in text
    assert "\r" not in text


def test_newer_operation_set_is_named_with_what_to_do(tmp_path):
    text = refused(model([relu()], opset=99), tmp_path, "operation set 99 is newer than 28", UnsupportedError)
    assert "export the model with opset_version=28 or less" in text


def test_newer_ir_version_is_only_warned_about(tmp_path, caplog):
    made = model([relu()])
    made.ir_version = 99
    path = tmp_path / "m.onnx"
    path.write_bytes(made.SerializeToString())
    assert len(import_onnx(path).outputs) == 1
    assert "IR version 99 is newer than" in caplog.text


def test_functions_of_the_model_itself(tmp_path):
    function = helper.make_function(
        "local", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], [helper.make_opsetid("", 13)]
    )
    made = model(
        [helper.make_node("Twice", ["x"], ["y"], domain="local")],
        functions=[function],
        opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("local", 1)],
    )
    path = tmp_path / "m.onnx"
    path.write_bytes(made.SerializeToString())
    np.testing.assert_array_equal(
        interpret(import_onnx(path), {"x": np.array([[1, 2, 3]], np.float32)})["y"], [[2, 4, 6]]
    )


def field(number, content):
    """A length-delimited protobuf field."""
    size, length = len(content), b""
    while size >= 128:
        length, size = length + bytes([size % 128 + 128]), size // 128
    return bytes([number * 8 + 2]) + length + bytes([size]) + content


@pytest.mark.parametrize("depth", [33, 10000])
def test_deeply_nested_bodies(depth, tmp_path):
    graph = b""
    for _ in range(depth):  # GraphProto.node 1, NodeProto.attribute 5, AttributeProto.g 6
        graph = field(1, field(5, field(6, graph)))
    content = b"\x08\x08" + field(7, graph) + field(8, b"\x10\x0d")
    refused(content, tmp_path, r"nested too deep \(sub-graphs may be, 32 levels\)|nested more than 32 deep")


def test_long_chain_needs_no_recursion(tmp_path):
    count = 3000
    nodes = [relu(f"t{i}", f"t{i + 1}", f"n{i}") for i in range(count)][::-1]
    made = model(nodes, inputs=(("t0", [2]),), outputs=(f"t{count}",))
    path = tmp_path / "m.onnx"
    path.write_bytes(made.SerializeToString())
    assert len(import_onnx(path)) == count + 2
    cyclic = model(loop_of(*(f"t{i}" for i in range(count))), outputs=("t0",))
    refused(cyclic, tmp_path, "the graph has a cycle: .* → …")


def test_failing_node_is_told_with_its_inputs(tmp_path):
    made = model(
        [relu(), helper.make_node("Add", ["y", "w"], ["z"], name="sum")],
        outputs=("z",),
        initializers=[numpy_helper.from_array(np.ones((2, 2), np.float32), "w")],
    )
    text = refused(made, tmp_path, "cannot import Add 'sum'", ShapeError)
    assert "(output 'z')" in text
    assert "shapes [1,3] and [2,2] do not broadcast" in text
    assert "inputs: y f32[1,3], w f32[2,2]" in text


def test_failing_node_with_free_dims_tells_how_to_fix_them(tmp_path):
    made = model([helper.make_node("Add", ["x", "v"], ["y"])], inputs=(("x", ["N", 3]), ("v", ["M", 4])))
    text = refused(made, tmp_path, "do not broadcast", ShapeError)
    assert "try: fix the free dimensions, with numbers in place of the names: --input 'x[N,3],v[M,4]'" in text


def test_input_without_a_shape(tmp_path):
    made = model([relu()])
    made.graph.input[0].type.tensor_type.ClearField("shape")
    text = refused(made, tmp_path, "input 'x': the model does not tell its shape")
    assert "--input x[d,d,…]" in text
    assert str(read_model(tmp_path / "m.onnx", inputs={"x": (2, None)}).outputs[0].types[0]) == "f32[2,x_1]"


def test_input_that_is_no_tensor(tmp_path):
    made = model([relu()])
    made.graph.input[0].CopyFrom(helper.make_tensor_sequence_value_info("x", TensorProto.FLOAT, [1]))
    refused(made, tmp_path, "'x': is a sequence of tensors; give its items as inputs of their own", UnsupportedError)


def test_input_of_a_type_that_is_not_supported(tmp_path):
    made = model([relu()])
    made.graph.input[0].type.tensor_type.elem_type = TensorProto.STRING
    refused(made, tmp_path, "element type STRING are not supported", UnsupportedError)
    made.graph.input[0].type.tensor_type.elem_type = TensorProto.UNDEFINED
    text = refused(made, tmp_path, "input 'x': the model does not tell its element type")
    assert "--input x[d,d,…]{f32}" in text
    assert str(read_model(tmp_path / "m.onnx", inputs=parse_inputs("x{f16}")).inputs[0].type) == "f16[1,3]"
    made.graph.input[0].type.tensor_type.elem_type = 99
    refused(made, tmp_path, "99 is not an ONNX element type")


BOMBS = [
    ("ConstantOfShape", [10**6, 10**6], "shape [1000000, 1000000] has 1000000000000 elements, at most 2**31"),
    ("ConstantOfShape", [-1], "shape [-1] has a negative dimension"),
]


@pytest.mark.parametrize(("op_type", "numbers", "message"), BOMBS, ids=[m for _, _, m in BOMBS])
def test_small_files_of_huge_tensors(op_type, numbers, message, tmp_path):
    made = model(
        [helper.make_node(op_type, ["s"], ["y"])],
        inputs=(),
        initializers=[numpy_helper.from_array(np.array(numbers, np.int64), "s")],
    )
    refused(made, tmp_path, re.escape(message))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (np.array([5, -(2**63)]), r"image_shape is \[5, -9223372036854775808\]; every size must be from 1 to 2\^40"),
        (np.array([5, 2**63 - 1]), r"every size must be from 1 to 2\^40"),
        (np.array([5.0, 5.0], np.float32), r"image_shape is f32\[2\]; sizes are i64"),
    ],
    ids=["negative", "large", "floats"],
)
def test_images_of_columns_have_sizes(sizes, message, tmp_path):
    known = [numpy_helper.from_array(sizes, "image"), numpy_helper.from_array(np.array([1, 5]), "block")]
    node = helper.make_node("Col2Im", ["x", "image", "block"], ["y"])
    refused(model([node], [("x", [1, 5, 5])], initializers=known, opset=18), tmp_path, message)


@pytest.mark.parametrize(
    ("node", "inputs", "opset", "message"),
    [
        (helper.make_node("DFT", ["x"], ["y"]), [("x", ["N", 4, "M"])], 17, "last dim of .* must be fixed"),
        (
            helper.make_node("GridSample", ["x", "p"], ["y"]),
            [("x", [1, 2, 4, 4]), ("p", [1, 3, 3, "M"])],
            16,
            "the last dim of the grid must be fixed",
        ),
        (
            helper.make_node("ScatterND", ["x", "i", "u"], ["y"]),
            [("x", [3, 2]), ("i", ["N", "M"]), ("u", ["N", 2])],
            16,
            "the last dim of indices must be fixed",
        ),
    ],
    ids=["DFT", "GridSample", "ScatterND"],
)
def test_a_free_dim_that_must_be_fixed_is_not_supported(node, inputs, opset, message, tmp_path):
    made = model([node], inputs, opset=opset)
    for each in made.graph.input:
        if each.name == "i":
            each.type.tensor_type.elem_type = TensorProto.INT64
    refused(made, tmp_path, message, UnsupportedError)
