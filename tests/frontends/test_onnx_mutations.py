"""Damaged models are imported, or refused with an error of ours: nothing else may happen."""

from __future__ import annotations

import random

import numpy as np
import onnx
import pytest
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from dldt.compiler.errors import DldtError, InternalError
from dldt.frontends.onnx.importer import import_onnx

ODD = (0, -1, 1, 2, 3, 7, -2, 100, 2**31, -(2**31), 2**63 - 1, -(2**63), 2**40)


def network():
    """Convolution, pooling, resizing, shapes, a branch: what has attributes and shape inputs to be damaged."""
    constants = {
        "w": np.ones((4, 2, 3, 3), np.float32),
        "scales": np.array([1, 1, 2, 2], np.float32),
        "shape": np.array([0, -1], np.int64),
        "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64),
        "one": np.array([1], np.int64),
        "three": np.array([3], np.int64),
        "matrix": np.ones((48, 4), np.float32),
    }
    branch = helper.make_graph(
        [helper.make_node("Softmax", ["flat"], ["b"], axis=1)], "branch", [], [helper.make_empty_tensor_value_info("b")]
    )
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2], dilations=[1, 1], group=1),
        helper.make_node("MaxPool", ["c"], ["p"], kernel_shape=[2, 2], strides=[1, 1], ceil_mode=1),
        helper.make_node("Resize", ["p", "", "scales"], ["r"], mode="linear"),
        helper.make_node("Slice", ["r", "one", "three", "one"], ["s"]),
        helper.make_node("Pad", ["s", "pads"], ["q"], mode="edge"),
        helper.make_node("Reshape", ["q", "shape"], ["f"]),
        helper.make_node("Transpose", ["f"], ["t"], perm=[1, 0]),
        helper.make_node("ReduceMean", ["t"], ["m"], axes=[0], keepdims=1),
        helper.make_node("Concat", ["t", "m"], ["flat"], axis=0),
        helper.make_node("If", ["cond"], ["i"], then_branch=branch, else_branch=branch),
        helper.make_node("Gather", ["i", "one"], ["y"], axis=0),
    ]
    return helper.make_model(
        helper.make_graph(
            nodes,
            "network",
            [
                helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 2, 8, 8]),
                helper.make_tensor_value_info("cond", TensorProto.BOOL, []),
            ],
            [helper.make_empty_tensor_value_info("y")],
            [numpy_helper.from_array(array, name) for name, array in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
    )


def damage(model, rng):
    """One random change to the structure."""
    graph = model.graph
    node, tensor, info = rng.choice(graph.node), rng.choice(graph.initializer), rng.choice(graph.input)
    kind = rng.randrange(8)
    if kind == 0 and node.attribute:
        attribute = rng.choice(node.attribute)
        if attribute.type == AttributeProto.INTS and attribute.ints:
            attribute.ints[rng.randrange(len(attribute.ints))] = rng.choice(ODD)
        else:
            attribute.i = rng.choice(ODD)
    elif kind == 1 and node.attribute:
        del node.attribute[rng.randrange(len(node.attribute))]
    elif kind == 2 and node.input:
        names = ["", *(n for other in graph.node for n in other.output), *(t.name for t in graph.initializer)]
        node.input[rng.randrange(len(node.input))] = rng.choice(names)
    elif kind == 3 and node.input:
        node.input.append(rng.choice(list(node.input)))
    elif kind == 4 and tensor.data_type == TensorProto.INT64:
        numbers = numpy_helper.to_array(tensor).copy()
        numbers[rng.randrange(numbers.size)] = rng.choice(ODD)
        tensor.raw_data = numbers.tobytes()
    elif kind == 5:
        tensor.dims[rng.randrange(len(tensor.dims))] = rng.choice(ODD)
    elif kind == 6 and info.type.tensor_type.shape.dim:
        rng.choice(info.type.tensor_type.shape.dim).dim_value = rng.choice(ODD)
    else:
        node.op_type = rng.choice(graph.node).op_type


@pytest.mark.parametrize("seed", range(4))
def test_damaged_structure(seed, tmp_path):
    rng = random.Random(seed)
    path, sound = tmp_path / "m.onnx", network()
    path.write_bytes(sound.SerializeToString())
    assert str(import_onnx(path).outputs[0].types[0]).startswith("f32[1,")
    refused = 0
    for _ in range(100):
        model = onnx.ModelProto()
        model.CopyFrom(sound)
        for _ in range(rng.choice((1, 1, 2, 3))):
            damage(model, rng)
        path.write_bytes(model.SerializeToString())
        refused += not sound_or_refused(path)
    assert refused > 10


@pytest.mark.parametrize("seed", range(4))
def test_damaged_bytes(seed, tmp_path):
    rng = random.Random(seed)
    path, content = tmp_path / "m.onnx", network().SerializeToString()
    refused = 0
    for _ in range(100):
        damaged = bytearray(content)
        for _ in range(rng.choice((1, 2, 5))):
            place = rng.randrange(len(damaged))
            damaged[place : place + rng.randrange(3)] = bytes(rng.randrange(256) for _ in range(rng.randrange(3)))
        path.write_bytes(damaged)
        refused += not sound_or_refused(path)
    assert refused > 10


def sound_or_refused(path):
    """Whether the model was imported; an internal error, a foreign one, or one without the file, fails the test."""
    try:
        import_onnx(path)
    except InternalError:
        raise
    except DldtError as error:
        if str(path) not in str(error):
            raise
        return False
    return True
