"""The fused recurrent layer: all its layers and directions, with parameters in one vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gru import GRUSequence
from dldt.compiler.ops.lstm import LSTMSequence
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rnn import RNNSequence
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import cast, ints, size
from dldt.frontends.mxnet.new_shape import broadcast_to, dim

_GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
_ORDER = {"lstm": (1, 0, 2, 3), "gru": (1, 0, 2)}
"""Where the gates of our operations stand in MXNet, which has input, forget, candidate, output and reset, update,
candidate."""

_SEQUENCES: dict[str, tuple[Any, dict[str, Any]]] = {
    "lstm": (LSTMSequence, {}),
    "gru": (GRUSequence, {"linear_before_reset": True}),
    "rnn_tanh": (RNNSequence, {"activations": ("tanh",)}),
    "rnn_relu": (RNNSequence, {"activations": ("relu",)}),
}


@MXNET.imports("RNN")
def rnn(
    data: Value,
    parameters: Value,
    state: Value,
    state_cell: Value | None = None,
    sequence_length: Value | None = None,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: str,
    state_outputs: bool = False,
    projection_size: int | None = None,
    lstm_state_clip_min: float | None = None,
    lstm_state_clip_max: float | None = None,
    lstm_state_clip_nan: bool = False,
    use_sequence_length: bool = False,
) -> tuple[Value, ...]:
    """[T, N, H · directions] of [T, N, I]; with `state_outputs` the last states [layers · directions, N, H] too."""
    one_of("mode", mode, tuple(_GATES))
    if projection_size is not None:
        raise UnsupportedError("projection_size is not supported; export the layer without a projection")
    if lstm_state_clip_min is not None or lstm_state_clip_max is not None:
        raise UnsupportedError("lstm_state_clip_min and lstm_state_clip_max are not supported")
    if mode != "lstm" and use_sequence_length and sequence_length is None:
        state_cell, sequence_length = None, state_cell  # without a cell state the lengths are the fourth input
    if data.type.rank != 3 or state_size < 1 or not 1 <= num_layers <= 64:
        raise ShapeError(
            f"data {data.type} must be [T, N, I], state_size ({state_size}) above 0, num_layers ({num_layers}) 1 to 64"
        )
    layer = _Layers(mode, state_size, 1 + bidirectional, num_layers)
    lengths = sequence_length if use_sequence_length else None
    states = [state, state_cell] if mode == "lstm" else [state]
    if not all(value is not None and value.type.rank == 3 for value in states):
        raise ShapeError(f"{mode} needs {len(states)} states [layers · directions, N, H], the first is {state.type}")
    return layer.run(data, _vector(parameters), states, lengths)


def _vector(parameters: Value) -> Array:
    array = known_array(parameters)
    if array is None:
        array = _concatenated(parameters)
    if array is None:
        raise UnsupportedError("the parameters of a recurrent layer must be constant")
    return array.ravel()


def _concatenated(value: Value) -> Array | None:
    """The content of parts behind one another, each of which may be reshaped; known parts may be large."""
    if value.constant is not None:
        return value.constant.ravel()
    if not isinstance(value.op, Concat | Reshape):
        return None
    sources = value.inputs if isinstance(value.op, Concat) else value.inputs[:1]
    parts = [None if source is None else _concatenated(source) for source in sources]
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None


@attrs.frozen
class _Layers:
    mode: str
    hidden: int
    directions: int
    count: int

    def run(
        self, data: Value, vector: Array, states: Sequence[Value | None], lengths: Value | None
    ) -> tuple[Value, ...]:
        width = data.type.shape[2]
        if not isinstance(width, int):
            raise ShapeError(f"the last dim of data {data.type} must be fixed")
        weights = self._weights(vector, width)
        x = Transpose()(data, ints(1, 0, 2))
        steps = lengths if lengths is None else cast(lengths, DType.i64)
        if steps is None:
            steps = Broadcast()(Squeeze()(size(data, 0), ints(0)), size(data, 1))
        begins = [self._states(value, data) for value in states if value is not None]
        lasts: list[list[Value]] = [[] for _ in states]
        for number in range(self.count):
            start, stop = number * self.directions, (number + 1) * self.directions
            own = [Slice()(value, ints(start), ints(stop), ints(1), ints(1)) for value in begins]
            y, *ends = self._layer(x, own, steps, weights[number])
            joined = Transpose()(y, ints(0, 2, 1, 3))
            x = Reshape(special_zero=True)(joined, ints(0, 0, self.directions * self.hidden))
            for position, end in enumerate(ends):
                lasts[position].append(end)
        finals = [Transpose()(Concat(1)(*parts) if len(parts) > 1 else parts[0], ints(1, 0, 2)) for parts in lasts]
        return (Transpose()(x, ints(1, 0, 2)), *finals)

    def _layer(self, x: Value, states: list[Value], lengths: Value, weights: tuple[Array, ...]) -> tuple[Value, ...]:
        w, r, b = weights
        direction = "bidirectional" if self.directions == 2 else "forward"
        sequence, fields = _SEQUENCES[self.mode]
        made: tuple[Value, ...] = sequence(self.hidden, direction=direction, **fields).all(x, *states, lengths, w, r, b)
        return made

    def _states(self, value: Value, data: Value) -> Value:
        """[N, layers · directions, H], of a state whose batch may be 1 and broadcasts."""
        if value.type.shape[1] != data.type.shape[1]:
            value = broadcast_to(value, [self.count * self.directions, dim(data, 1), self.hidden])
        return Transpose()(value, ints(1, 0, 2))

    def _weights(self, vector: Array, width: int) -> list[tuple[Array, ...]]:
        """W, R and B of each layer. In the vector there are, for each layer and direction, W and R; then, for each, the
        biases of both."""
        gates, hidden, place = _GATES[self.mode], self.hidden, 0
        rows, made = gates * hidden, []
        for number in range(self.count):
            inputs = width if number == 0 else hidden * self.directions
            pairs = []
            for _ in range(self.directions):
                w = vector[place : place + rows * inputs]
                r = vector[place + rows * inputs : place + rows * (inputs + hidden)]
                place += rows * (inputs + hidden)
                pairs.append((w, r, inputs))
            made.append(pairs)
        wanted = place + 2 * rows * self.directions * self.count
        if len(vector) != wanted:
            raise InputError(f"there are {len(vector)} parameters, a layer of this size has {wanted}")
        biases = vector[place:].reshape(self.count, self.directions, 2, gates, hidden)
        return [self._ordered(pairs, bias) for pairs, bias in zip(made, biases, strict=True)]

    def _ordered(self, pairs: list[tuple[Array, Array, int]], bias: Array) -> tuple[Array, ...]:
        gates, hidden = _GATES[self.mode], self.hidden
        order = list(_ORDER.get(self.mode, (0,)))
        w = np.stack([part.reshape(gates, hidden, inputs)[order].reshape(-1, inputs) for part, _, inputs in pairs])
        r = np.stack([part.reshape(gates, hidden, hidden)[order].reshape(-1, hidden) for _, part, _ in pairs])
        own = bias[:, :, order]
        if self.mode != "gru":
            return w, r, (own[:, 0] + own[:, 1]).reshape(self.directions, -1)
        both = own[:, 0, :2] + own[:, 1, :2]
        return w, r, np.concatenate([both, own[:, :1, 2], own[:, 1:, 2]], axis=1).reshape(self.directions, -1)
