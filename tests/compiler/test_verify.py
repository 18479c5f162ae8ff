"""The verifier finds what a broken pass leaves behind."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.stage import CLEAN, IMPORTED, NORMAL, OPSET, Forbidden, Stage
from dldt.compiler.types import DType, TensorType
from dldt.compiler.verify import verify

F32 = TensorType(DType.f32, (2, 3))


def _graph() -> tuple[Graph, Value]:
    graph = Graph("net")
    x = graph.parameter("x", F32)
    y = ops.ReLU()(x, name="relu")
    graph.result(y, "y")
    return graph, y


def test_a_sound_graph_passes_at_every_stage() -> None:
    graph, _ = _graph()
    for stage in (None, IMPORTED, CLEAN, NORMAL, OPSET, "IMPORTED", "OPSET"):
        verify(graph, stage)


def test_a_wrong_type_is_found() -> None:
    graph, y = _graph()
    other = graph.parameter("z", TensorType(DType.f32, (5,)))
    graph.rewire(y.node, 0, other)
    with pytest.raises(
        InternalError, match=r"graph 'net': ReLU 'relu' has the type f32\[2,3\], its inputs give f32\[5\]"
    ):
        verify(graph)


def test_inputs_that_do_not_fit_are_found() -> None:
    graph, y = _graph()
    flag = graph.parameter("flag", TensorType(DType.boolean, (2, 3)))
    graph.rewire(y.node, 0, flag)
    with pytest.raises(
        InternalError, match=r"graph 'net': ReLU 'relu': ReLU: data must be a tensor of numbers, got bool"
    ):
        verify(graph)


def test_an_output_that_does_not_exist_is_found() -> None:
    graph, y = _graph()
    graph.rewire(y.node, 0, Value(graph, graph.inputs[0].id, 3))
    with pytest.raises(
        InternalError, match=r"input 0 of ReLU 'relu' takes output 3 of Parameter 'x', which has no such"
    ):
        verify(graph)


def test_a_cycle_is_found() -> None:
    graph, y = _graph()
    graph.rewire(y.node, 0, y)
    with pytest.raises(InternalError, match=r"graph 'net': the graph has a cycle through 'relu', 'y'"):
        verify(graph)


def test_repeated_names_are_found() -> None:
    graph, y = _graph()
    graph.result(y, "y")
    with pytest.raises(InternalError, match="graph 'net': two results are called 'y'"):
        verify(graph)
    graph, _ = _graph()
    graph.parameter("x", F32)
    with pytest.raises(InternalError, match="graph 'net': two parameters are called 'x'"):
        verify(graph)


def test_a_parameter_that_is_not_listed_is_found() -> None:
    graph, _ = _graph()
    graph.add(ops.Parameter(DType.f32, (2,)), (), name="stray")
    with pytest.raises(InternalError, match=r"graph 'net': parameter nodes .* and the list of parameters differ"):
        verify(graph)


def test_stages_forbid_operations_also_in_sub_graphs() -> None:
    graph, y = _graph()
    flag = graph.parameter("flag", TensorType(DType.boolean, ()))
    bodies = []
    for name in ("then", "else"):
        body = Graph(name)
        body.result(ops.Abs()(body.parameter("p", F32), name="inner"), "r")
        bodies.append(body)
    graph.result(ops.If(*bodies)(flag, y), "chosen")
    verify(graph)
    with pytest.raises(InternalError, match=r"graph '(then|else)': Abs 'inner' must not exist at stage LATE: no more"):
        verify(graph, Stage("LATE", (Forbidden(ops.Abs, "no more"),)))


def _batch_norm(x: Value) -> Value:
    return ops.BatchNormInference(epsilon=0.1)(x, *(x.graph.constant(np.ones(3, np.float32)) for _ in range(4)))


FORBIDDEN: list[tuple[Stage, Callable[[Value], Value], str]] = [
    (CLEAN, lambda x: ops.ConvertLike()(x, x), "ConvertLike 'odd' must not exist at stage CLEAN"),
    (NORMAL, _batch_norm, "BatchNormInference 'odd' must not exist at stage NORMAL"),
    (NORMAL, lambda x: ops.Negative()(x), "Negative 'odd' must not exist at stage NORMAL"),
    (OPSET, lambda x: ops.ConvertLike()(x, x), "ConvertLike 'odd' must not exist at stage OPSET"),
    (OPSET, lambda x: ops.Convert(DType.f32)(x), "Convert 'odd' must not exist at stage OPSET: remove-identities"),
]


@pytest.mark.parametrize(("stage", "make", "message"), FORBIDDEN)
def test_what_each_stage_forbids(stage: Stage, make: Callable[[Value], Value], message: str) -> None:
    graph, y = _graph()
    made = make(y)
    graph.rename_node(made.node, "odd")
    graph.result(made, "z")
    verify(graph, IMPORTED)
    with pytest.raises(InternalError, match=f"graph 'net': {message}"):
        verify(graph, stage)
    with pytest.raises(InternalError, match=f"graph 'net': {message}"):
        stage.check(graph)


def test_integers_may_be_negated_at_any_stage() -> None:
    graph = Graph()
    graph.result(ops.Negative()(graph.parameter("x", TensorType(DType.i32, (2,)))), "y")
    verify(graph, OPSET)


def test_what_nothing_uses_is_forbidden_at_the_end_only() -> None:
    graph, y = _graph()
    ops.Abs()(y, name="unused")
    verify(graph, NORMAL)
    with pytest.raises(InternalError, match="Abs 'unused' must not exist at stage OPSET: remove-dead-code"):
        verify(graph, OPSET)


def test_an_operation_of_no_operation_set_is_forbidden_from_the_start() -> None:
    class Native(ops.Abs):
        type, opset = "Native", ""

    graph, y = _graph()
    graph.result(Native()(y, name="native"), "z")
    with pytest.raises(InternalError, match="Native 'native' must not exist at stage IMPORTED: it is in no operation"):
        verify(graph, IMPORTED)


def test_an_unknown_stage() -> None:
    graph, _ = _graph()
    with pytest.raises(InternalError, match=r"there is no stage 'NOPE' \(IMPORTED, CLEAN, NORMAL, OPSET\)"):
        verify(graph, "NOPE")
