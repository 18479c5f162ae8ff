from __future__ import annotations

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from dldt.compiler.interpret import interpret
from dldt.compiler.ops.control import If
from dldt.compiler.ops.core import Constant
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import reference, save

X = np.array([[1, -2, 3]], np.float32)


def body(name, nodes, outputs, initializers=()):
    return helper.make_graph(nodes, name, [], [helper.make_empty_tensor_value_info(o) for o in outputs], initializers)


def branch_of(condition, outputs, then, otherwise):
    return helper.make_node("If", [condition], outputs, then_branch=then, else_branch=otherwise)


def model(nodes, outputs=("y",), initializers=(), shape=(1, 3)):
    graph = helper.make_graph(
        nodes,
        "g",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, shape),
            helper.make_tensor_value_info("a", TensorProto.BOOL, []),
            helper.make_tensor_value_info("b", TensorProto.BOOL, []),
        ],
        [helper.make_empty_tensor_value_info(o) for o in outputs],
        list(initializers),
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def nested():
    """y, z = if a: (if b: x + r + w, else x), x; else: -x, v (an initialiser of the branch); r = relu(x)."""
    inner_then = body(
        "inner_then",
        [helper.make_node("Add", ["x", "r"], ["s"]), helper.make_node("Add", ["s", "w"], ["it"])],
        ["it"],
    )
    inner_else = body("inner_else", [helper.make_node("Identity", ["x"], ["ie"])], ["ie"])
    then = body("then", [branch_of("b", ["ti"], inner_then, inner_else), helper.make_node("Identity", ["x"], ["tx"])],
                ["ti", "tx"])  # fmt: skip
    otherwise = body(
        "else",
        [helper.make_node("Neg", ["x"], ["e"])],
        ["e", "v"],
        [numpy_helper.from_array(np.array([[7, 8, 9]], np.float32), "v")],
    )
    return model(
        [helper.make_node("Relu", ["x"], ["r"]), branch_of("a", ["y", "z"], then, otherwise)],
        ("y", "z"),
        [numpy_helper.from_array(np.array([10, 20, 30], np.float32), "w")],
    )


@pytest.mark.parametrize("a", [True, False])
@pytest.mark.parametrize("b", [True, False])
def test_nested_branches_capture_outer_tensors(a, b, tmp_path):
    made = nested()
    feeds = {"x": X, "a": np.array(a), "b": np.array(b)}
    graph = import_onnx(save(made, tmp_path))
    found = interpret(graph, feeds)
    for name, want in zip(("y", "z"), reference(made, feeds), strict=True):
        np.testing.assert_array_equal(found[name], want)


def test_bodies_take_the_same_captures_and_repeat_constants(tmp_path):
    graph = import_onnx(save(nested(), tmp_path))
    (node,) = [node for node in graph.order() if isinstance(node.op, If)]
    assert [v.name for v in node.inputs] == ["a", "b", "x", "r"]
    for inner in node.op.bodies:
        assert [v.name for v in inner.inputs] == ["b", "x", "r"]
    assert [g.name for g in graph.walk()] == ["g", "y/body_2", "y/body_1", "y/body_1/ti/body_2", "y/body_1/ti/body_1"]
    deepest = [g for g in graph.walk() if g.name == "y/body_1/ti/body_1"]
    assert [v.name for v in deepest[0].inputs] == ["x", "r"]
    constants = [n.op.value.tolist() for n in deepest[0].order() if isinstance(n.op, Constant)]
    assert constants == [[10, 20, 30]]


def test_branch_of_a_condition_on_shapes_is_chosen_at_import(tmp_path):
    """if rank(x) == 2: relu(x), else something that could not even be typed."""
    then = body("then", [helper.make_node("Relu", ["x"], ["t"])], ["t"])
    otherwise = body("else", [helper.make_node("Transpose", ["x"], ["e"], perm=[2, 0, 1])], ["e"])
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Size", ["shape"], ["rank"]),
        helper.make_node("Equal", ["rank", "two"], ["is_matrix"]),
        branch_of("is_matrix", ["y"], then, otherwise),
    ]
    made = model(nodes, initializers=[numpy_helper.from_array(np.array(2, np.int64), "two")])
    graph = import_onnx(save(made, tmp_path))
    assert not any(isinstance(node.op, If) for node in graph.order())
    found = interpret(graph, {"x": X, "a": np.array(True), "b": np.array(True)})
    np.testing.assert_array_equal(found["y"], np.maximum(X, 0))


def test_names_of_nodes_and_tensors_are_the_files(tmp_path):
    nodes = [
        helper.make_node("Gemm", ["x", "w", "c"], ["gemm"], name="first", alpha=2.0),
        helper.make_node("Identity", ["gemm"], ["same"]),
        helper.make_node("Relu", ["same"], ["y"]),
    ]
    made = model(nodes, initializers=[numpy_helper.from_array(np.ones((3, 2), np.float32), "w"),
                                      numpy_helper.from_array(np.ones(2, np.float32), "c")])  # fmt: skip
    graph = import_onnx(save(made, tmp_path))
    (result,) = graph.outputs
    relu = result.inputs[0]
    assert (result.name, relu.node.name, relu.names) == ("y", "y", ("y",))
    add = relu.inputs[0]
    assert (add.node.name, add.names) == ("first", ("gemm", "same"))
    inner = {node.name for node in graph.order()}
    assert {"first/Multiply", "first/MatMul", "w", "c", "x"} <= inner


def test_input_that_is_an_output_and_outputs_that_share_a_value(tmp_path):
    nodes = [helper.make_node("Identity", ["x"], ["y"]), helper.make_node("Identity", ["x"], ["z"])]
    graph = import_onnx(save(model(nodes, ("y", "z")), tmp_path))
    assert [n.name for n in graph.outputs] == ["y", "z"]
    assert graph.inputs[0].names == ("x", "y", "z")
    assert [v.name for v in graph.inputs] == ["x", "a", "b"]


def test_initialiser_that_is_listed_as_an_input_is_a_constant(tmp_path):
    made = model([helper.make_node("Add", ["x", "w"], ["y"])],
                 initializers=[numpy_helper.from_array(np.ones(3, np.float32), "w")])  # fmt: skip
    made.graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [3]))
    graph = import_onnx(save(made, tmp_path))
    assert [v.name for v in graph.inputs] == ["x", "a", "b"]


def test_free_dims_become_symbols(tmp_path):
    made = model([helper.make_node("Relu", ["x"], ["y"])], shape=("batch.size", "?", None, "max", 4))
    (x, _, _) = import_onnx(save(made, tmp_path)).inputs
    assert str(x.type) == 'f32["batch.size",x_1,x_2,"max",4]'


@pytest.mark.parametrize("taken", [True, False])
def test_what_broadcasts_takes_a_number_or_a_vector_of_one(taken, tmp_path):
    """x * (if known: (if a: s, else v), else x): the inner outputs have different ranks, the result has that of x."""
    numbers = body("s", [helper.make_node("Identity", ["scalar"], ["s"])], ["s"])
    vectors = body("v", [helper.make_node("Identity", ["vector"], ["v"])], ["v"])
    outer = body("o", [branch_of("a", ["it"], numbers, vectors)], ["it"])
    other = body("p", [helper.make_node("Identity", ["x"], ["same"])], ["same"])
    constants = {"scalar": np.float32(3), "vector": np.array([5], np.float32), "known": np.array(True)}
    made = model(
        [branch_of("known", ["factor"], outer, other), helper.make_node("Mul", ["x", "factor"], ["y"])],
        initializers=[numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    found = interpret(import_onnx(save(made, tmp_path)), {"x": X, "a": np.array(taken), "b": np.array(True)})
    np.testing.assert_array_equal(found["y"], X * (3 if taken else 5))
