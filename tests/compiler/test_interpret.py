"""The reference interpreter: inputs are checked, bodies run, values are dropped."""

from __future__ import annotations

import weakref
from typing import ClassVar

import numpy as np
import pytest

from dldt.compiler import dims, ops
from dldt.compiler.errors import ShapeError, UnsupportedError, UsageError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.interpret import interpret
from dldt.compiler.types import Array, DType, TensorType
from dldt.compiler.verify import verify

N = dims.symbol("N")


def _body(name: str, scale: float, t: TensorType) -> Graph:
    body = Graph(name)
    x = body.parameter("x", t)
    body.result(ops.Multiply()(x, scale), "scaled")
    body.result(ops.Add()(x, scale), "moved")
    return body


def _branching() -> Graph:
    graph = Graph()
    t = TensorType(DType.f32, (N, 3))
    flag = graph.parameter("flag", TensorType(DType.boolean, ()))
    x = graph.parameter("x", t)
    made = ops.If(_body("then", 2.0, t), _body("else", 5.0, t)).all(flag, x)
    graph.result(made[1], "moved")
    graph.result(made[0], "scaled")
    return graph


@pytest.mark.parametrize(("flag", "factor"), [(True, 2.0), (False, 5.0)])
def test_the_chosen_body_runs(flag: bool, factor: float) -> None:
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    result = interpret(_branching(), {"flag": np.array(flag), "x": x})
    assert list(result) == ["moved", "scaled"]
    np.testing.assert_array_equal(result["scaled"], x * np.float32(factor))
    np.testing.assert_array_equal(result["moved"], x + np.float32(factor))


def test_bodies_follow_a_change_of_the_inputs_types() -> None:
    graph = _branching()
    before = graph.output_values[0].op
    graph.retype({"x": TensorType(DType.f32, (4, 7))})
    assert [str(value.type) for value in graph.output_values] == ["f32[4,7]", "f32[4,7]"]
    x = np.ones((4, 7), np.float32)
    np.testing.assert_array_equal(interpret(graph, {"flag": np.array(True), "x": x})["scaled"], x * 2)
    assert [str(body.inputs[0].type) for body in before.bodies] == ["f32[N,3]", "f32[N,3]"]


def test_bodies_must_fit() -> None:
    t, other = TensorType(DType.f32, (N, 3)), TensorType(DType.f32, (N, 4))
    graph = Graph()
    flag = graph.parameter("flag", TensorType(DType.boolean, ()))
    x = graph.parameter("x", t)
    sound = _body("a", 1.0, t)
    with pytest.raises(
        ShapeError, match=r"If: parameter 'x' of else_body is f32\[N,4\], the captured value is f32\[N,3\]"
    ):
        ops.If(sound, _body("b", 1.0, other))(flag, x)
    with pytest.raises(ShapeError, match="If: then_body has 1 parameters for 0 captured values"):
        ops.If(sound, sound)(flag)
    with pytest.raises(ShapeError, match=r"If: cond must be boolean, got f32\[N,3\]"):
        ops.If(sound, sound)(x, x)
    short = Graph("short")
    short.result(short.parameter("x", t), "only")
    with pytest.raises(ShapeError, match="If: then_body has 2 outputs, else_body has 1"):
        ops.If(sound, short)(flag, x)
    flat = Graph("flat")
    flat.result(ops.ReduceSum(False)(flat.parameter("x", t), np.array([0])), "r")
    with pytest.raises(UnsupportedError, match=r"If: output 0 is \[N,3\] in then_body and \[3\] in else_body; the"):
        ops.If(short, flat)(flag, x)


def test_branches_of_different_shapes() -> None:
    t = TensorType(DType.f32, (N, 3))
    wide, long = Graph("wide"), Graph("long")
    for body, axis in ((wide, 1), (long, 0)):
        p = body.parameter("x", t)
        body.result(ops.Concat(axis)(p, p), "r")
    graph = Graph("g")
    flag = graph.parameter("flag", TensorType(DType.boolean, ()))
    x = graph.parameter("x", t)
    chosen = ops.If(wide, long)(flag, x)
    graph.result(ops.Negative()(chosen), "y")
    assert str(chosen.type) == 'f32["g:2.0.0"?,"g:2.0.1"?]'
    assert [(s.lower, s.upper) for dim in chosen.type.shape for s in dims.symbols(dim)] == [(1, None), (3, 6)]
    verify(graph)
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    for value, axis in ((True, 1), (False, 0)):
        found = interpret(graph, {"flag": np.array(value), "x": array})["y"]
        np.testing.assert_array_equal(found, -np.concatenate([array, array], axis))


X = np.zeros((2, 3), np.float32)
FLAG = np.array(True)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"flag": FLAG}, "input 'x' is not given"),
        ({"flag": FLAG, "x": X, "z": X}, "there is no input 'z'; the inputs are 'flag', 'x'"),
        ({"flag": FLAG, "x": X.astype(np.float64)}, "input 'x' takes f32, float64 is given"),
        ({"flag": FLAG, "x": X[0]}, "input 'x' takes f32[N,3], an array of shape [3] is given"),
        ({"flag": FLAG, "x": X[:, :2]}, "input 'x' takes f32[N,3], an array of shape [2, 2] is given"),
    ],
)
def test_inputs_are_checked(inputs: dict[str, Array], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        interpret(_branching(), inputs)
    assert str(caught.value) == message


def test_a_symbol_has_one_size() -> None:
    graph = Graph()
    t = TensorType(DType.f32, (N,))
    a = graph.parameter("a", t)
    b = graph.parameter("b", TensorType(DType.f32, (N * 2,)))
    graph.result(ops.ReLU()(a), "ya")
    graph.result(ops.ReLU()(b), "yb")
    feeds = {"a": np.zeros(3, np.float32), "b": np.zeros(6, np.float32)}
    assert interpret(graph, feeds)["yb"].shape == (6,)
    with pytest.raises(UsageError, match=r"input 'b' takes f32\[2\*N\], an array of shape \[5\] is given"):
        interpret(graph, {**feeds, "b": np.zeros(5, np.float32)})


class Probe(ops.ReLU):
    """Counts how many of its results are alive."""

    alive: ClassVar[list[weakref.ref[Array]]] = []
    most: ClassVar[list[int]] = []

    def evaluate(self, data: Array) -> Array:
        made = data + 1
        Probe.alive.append(weakref.ref(made))
        Probe.most.append(sum(ref() is not None for ref in Probe.alive))
        return made


def test_values_are_dropped_after_their_last_use() -> None:
    graph = Graph()
    value: Value = graph.parameter("x", TensorType(DType.f32, (4,)))
    for _ in range(20):
        value = Probe()(value)
    graph.result(value, "y")
    np.testing.assert_array_equal(interpret(graph, {"x": np.zeros(4, np.float32)})["y"], np.full(4, 20, np.float32))
    assert max(Probe.most) <= 3
