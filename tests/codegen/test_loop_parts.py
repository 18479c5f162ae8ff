"""Loops whose parts are brought to the first axis, run before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dldt.codegen.plan.loop_parts import normalize_parts
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.types import DType, TensorType
from dldt.compiler.verify import verify

SLICES = [
    ((2, 5, 3), (1, 0, 1, 1, -1)),
    ((2, 5, 3), (2, -1, -1, 1, 0)),
    ((2, 6, 3), (1, 0, 2, 2, -1)),
    ((2, 7, 3), (1, 0, 3, 3, -1)),
    ((2, 7, 3), (1, -1, -3, 3, 0)),
    ((2, 7, 3), (1, 1, 1, 1, -2)),
    ((2, 7, 3), (1, -2, -1, 1, 1)),
    ((7, 2, 3), (0, 1, 2, 1, 6)),
    ((7, 2, 3), (0, 5, -2, 1, 1)),
    (("N", 2, 3), (0, 1, 1, 1, -2)),
    ((2, "N", 3), (1, -1, -1, 1, 0)),
    ((4, 2, 3), (0, 0, 1, 1, -1)),
]


def looped(shape: Any, slices: Any) -> Graph:
    """state, parts = a loop that sums the parts and gives each back, backward, along the last axis."""
    graph = Graph()
    dims = tuple(symbol(d) if isinstance(d, str) else d for d in shape)
    x = graph.parameter("x", TensorType(DType.f32, dims))
    port = SliceInput(*slices, input=0, parameter=0)
    axis, size = port.axis, port.part_size
    part = TensorType(DType.f32, (*dims[:axis], size, *dims[axis + 1 :]))
    start = graph.constant(np.zeros([d if isinstance(d, int) else 1 for d in part.shape], np.float32))
    body = Graph("loop/body")
    taken = body.parameter("part", part)
    carried = body.parameter("state", part)
    weight = body.parameter("weight", TensorType(DType.f32, ()))
    total = ops.Add()(ops.Multiply()(taken, weight), carried)
    body.result(total, "total")
    body.result(ops.Negative()(total), "negative")
    ports = (port, MergedInput(1, 1, 0), InvariantInput(2, 2))
    outputs = (
        ConcatOutput(axis, -1, -size, size, 0, result=1),
        BodyOutput(0),
        ConcatOutput(axis, 0, size, size, result=0),
    )
    given = (x, start, graph.constant(np.array(0.5, np.float32)))
    for i, value in enumerate(ops.TensorIterator(body, ports, outputs).all(*given)):
        graph.result(value, f"y{i}")
    return graph


@pytest.mark.parametrize(("shape", "slices"), SLICES, ids=str)
def test_the_outputs_stay(shape: Any, slices: Any) -> None:
    graph = looped(shape, slices)
    verify(graph)
    before = interpret(graph, feed := {"x": _random([6 if d == "N" else d for d in shape])})
    made = normalize_parts(graph)
    verify(made)
    after = interpret(made, feed)
    for name, want in before.items():
        np.testing.assert_array_equal(after[name], want)
    (op,) = [node.op for node in made.order() if isinstance(node.op, Repetition)]
    assert all(port.axis == 0 and port.part_size == 1 and port.is_whole for port in op.sliced)
    assert all(port.axis == 0 and port.part_size == 1 and port.is_whole for _, port in op.scans)


def test_the_interpreter_takes_the_parts_that_numpy_does() -> None:
    """Three parts of 2, from the back."""
    x = _random((2, 7, 3))
    found = interpret(looped((2, 7, 3), (1, -1, -2, 2, 0)), {"x": x})
    parts = [x[:, 5:7], x[:, 3:5], x[:, 1:3]]
    sums = [parts[0] * 0.5, parts[0] * 0.5 + parts[1] * 0.5, parts[0] * 0.5 + parts[1] * 0.5 + parts[2] * 0.5]
    np.testing.assert_allclose(found["y1"], sums[2], rtol=1e-6)
    np.testing.assert_allclose(found["y2"], np.concatenate(sums, 1), rtol=1e-6)
    np.testing.assert_allclose(found["y0"], -np.concatenate(sums[::-1], 1), rtol=1e-6)


def test_a_loop_that_is_so_stays() -> None:
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (4, 2)))
    body = Graph("loop/body")
    body.result(ops.Negative()(body.parameter("part", TensorType(DType.f32, (1, 2)))), "y")
    ports = (SliceInput(0, -1, -1, 1, 0, input=0, parameter=0),)
    graph.result(ops.TensorIterator(body, ports, (ConcatOutput(result=0),))(x), "y")
    assert normalize_parts(graph) is graph


def test_parts_that_overlap_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="its parts of 3 lie 2 apart; only parts that lie one behind the other"):
        normalize_parts(looped((2, 7, 3), (1, 0, 2, 3, -1)))


def _random(shape: Any) -> Any:
    return np.random.default_rng(5).standard_normal(shape).astype(np.float32)


def test_dims_are_named_after_the_new_loop() -> None:
    """Code generation finds the dims that a loop defines by its number."""
    graph = Graph("g")
    x = graph.parameter("x", TensorType(DType.f32, (2, 3)))
    trips = graph.parameter("trips", TensorType(DType.i64, ()))
    body = Graph("loop/body")
    body.result(body.constant(np.array(True)), "more")
    state = body.parameter("state", x.type)
    body.result(ops.Negative()(state), "next")
    build: Any = ops.Loop
    outputs = (BodyOutput(1), ConcatOutput(1, 0, 3, 3, -1, result=1))
    op = build(body, (MergedInput(2, 0, 1),), outputs, condition_result=0)
    for i, value in enumerate(op.all(trips, graph.constant(np.array(True)), x)):
        graph.result(value, f"y{i}")
    for _ in range(5):  # the number of the new loop has two digits
        graph.constant(np.zeros(1))
    made = normalize_parts(graph)
    verify(made)
    (node,) = [node for node in made.order() if isinstance(node.op, Repetition)]
    assert str(node.types[1]) == f'f32["g:{node.id}.turns"?,3,2]'
    assert node.id > 9
    feed = {"x": _random((2, 3)), "trips": np.array(3)}
    for name, want in interpret(graph, feed).items():
        np.testing.assert_array_equal(interpret(made, feed)[name], want)
