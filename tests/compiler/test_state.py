"""Variables: read as they were, assigned at the end, kept by every clean-up."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.errors import InternalError, ShapeError, UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import States, interpret
from dldt.compiler.types import DType, TensorType
from dldt.compiler.verify import verify
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline

X = np.arange(3, dtype=np.float32)


def _sums() -> Graph:
    """y = total + x, and this is the new total; before = what total was."""
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (3,)))
    total = graph.add(ops.ReadValue("total", DType.f32, (3,)), ())[0]
    made = ops.Add()(total, x)
    ops.Assign("total")(made)
    again = graph.add(ops.ReadValue("total", DType.f32, (3,)), ())[0]
    graph.result(made, "y")
    graph.result(ops.Negative()(again), "before")
    return graph


def test_every_read_gives_what_was_there_at_the_start() -> None:
    graph = _sums()
    run_pipeline(graph, default_pipeline(), verify=True)
    states: States = {}
    for turn in range(3):
        found = interpret(graph, {"x": X}, states)
        np.testing.assert_array_equal(found["y"], X * (turn + 1))
        np.testing.assert_array_equal(found["before"], -X * turn)
    np.testing.assert_array_equal(states["total"], X * 3)
    np.testing.assert_array_equal(interpret(graph, {"x": X})["y"], X)


def test_an_assign_stays_though_nothing_reads_it() -> None:
    graph = _sums()
    (sink,) = graph.sinks
    assert graph.prune() == 0
    graph.discard(sink)
    assert graph.sinks == (sink,)
    graph.remove_output(graph.outputs[0])
    assert graph.prune() == 0


def test_a_variable_grows_from_its_first_value() -> None:
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (1, 3)))
    first = graph.constant(np.zeros((0, 3), np.float32))
    past = graph.add(ops.ReadValue("past", DType.f32, (-1, 3)), (first,))[0]
    assert str(past.type) == 'f32["past:0"?,3]'
    every = ops.Concat(0)(past, x)
    ops.Assign("past")(every)
    graph.result(every, "y")
    verify(graph)
    states: States = {}
    sizes = [interpret(graph, {"x": X[None]}, states)["y"].shape for _ in range(3)]
    assert sizes == [(1, 3), (2, 3), (3, 3)]


def test_what_cannot_be_is_said() -> None:
    graph = _sums()
    ops.Assign("total")(graph.inputs[0])
    with pytest.raises(InternalError, match="variable 'total' is assigned twice"):
        verify(graph)
    with pytest.raises(ShapeError, match="nothing says the type and the shape of variable 'v'"):
        graph.add(ops.ReadValue("v"), ())
    with pytest.raises(ShapeError, match=r"variable 'v' is f32\[2\], its first value is f32\[3\]"):
        graph.add(ops.ReadValue("v", DType.f32, (2,)), (graph.inputs[0],))


def test_a_variable_in_a_body_is_refused() -> None:
    graph = Graph("g")
    flag = graph.parameter("flag", TensorType(DType.boolean, ()))
    x = graph.parameter("x", TensorType(DType.f32, (3,)))
    bodies = Graph("then"), Graph("else")
    for body in bodies:
        value = body.parameter("x", x.type)
        ops.Assign("v")(value)
        body.result(value, "r")
    graph.result(ops.If(*bodies)(flag, x), "y")
    with pytest.raises(InternalError, match="a variable is assigned in a body"):
        verify(graph)
    with pytest.raises(UnsupportedError, match="a variable inside the body of an If or of a loop is not supported"):
        interpret(graph, {"flag": np.array(True), "x": X})
