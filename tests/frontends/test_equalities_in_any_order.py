"""Dims that nodes find to be equal, before and behind the nodes whose results have sizes that are computed of them."""

import random

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

import dldt
from dldt.compiler.verify import verify

COUNT = 3


def _add(i, j, y):
    return [helper.make_node("Add", [f"x{i}", f"x{j}"], [y])]


def _expand(i, j, y):
    return [
        helper.make_node("Unsqueeze", [f"x{i}", "zero"], [f"{y}u"]),
        helper.make_node("Concat", ["two", f"s{j}"], [f"{y}s"], axis=0),
        helper.make_node("Expand", [f"{y}u", f"{y}s"], [y]),
    ]


def _reshape(i, j, y):
    return [helper.make_node("Reshape", [f"x{i}", f"s{j}"], [y])]


def _tile(i, j, y):
    return [helper.make_node("Tile", [f"x{i}", f"s{j}"], [y])]


def _slice(i, j, y):
    return [
        helper.make_node("Slice", [f"x{i}", "begin", f"s{j}"], [f"{y}s"]),
        helper.make_node("Add", [f"{y}s", f"x{j}"], [y]),
    ]


def _filled(i, j, y):
    return [helper.make_node("ConstantOfShape", [f"s{j}"], [f"{y}c"]), helper.make_node("Add", [f"{y}c", f"x{i}"], [y])]


def _resized(i, j, y):
    return [
        helper.make_node("Resize", [f"x{i}", "", "", f"s{j}"], [f"{y}r"], mode="nearest"),
        helper.make_node("Add", [f"{y}r", f"x{j}"], [y]),
    ]


def _largest(i, j, y):
    return [
        helper.make_node("Slice", [f"s{j}", "one", "two"], [f"{y}k"]),
        helper.make_node("TopK", [f"x{i}", f"{y}k"], [f"{y}v", f"{y}i"]),
        helper.make_node("Add", [f"{y}v", f"x{j}"], [y]),
    ]


def _places(i, j, y):
    return [
        helper.make_node("NonZero", [f"x{i}"], [f"{y}m"]),
        helper.make_node("NonZero", [f"x{j}"], [f"{y}n"]),
        helper.make_node("Add", [f"{y}m", f"{y}n"], [y]),
    ]


def _joined(i, j, y):
    return [
        helper.make_node("Concat", [f"x{i}", f"x{j}"], [f"{y}m"], axis=1),
        helper.make_node("Concat", [f"x{j}", f"x{i}"], [f"{y}n"], axis=1),
        helper.make_node("Add", [f"{y}m", f"{y}n"], [y]),
    ]


KINDS = (_expand, _reshape, _tile, _slice, _filled, _resized, _largest, _places, _joined)


def _model(seed: int) -> onnx.ModelProto:
    r = random.Random(seed)
    steps = [(_add, r.randrange(i), i) for i in range(1, COUNT)]
    steps += [(r.choice(KINDS), r.randrange(COUNT), r.randrange(COUNT)) for _ in range(4)]
    r.shuffle(steps)
    nodes = [helper.make_node("Shape", [f"x{i}"], [f"s{i}"]) for i in range(COUNT)]
    nodes += [node for k, (kind, i, j) in enumerate(steps) for node in kind(i, j, f"y{k}")]
    inputs = [helper.make_tensor_value_info(f"x{i}", onnx.TensorProto.FLOAT, [f"A{i}", f"B{i}"]) for i in range(COUNT)]
    outputs = [helper.make_empty_tensor_value_info(f"y{k}") for k in range(len(steps))]
    numbers = {"zero": [0], "one": [1], "two": [2], "begin": [0, 0]}
    constants = [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in numbers.items()]
    graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return onnx.shape_inference.infer_shapes(model)


@pytest.mark.parametrize("seed", range(40))
def test_types_are_those_of_the_inputs_in_any_order(seed, tmp_path) -> None:
    onnx.save(_model(seed), tmp_path / "m.onnx")
    graph = dldt.read_model(tmp_path / "m.onnx")
    verify(graph)
    inferred = {node.id: graph.inferred(node) for node in graph.order()}
    assert inferred == {node.id: node.types for node in graph.order()}
