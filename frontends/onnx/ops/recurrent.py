"""Recurrent layers: LSTM, whose gates ONNX orders input, output, forget, candidate, GRU and RNN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.gru import GRUSequence
from dldt.compiler.ops.lstm import LSTMSequence
from dldt.compiler.ops.recurrent_activation import ACTIVATIONS, activation_parameters
from dldt.compiler.ops.rnn import RNNSequence
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.peephole_lstm import PeepholeLSTM, joined

Outputs = tuple[Value, ...]
Floats: TypeAlias = "tuple[float, ...] | None"
Texts: TypeAlias = "tuple[str, ...] | None"

_LSTM_ORDER = (2, 0, 3, 1)
"""Where the gates forget, input, candidate, output stand in ONNX."""
_DEFAULTS: dict[str, tuple[str, ...]] = {
    "LSTM": ("sigmoid", "tanh", "tanh"),
    "GRU": ("sigmoid", "tanh"),
    "RNN": ("tanh",),
}
"""The activations of a direction."""
_RNN_ACTIVATIONS = ("Tanh", "Tanh")
"""ONNX's default, for two directions."""


@ONNX.imports("LSTM", since=7)
def lstm_7(
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    initial_c: Value | None = None,
    P: Value | None = None,
    *,
    activation_alpha: Floats = None,
    activation_beta: Floats = None,
    activations: Texts = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
) -> Outputs:
    """The hidden state of every step [T, D, N, H], the last hidden and the last cell state [D, N, H]."""
    inputs = (X, W, R, B, sequence_lens, initial_h, initial_c, P)
    given = _Functions.of("LSTM", activations, activation_alpha, activation_beta, direction, clip)
    return _lstm(inputs, given, hidden_size, input_forget, layout=0)


@ONNX.imports("LSTM", since=14)
def lstm_14(
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    initial_c: Value | None = None,
    P: Value | None = None,
    *,
    activation_alpha: Floats = None,
    activation_beta: Floats = None,
    activations: Texts = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
    layout: int = 0,
) -> Outputs:
    """As before; with ``layout`` 1 the batch is the first dim of all but W, R, B."""
    inputs = (X, W, R, B, sequence_lens, initial_h, initial_c, P)
    given = _Functions.of("LSTM", activations, activation_alpha, activation_beta, direction, clip)
    return _lstm(inputs, given, hidden_size, input_forget, layout)


@ONNX.imports("GRU", since=7)
def gru_7(
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    activation_alpha: Floats = None,
    activation_beta: Floats = None,
    activations: Texts = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    linear_before_reset: int = 0,
) -> Outputs:
    """The hidden state of every step [T, D, N, H] and the last one [D, N, H]."""
    inputs = (X, W, R, B, sequence_lens, initial_h)
    given = _Functions.of("GRU", activations, activation_alpha, activation_beta, direction, clip)
    return _gru(inputs, given, hidden_size, linear_before_reset, layout=0)


@ONNX.imports("GRU", since=14)
def gru_14(
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    activation_alpha: Floats = None,
    activation_beta: Floats = None,
    activations: Texts = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
    linear_before_reset: int = 0,
) -> Outputs:
    """As before; with ``layout`` 1 the batch is the first dim of all but W, R, B."""
    inputs = (X, W, R, B, sequence_lens, initial_h)
    given = _Functions.of("GRU", activations, activation_alpha, activation_beta, direction, clip)
    return _gru(inputs, given, hidden_size, linear_before_reset, layout)


@ONNX.imports("RNN", since=7)
def rnn_7(
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    activation_alpha: Floats = None,
    activation_beta: Floats = None,
    activations: Texts = _RNN_ACTIVATIONS,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
) -> Outputs:
    """The hidden state of every step [T, D, N, H] and the last one [D, N, H]."""
    given = _Functions.of("RNN", _first(activations, direction), activation_alpha, activation_beta, direction, clip)
    return _rnn((X, W, R, B, sequence_lens, initial_h), given, hidden_size, layout=0)


@ONNX.imports("RNN", since=14)
def rnn_14(
    X: Value,
    W: Value,
    R: Value,
    B: Value | None = None,
    sequence_lens: Value | None = None,
    initial_h: Value | None = None,
    *,
    activation_alpha: Floats = None,
    activation_beta: Floats = None,
    activations: Texts = _RNN_ACTIVATIONS,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
) -> Outputs:
    """As before; with ``layout`` 1 the batch is the first dim of all but W, R, B."""
    given = _Functions.of("RNN", _first(activations, direction), activation_alpha, activation_beta, direction, clip)
    return _rnn((X, W, R, B, sequence_lens, initial_h), given, hidden_size, layout)


def _first(activations: Texts, direction: str) -> Texts:
    """Of the default for two directions that of one."""
    return _RNN_ACTIVATIONS[:1] if activations == _RNN_ACTIVATIONS and direction != "bidirectional" else activations


@attrs.frozen
class _Functions:
    """The attributes that say what the gates become: for each direction the names of its activations with alpha and
    beta of each."""

    direction: str
    clip: float
    directions: tuple[tuple[tuple[str, float, float], ...], ...]

    @classmethod
    def of(
        cls, kind: str, names: Texts, alphas: Floats, betas: Floats, direction: str, clip: float | None
    ) -> _Functions:
        """Checked, defaults filled in."""
        own, both = _DEFAULTS[kind], 2 if direction == "bidirectional" else 1
        every = tuple(name.lower() for name in names or own * both)
        if len(every) != len(own) * both:
            raise InputError(f"{len(every)} activations are given, {len(own)} for each direction are needed")
        for name in every:
            if name not in ACTIVATIONS:
                raise UnsupportedError(f"activation {shown(name)} of {kind} is not one of {', '.join(ACTIVATIONS)}")
        parameters = activation_parameters(every, alphas or (), betas or ())
        whole = tuple((name, *pair) for name, pair in zip(every, parameters, strict=True))
        return cls(direction, clip or 0.0, tuple(whole[k : k + len(own)] for k in range(0, len(whole), len(own))))

    def layer(
        self, kind: Any, size: int, inputs: Sequence[Value | Array], states: int, **more: Any
    ) -> tuple[Value, ...]:
        """The layer's outputs [N, D, …]; ``inputs`` are those of a sequence, of which ``states`` are states. Directions
        that have activations of their own are layers of their own."""
        if len(set(self.directions)) == 1:
            return self._made(kind, size, self.directions[0], self.direction, more).all(*inputs)
        parts = []
        for number, (functions, direction) in enumerate(zip(self.directions, ("forward", "reverse"), strict=True)):
            own = [
                value if k in (0, states + 1) else _direction(value, number, 1 if k <= states else 0)
                for k, value in enumerate(inputs)
            ]
            parts.append(self._made(kind, size, functions, direction, more).all(*own))
        return tuple(Concat(1)(*pair) for pair in zip(*parts, strict=True))

    def _made(
        self, kind: Any, size: int, functions: tuple[tuple[str, float, float], ...], direction: str, more: Any
    ) -> Op:
        taken = [(ACTIVATIONS[name], alpha, beta) for name, alpha, beta in functions]
        op: Op = kind(
            size,
            direction=direction,
            activations=tuple(name for name, _, _ in functions),
            activations_alpha=tuple(alpha for made, alpha, _ in taken if made.alpha is not None),
            activations_beta=tuple(beta for made, _, beta in taken if made.beta is not None),
            clip=self.clip,
            **more,
        )
        return op


def _direction(value: Value | Array, number: int, axis: int) -> Value | Array:
    """What belongs to one direction; the axis stays."""
    if not isinstance(value, Value):
        return np.take(value, [number], axis)
    return Gather()(value, np.array([number], np.int64), np.array(axis, np.int64))


def _lstm(
    inputs: Sequence[Value | None], functions: _Functions, hidden_size: int | None, input_forget: int, layout: int
) -> Outputs:
    x, w, r, b, lengths, hidden, cell, peepholes = inputs
    assert x is not None
    assert w is not None
    assert r is not None
    size = _size(r, hidden_size)
    data = _batch_first(x, layout)
    if peepholes is not None or input_forget:
        both = [np.arange(k * 4 * size, (k + 1) * 4 * size) for k in range(2)]
        biases = r.graph.constant(_zeros(r, 4 * size)) if b is None else Add()(*(_picked(b, part) for part in both))
        starts = [_state(given, data, r, size, layout) for given in (hidden, cell)]
        weights = (w, r, biases, peepholes)
        return _in_layout(_peephole(data, starts, lengths, weights, functions, coupled=bool(input_forget)), layout)
    rows = _rows(size, _LSTM_ORDER)
    bias = _zeros(r, 4 * size) if b is None else Add()(_picked(b, rows), _picked(b, rows + 4 * size))
    states = [_state(given, data, r, size, layout) for given in (hidden, cell)]
    given = (data, *states, _lengths(lengths, data), _picked(w, rows), _picked(r, rows), bias)
    return _in_layout(functions.layer(LSTMSequence, size, given, 2), layout)


def _peephole(
    data: Value,
    states: Sequence[Value],
    lengths: Value | None,
    weights: Sequence[Value | None],
    functions: _Functions,
    *,
    coupled: bool,
) -> Outputs:
    """The outputs [N, D, …], a direction at a time; of each of ``weights`` a direction has a part."""
    made = []
    for number, gates in enumerate(functions.directions):
        w, r, b, p = (None if value is None else _own(value, number, 0) for value in weights)
        assert w is not None
        assert r is not None
        assert b is not None
        layer = PeepholeLSTM(w, r, b, p, gates, functions.clip, coupled)
        hidden, cell = (_own(state, number, 1) for state in states)
        backward = functions.direction == "reverse" or number == 1
        made.append(layer.run(data, hidden, cell, lengths, backward=backward))
    return tuple(map(joined, zip(*made, strict=True)))


def _own(value: Value, number: int, axis: int) -> Value:
    """What belongs to one direction, without the axis."""
    return Gather()(value, np.array(number, np.int64), np.array(axis, np.int64))


def _gru(
    inputs: Sequence[Value | None],
    functions: _Functions,
    hidden_size: int | None,
    linear_before_reset: int,
    layout: int,
) -> Outputs:
    x, w, r, b, lengths, hidden = inputs
    assert x is not None
    assert w is not None
    assert r is not None
    size = _size(r, hidden_size)
    data = _batch_first(x, layout)
    apart = bool(linear_before_reset)
    bias = _zeros(r, (4 if apart else 3) * size) if b is None else _gru_bias(b, size, apart=apart)
    given = (data, _state(hidden, data, r, size, layout), _lengths(lengths, data), w, r, bias)
    return _in_layout(functions.layer(GRUSequence, size, given, 1, linear_before_reset=apart), layout)


def _rnn(inputs: Sequence[Value | None], functions: _Functions, hidden_size: int | None, layout: int) -> Outputs:
    x, w, r, b, lengths, hidden = inputs
    assert x is not None
    assert w is not None
    assert r is not None
    size = _size(r, hidden_size)
    data, rows = _batch_first(x, layout), np.arange(size)
    bias = _zeros(r, size) if b is None else Add()(_picked(b, rows), _picked(b, rows + size))
    given = (data, _state(hidden, data, r, size, layout), _lengths(lengths, data), w, r, bias)
    return _in_layout(functions.layer(RNNSequence, size, given, 1), layout)


def _gru_bias(b: Value, size: int, *, apart: bool) -> Value:
    """ONNX's two biases of each gate summed; of the candidate both, one after the other, where they are apart."""
    if not apart:
        every = np.arange(3 * size)
        return Add()(_picked(b, every), _picked(b, every + 3 * size))
    both = np.arange(2 * size)
    summed = Add()(_picked(b, both), _picked(b, both + 3 * size))
    return Concat(1)(summed, _picked(b, np.arange(2 * size, 3 * size)), _picked(b, np.arange(5 * size, 6 * size)))


def _size(r: Value, hidden_size: int | None) -> int:
    if r.type.rank != 3:
        raise ShapeError(f"R must have 3 dims, it is {r.type}")
    size = r.type.shape[-1]
    if not isinstance(size, int) or hidden_size not in (None, size):
        raise InputError(f"hidden_size is {hidden_size}, but the last dim of R is {size}")
    return size


def _rows(size: int, order: Sequence[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The rows of the gates in another order."""
    return np.concatenate([np.arange(gate * size, (gate + 1) * size) for gate in order]).astype(np.int64)


def _picked(value: Value, rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Value:
    return Gather()(value, rows.astype(np.int64), np.array(1, np.int64))


def _zeros(r: Value, columns: int) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    return np.zeros((r.type.static_shape[0], columns), r.type.dtype.numpy)


def _batch_first(value: Value, layout: int) -> Value:
    if value.type.rank != 3:
        raise ShapeError(f"sequences and states must have 3 dims, one is {value.type}")
    return value if layout else Transpose()(value, np.array([1, 0, 2], np.int64))


def _state(given: Value | None, data: Value, r: Value, size: int, layout: int) -> Value:
    """The initial state [N, D, H], zeros where none is given."""
    if given is not None:
        return _batch_first(given, layout)
    batch, directions = data.type.shape[0], r.type.static_shape[0]
    zero = np.zeros((), data.type.dtype.numpy)
    if isinstance(batch, int):
        return data.graph.constant(np.zeros((batch, directions, size), zero.dtype))
    shape = Concat(0)(_dim(data, 0), np.array([directions, size], np.int64))
    return Broadcast()(data.graph.constant(zero), shape)


def _lengths(given: Value | None, data: Value) -> Value:
    """The steps of each sequence, all where they are not given."""
    if given is not None:
        return given
    batch, steps = data.type.shape[:2]
    if isinstance(batch, int) and isinstance(steps, int):
        return data.graph.constant(np.full(batch, steps, np.int64))
    return Broadcast()(_dim(data, 1), _dim(data, 0))


def _dim(data: Value, axis: int) -> Value:
    return Gather()(ShapeOf()(data), np.array([axis], np.int64), np.array(0, np.int64))


def _in_layout(outputs: Outputs, layout: int) -> Outputs:
    """Y [N, D, T, H] and the states [N, D, H] as ONNX lays them out."""
    every, *states = outputs
    order = [0, 2, 1, 3] if layout else [2, 1, 0, 3]
    moved = [state if layout else Transpose()(state, np.array([1, 0, 2], np.int64)) for state in states]
    return (Transpose()(every, np.array(order, np.int64)), *moved)
