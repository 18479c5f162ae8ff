"""The loop of a recurrent layer in numpy."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.recurrence import Recurrence
from dldt.compiler.ops.recurrent import run_direction
from dldt.compiler.ops.recurrent_activation import ACTIVATIONS
from dldt.compiler.types import Array


def run_recurrence(
    op: Recurrence,
    projected: Array,
    weights: Array,
    hidden: Array,
    cell: Array | None = None,
    lengths: Array | None = None,
    bias: Array | None = None,
) -> Array:
    """The definition of ``Recurrence`` in double precision: projected [N, T, D * gates * H], weights [D, gates * H, H],
    states [N, D, H], lengths [N], bias [D, H] → [N, D, T + states, H]."""
    batch, steps = projected.shape[:2]
    inputs = projected.astype(np.float64).reshape(batch, steps, op.directions, op.gates * op.hidden)
    ends = np.full(batch, steps) if lengths is None else lengths
    found = []
    for direction in range(op.directions):
        states = tuple(state[:, direction].astype(np.float64) for state in (hidden, cell) if state is not None)
        step = _Cell(op, weights[direction].astype(np.float64), None if bias is None else bias[direction])
        reverse = op.direction == "reverse" or direction == 1
        every, lasts = run_direction(inputs[:, :, direction], states, ends, reverse, step)
        found.append(np.concatenate([every, *(last[:, None] for last in lasts)], axis=1))
    return np.stack(found, axis=1)


class _Cell:
    """One step: the gates' inputs [N, gates * H] and the states [N, H] → the new states."""

    def __init__(self, op: Recurrence, weights: Array, bias: Array | None) -> None:
        self.op, self.weights, self.bias = op, weights, bias

    def __call__(self, x: Array, *states: Array) -> tuple[Array, ...]:
        if self.op.gates == 4:
            return self._lstm(x, *states)
        (hidden,) = states
        return (self._gate(0, x + hidden @ self.weights.T) if self.op.gates == 1 else self._gru(x, hidden),)

    def _gate(self, which: int, x: Array) -> Array:
        clip = self.op.clip
        bounded = np.clip(x, -clip, clip) if clip > 0 and np.isfinite(clip) else x
        return self._activation(which, bounded)

    def _activation(self, which: int, x: Array) -> Array:
        return ACTIVATIONS[self.op.activations[which]].meaning(x, *self.op.parameters[which])

    def _lstm(self, x: Array, hidden: Array, cell: Array) -> tuple[Array, ...]:
        forget, enter, fresh, out = np.split(x + hidden @ self.weights.T, 4, axis=1)
        kept = self._gate(0, forget) * cell + self._gate(0, enter) * self._gate(1, fresh)
        return self._gate(0, out) * self._activation(2, kept), kept

    def _gru(self, x: Array, hidden: Array) -> Array:
        size = self.op.hidden
        update, reset = np.split(x[:, : 2 * size] + hidden @ self.weights[: 2 * size].T, 2, axis=1)
        update, reset = self._gate(0, update), self._gate(0, reset)
        last = self.weights[2 * size :].T
        inner = (reset * hidden) @ last if self.bias is None else reset * (hidden @ last + self.bias)
        return np.asarray((1 - update) * self._gate(1, x[:, 2 * size :] + inner) + update * hidden)
