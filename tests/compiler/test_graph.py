"""The graph: building, order, replacing, pruning, copying."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import dims, ops
from dldt.compiler.errors import InputError, InternalError, ShapeError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.interpret import interpret
from dldt.compiler.text import print_graph
from dldt.compiler.types import DType, TensorType

F32 = TensorType(DType.f32, (2, 3))


def _chain(length: int) -> tuple[Graph, Value]:
    graph = Graph()
    value = graph.parameter("x", F32)
    for i in range(length):
        value = ops.ReLU()(value, name=f"relu{i}")
    graph.result(value, "y")
    return graph, value


def test_a_node_is_typed_when_it_is_made() -> None:
    graph = Graph()
    x = graph.parameter("x", F32)
    y = ops.Add()(x, 1.5)
    assert y.type == F32
    assert y.inputs[1] is not None
    assert y.inputs[1].constant == np.float32(1.5)
    with pytest.raises(ShapeError, match=r"Add: shapes \[2,3\] and \[4\] do not broadcast"):
        ops.Add()(x, np.zeros(4, np.float32))


def test_order_puts_producers_first_and_is_deterministic() -> None:
    graph = Graph()
    x = graph.parameter("x", F32)
    first, second = ops.ReLU()(x, name="first"), ops.Abs()(x, name="second")
    total = ops.Add()(second, first, name="total")
    graph.result(total, "y")
    assert [node.name for node in graph.order()] == ["x", "first", "second", "total", "y"]
    late = ops.Negative()(x, name="late")
    graph.replace(first, late)
    assert [node.name for node in graph.order()] == ["x", "first", "second", "first", "total", "y"]


def test_deep_graphs_do_not_recurse() -> None:
    graph, last = _chain(4000)
    assert len(graph.order()) == 4002
    assert last.type == F32
    assert len(list(graph.walk())) == 1
    copy = graph.copy()
    assert copy.prune() == 0
    assert print_graph(copy).count("\n") == 4002
    np.testing.assert_array_equal(interpret(graph, {"x": np.ones((2, 3), np.float32)})["y"], np.ones((2, 3)))


def test_a_cycle_is_named() -> None:
    graph, last = _chain(3)
    first = next(node for node in graph.order() if node.name == "relu0")
    graph.rewire(first, 0, last)
    with pytest.raises(InputError, match=r"the graph has a cycle through 'relu0', 'relu1', 'relu2', 'y'"):
        graph.order()


def test_replace_moves_uses_and_names() -> None:
    graph, last = _chain(1)
    graph.rename(last, ("tensor",))
    fresh = ops.Abs()(graph.inputs[0])
    graph.replace(last, fresh)
    assert graph.output_values == (fresh,)
    assert (fresh.names, fresh.node.name, last.uses) == (("tensor",), "relu0", [])
    assert graph.prune() == 1


def test_replace_refuses_a_change_of_type() -> None:
    graph, last = _chain(1)
    other = ops.ReduceSum()(last, np.array([1]))
    with pytest.raises(InternalError, match=r"replacing 'relu0' would change its type from f32\[2,3\] to f32\[2\]"):
        graph.replace(last, other)


def test_replace_by_a_consumer_keeps_the_consumer_connected() -> None:
    graph, last = _chain(1)
    wrapped = ops.Abs()(last, name="wrapped")
    graph.replace(last, wrapped)
    assert graph.output_values == (wrapped,)
    assert wrapped.inputs == (last,)


def test_values_of_another_graph_are_refused() -> None:
    graph, last = _chain(1)
    stranger = Graph().parameter("z", F32)
    with pytest.raises(InternalError, match="value 'z' belongs to another graph"):
        graph.add(ops.Add(), (last, stranger))


def test_prune_keeps_parameters() -> None:
    graph, last = _chain(1)
    graph.parameter("unused", F32)
    ops.Abs()(last)
    assert graph.prune() == 1
    assert [value.name for value in graph.inputs] == ["x", "unused"]


def test_a_copy_is_independent() -> None:
    graph, last = _chain(2)
    before = print_graph(graph)
    copy = graph.copy()
    copy.replace(copy.output_values[0], ops.Abs()(copy.inputs[0]))
    copy.prune()
    assert print_graph(graph) == before
    assert last.uses


def test_retype_infers_everything_again() -> None:
    graph, _ = _chain(2)
    graph.retype({"x": TensorType(DType.f32, (dims.symbol("N"), 7))})
    assert [str(value.type) for value in graph.output_values] == ["f32[N,7]"]


def test_an_optional_input_in_the_middle_is_kept_and_at_the_end_dropped() -> None:
    graph = Graph()
    x = graph.parameter("x", F32)
    assert ops.Swish()(x, None).inputs == (x,)


def test_remove_input_refuses_one_in_use() -> None:
    graph, _ = _chain(1)
    with pytest.raises(InternalError, match="input 'x' is still in use"):
        graph.remove_input(graph.inputs[0])
