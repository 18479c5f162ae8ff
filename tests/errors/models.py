"""Small ONNX models, sound and broken, for the tests of the commands."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def value(name, *dims, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, list(dims))


def model(nodes, inputs, outputs, weights=(), opset=17, **graph):
    """A model of these nodes, not checked."""
    proto = helper.make_model(
        helper.make_graph(nodes, "net", inputs, outputs, list(weights), **graph),
        opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.acme", 1)],
    )
    proto.ir_version = 8
    return proto


def weight(name="w", shape=(3, 2)):
    return numpy_helper.from_array(np.arange(np.prod(shape), dtype=np.float32).reshape(shape), name)


def dense(*dims, weights=None):
    """y = relu(x @ w)."""
    nodes = [helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Relu", ["m"], ["y"])]
    return model(nodes, [value("x", *(dims or (1, 3)))], [value("y", *(dims[:1] or (1,)), 2)], [weights or weight()])


def unknown_operations():
    nodes = [
        helper.make_node("MyFancyOp", ["x"], ["a"], name="fancy1", domain="com.acme"),
        helper.make_node("MyFancyOp", ["a"], ["b"], name="fancy2", domain="com.acme"),
        helper.make_node("Relu", ["b"], ["c"], name="n2"),
        helper.make_node("Nonesuch", ["c"], ["y"], name="none"),
    ]
    return model(nodes, [value("x", 1, 3)], [value("y", 1, 3)])


def cyclic():
    nodes = [
        helper.make_node("Add", ["x", "b"], ["a"], name="first"),
        helper.make_node("Relu", ["a"], ["b"], name="second"),
    ]
    return model(nodes, [value("x", 1, 3)], [value("b", 1, 3)])


def wrong_length(change):
    """Weights whose bytes are more or fewer than their shape says."""
    tensor = weight()
    tensor.raw_data = tensor.raw_data[: len(tensor.raw_data) + change] + bytes(max(0, change))
    return dense(weights=tensor)


def external(location, length=None):
    """Weights that lie in another file."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3, 2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    if length is not None:
        tensor.external_data.add(key="length", value=str(length))
    return dense(weights=tensor)


def without_rank():
    """An input that declares no shape at all."""
    proto = dense()
    proto.graph.input[0].type.tensor_type.ClearField("shape")
    return proto


def reshaped():
    """Rows of three numbers, which not every N and M can be cut into."""
    nodes = [helper.make_node("Reshape", ["x", "s"], ["r"]), helper.make_node("Relu", ["r"], ["y"])]
    shape = numpy_helper.from_array(np.array([3, -1]), "s")
    return model(nodes, [value("x", "N", "M")], [value("y", 3, "K")], [shape])


def shape_from_data():
    """The number of rows is only known when the data is: NonZero."""
    nodes = [helper.make_node("NonZero", ["x"], ["y"], name="nonzero")]
    return model(nodes, [value("x", 1, 3)], [value("y", 2, "K", dtype=TensorProto.INT64)])
