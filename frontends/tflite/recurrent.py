"""Recurrent layers. Each returns its sequence, then what its variables hold afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Sigmoid
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.lstm import LSTMSequence
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.normalization import MVN
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.tflite.activated import activated
from dldt.frontends.tflite.padding import check_rank

Step: TypeAlias = Callable[[Value, tuple[Value, ...]], tuple[Value, ...]]
"""A step of a sequence: its data and the states before it → the states after it, the first of which is the output."""
_MOST_STEPS = 1024


@attrs.frozen
class Gate:
    """One gate: weights of the data, of the last output, of the cell's state (or None), and what follows the sum."""

    data: Value
    output: Value
    bias: Value | None
    cell: Value | None = None
    norm: Value | None = None
    extra: Value | None = None
    """Weights of a second sequence of data."""

    def sums(self, x: Value, h: Value, c: Value | None, more: Value | None) -> Value:
        """What goes through the gate's activation."""
        total = Add()(_product(x, self.data), _product(h, self.output))
        if more is not None and self.extra is not None:
            total = Add()(total, _product(more, self.extra))
        if self.cell is not None and c is not None:
            total = Add()(total, Multiply()(c, self.cell))
        if self.norm is not None:
            total = Multiply()(MVN(1e-8)(total, np.array([1], np.int64)), self.norm)
        return total if self.bias is None else Add()(total, self.bias)


@attrs.frozen
class Lstm:
    """The gates of an LSTM in the order of the schema: input (None: what the forget gate leaves), forget, cell,
    output; a projection of what it gives, and bounds of the state and of the projection (0: none)."""

    enter: Gate | None
    forget: Gate
    candidate: Gate
    leave: Gate
    projection: Value | None
    projection_bias: Value | None
    function: str
    cell_clip: float
    projection_clip: float

    @property
    def is_plain(self) -> bool:
        """Whether it is the operation set's LSTM."""
        gates = [gate for gate in (self.enter, self.forget, self.candidate, self.leave) if gate is not None]
        extras = [part for gate in gates for part in (gate.cell, gate.norm, gate.extra) if part is not None]
        bounded = self.cell_clip > 0 or self.projection_clip > 0
        return not extras and self.projection is None and not bounded and self.function == "TANH" and len(gates) == 4

    def step(self, x: Value, states: tuple[Value, ...], more: Value | None = None) -> tuple[Value, ...]:
        """The output and the cell's state behind one step."""
        h, c = states
        kept = Sigmoid()(self.forget.sums(x, h, c, more))
        if self.enter is None:
            entering = Subtract()(np.array(1, np.float32), kept)
        else:
            entering = Sigmoid()(self.enter.sums(x, h, c, more))
        fresh = activated(self.candidate.sums(x, h, None, more), self.function)
        cell = Add()(Multiply()(kept, c), Multiply()(entering, fresh))
        if self.cell_clip > 0:
            cell = Clamp(-self.cell_clip, self.cell_clip)(cell)
        leaving = Sigmoid()(self.leave.sums(x, h, cell, more))
        made = Multiply()(leaving, activated(cell, self.function))
        if self.projection is not None:
            made = _product(made, self.projection)
            made = made if self.projection_bias is None else Add()(made, self.projection_bias)
            if self.projection_clip > 0:
                made = Clamp(-self.projection_clip, self.projection_clip)(made)
        return made, cell

    def sequence(self, data: Value, h: Value, c: Value) -> tuple[Value, ...]:
        """The plain LSTM over [batch, time, data]: the sequence, the output and the cell's state at its end."""
        assert self.enter is not None
        gates = (self.forget, self.enter, self.candidate, self.leave)
        check_rank(self.forget.output, 2)
        size = self.forget.output.type.static_shape[0]
        w, r = (Concat(0)(*parts) for parts in zip(*((gate.data, gate.output) for gate in gates), strict=True))
        zeros = data.graph.constant(np.zeros(size, np.float32))
        b = Concat(0)(*(gate.bias if gate.bias is not None else zeros for gate in gates))
        batch, steps = data.type.shape[:2]
        if not isinstance(batch, int) or not isinstance(steps, int):
            raise UnsupportedError("an LSTM needs data of a fixed batch and length; give the shape")
        lengths = data.graph.constant(np.full(batch, steps, np.int32))
        direction = np.array([0], np.int64)
        inner = (Unsqueeze()(v, np.array([1], np.int64)) for v in (h, c))
        outer = (Unsqueeze()(v, direction) for v in (w, r, b))
        build: Any = LSTMSequence
        made = build(size).all(data, *inner, lengths, *outer)
        return tuple(Squeeze()(value, np.array([1], np.int64)) for value in made)


def over_time(data: Value, states: tuple[Value, ...], step: Step, *, reverse: bool = False) -> tuple[Value, ...]:
    """The steps of [batch, time, …] one by one: the sequence of what they give, then the last states."""
    check_rank(data, 3)
    steps = data.type.shape[1]
    if not isinstance(steps, int) or not 0 < steps <= _MOST_STEPS:
        raise UnsupportedError(f"a sequence of {steps} steps: 1 to {_MOST_STEPS}, known when compiling, are supported")
    axis = np.array(1, np.int64)
    parts = [Squeeze()(part, np.array([1], np.int64)) for part in Split(steps).all(data, axis)]
    made: list[Value] = []
    for part in reversed(parts) if reverse else parts:
        states = step(part, states)
        made.append(Unsqueeze()(states[0], np.array([1], np.int64)))
    return Concat(1)(*(reversed(made) if reverse else made)), *states


def batch_first(data: Value, *, time_major: bool) -> Value:
    """[batch, time, …]; and back."""
    check_rank(data, 3)
    return Transpose()(data, np.array([1, 0, 2], np.int64)) if time_major else data


def rnn_step(weights: Value, recurrent: Value, bias: Value, function: str) -> Step:
    """act(x @ W^T + h @ R^T + b)"""

    def step(x: Value, states: tuple[Value, ...]) -> tuple[Value, ...]:
        total = Add()(Add()(_product(x, weights), _product(states[0], recurrent)), bias)
        return (activated(total, function),)

    return step


def svdf(
    x: Value, feature: Value, time: Value, bias: Value | None, state: Value, rank: int, function: str
) -> tuple[Value, Value]:
    """A filter over features, then one over the last ``memory`` steps, which the state holds."""
    check_rank(x, 2)
    check_rank(time, 2)
    filters, memory = time.type.static_shape
    if rank < 1 or filters % rank:
        raise InputError(f"{filters} filters do not divide into ranks of {rank}")
    batch = x.type.shape[0]
    if not isinstance(batch, int):
        raise UnsupportedError("SVDF needs data of a fixed batch; give the shape")
    before = Reshape()(state, np.array([batch, filters, memory], np.int64))
    rest = Gather()(before, np.arange(1, memory, dtype=np.int64), np.array(2, np.int64))
    fresh = Unsqueeze()(_product(x, feature), np.array([2], np.int64))
    after = Concat(2)(rest, fresh)
    sums = ReduceSum()(Multiply()(after, time), np.array([2], np.int64))
    joined = ReduceSum()(Reshape()(sums, np.array([batch, filters // rank, rank], np.int64)), np.array([2], np.int64))
    made = activated(joined if bias is None else Add()(joined, bias), function)
    return made, Reshape()(after, np.array([batch, filters * memory], np.int64))


def basic_lstm(
    x: Value, h: Value, weights: Value, bias: Value, c: Value, function: str
) -> tuple[Value, Value, Value, Value]:
    """One step, all weights in one matrix: the output, the cell's state, the joined data, the sums of the gates."""
    joined = Concat(1)(x, h)
    sums = Add()(_product(joined, weights), bias)
    enter, candidate, forget, leave = Split(4).all(sums, np.array(1, np.int64))
    fresh = Multiply()(Sigmoid()(enter), activated(candidate, function))
    cell = Add()(fresh, Multiply()(Sigmoid()(forget), c))
    return Multiply()(Sigmoid()(leave), activated(cell, function)), cell, joined, sums


def lstm_layer(
    lstm: Lstm,
    data: Value,
    states: Sequence[Value | None],
    more: Value | None = None,
    *,
    reverse: bool = False,
) -> tuple[Value, ...]:
    """An LSTM over [batch, time, data]."""
    h, c = states
    if h is None or c is None:
        raise InputError("an LSTM needs tensors for its output and its cell's state")
    check_rank(data, 3)
    if more is not None:
        check_rank(more, 3)
    if lstm.is_plain and not reverse:
        return lstm.sequence(data, h, c)
    if more is None:
        return over_time(data, (h, c), lstm.step, reverse=reverse)
    width = data.type.static_shape[2]
    first, second = np.arange(width), np.arange(width, width + more.type.static_shape[2])

    def step(x: Value, before: tuple[Value, ...]) -> tuple[Value, ...]:
        parts = [Gather()(x, at.astype(np.int64), np.array(1, np.int64)) for at in (first, second)]
        return lstm.step(parts[0], before, parts[1])

    return over_time(Concat(2)(data, more), (h, c), step, reverse=reverse)


def _product(x: Value, weights: Value) -> Value:
    return MatMul(transpose_b=True)(x, weights)
