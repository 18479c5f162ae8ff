"""Recurrent layers: LSTM, whose gates ONNX orders input, output, forget, candidate, and GRU."""
# ruff: noqa: N803 - parameters carry the names of the ONNX schema

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.gru import GRUSequence
from dldt.compiler.ops.lstm import LSTMSequence
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.onnx.framework import ONNX

Outputs = tuple[Value, ...]
Floats: TypeAlias = "tuple[float, ...] | None"
Texts: TypeAlias = "tuple[str, ...] | None"

_LSTM_ORDER = (2, 0, 3, 1)
"""Where the gates forget, input, candidate, output stand in ONNX."""
_LSTM_ACTIVATIONS, _GRU_ACTIVATIONS = ("sigmoid", "tanh", "tanh"), ("sigmoid", "tanh")


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
    return _lstm(inputs, activations, clip, direction, hidden_size, input_forget, layout=0)


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
    return _lstm(inputs, activations, clip, direction, hidden_size, input_forget, layout)


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
    return _gru(inputs, activations, clip, direction, hidden_size, linear_before_reset, layout=0)


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
    return _gru(inputs, activations, clip, direction, hidden_size, linear_before_reset, layout)


def _lstm(
    inputs: Sequence[Value | None],
    activations: Texts,
    clip: float | None,
    direction: str,
    hidden_size: int | None,
    input_forget: int,
    layout: int,
) -> Outputs:
    x, w, r, b, lengths, hidden, cell, peepholes = inputs
    assert x is not None
    assert w is not None
    assert r is not None
    if peepholes is not None or input_forget:
        what = "peephole weights (P)" if peepholes is not None else "input_forget"
        raise UnsupportedError(f"{what} of an LSTM is not supported")
    size = _size(r, hidden_size)
    data = _batch_first(x, layout)
    rows = _rows(size, _LSTM_ORDER)
    bias = _zeros(r, 4 * size) if b is None else Add()(_picked(b, rows), _picked(b, rows + 4 * size))
    made: Any = LSTMSequence
    op: Op = made(
        size,
        direction=direction,
        activations=_activations(activations, _LSTM_ACTIVATIONS, direction),
        clip=clip or 0.0,
    )
    states = [_state(given, data, r, size, layout) for given in (hidden, cell)]
    outputs = op.all(data, *states, _lengths(lengths, data), _picked(w, rows), _picked(r, rows), bias)
    return _in_layout(outputs, layout)


def _gru(
    inputs: Sequence[Value | None],
    activations: Texts,
    clip: float | None,
    direction: str,
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
    made: Any = GRUSequence
    op: Op = made(
        size,
        direction=direction,
        activations=_activations(activations, _GRU_ACTIVATIONS, direction),
        clip=clip or 0.0,
        linear_before_reset=apart,
    )
    bias = _zeros(r, (4 if apart else 3) * size) if b is None else _gru_bias(b, size, apart=apart)
    outputs = op.all(data, _state(hidden, data, r, size, layout), _lengths(lengths, data), w, r, bias)
    return _in_layout(outputs, layout)


def _gru_bias(b: Value, size: int, *, apart: bool) -> Value:
    """ONNX's two biases of each gate summed; of the candidate both, one after the other, where they are apart."""
    if not apart:
        every = np.arange(3 * size)
        return Add()(_picked(b, every), _picked(b, every + 3 * size))
    both = np.arange(2 * size)
    summed = Add()(_picked(b, both), _picked(b, both + 3 * size))
    return Concat(1)(summed, _picked(b, np.arange(2 * size, 3 * size)), _picked(b, np.arange(5 * size, 6 * size)))


def _size(r: Value, hidden_size: int | None) -> int:
    size = r.type.shape[-1]
    if not isinstance(size, int) or hidden_size not in (None, size):
        raise InputError(f"hidden_size is {hidden_size}, but the last dim of R is {size}")
    return size


def _activations(given: Texts, default: tuple[str, ...], direction: str) -> tuple[str, ...]:
    """The activations of one direction; both must have the same."""
    if not given:
        return default
    names = tuple(name.lower() for name in given)
    count = len(default)
    if len(names) != count * (2 if direction == "bidirectional" else 1):
        raise InputError(f"{len(names)} activations are given, {count} for each direction are needed")
    if names[:count] != names[-count:]:
        raise UnsupportedError(f"activations that differ between the directions are not supported: {', '.join(names)}")
    return names[:count]


def _rows(size: int, order: Sequence[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The rows of the gates in another order."""
    return np.concatenate([np.arange(gate * size, (gate + 1) * size) for gate in order]).astype(np.int64)


def _picked(value: Value, rows: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Value:
    return Gather()(value, rows.astype(np.int64), np.array(1, np.int64))


def _zeros(r: Value, columns: int) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    return np.zeros((r.type.static_shape[0], columns), r.type.dtype.numpy)


def _batch_first(value: Value, layout: int) -> Value:
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
