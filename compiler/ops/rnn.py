"""The simplest recurrent layer."""

from __future__ import annotations

from typing import ClassVar

import attrs
import numpy as np

from dldt.compiler.op import op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import require_rank
from dldt.compiler.ops.recurrent import DIRECTIONS, Recurrent, names, run_direction, sequence_lengths
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType


@attrs.frozen
class RNN(Recurrent):
    """What RNN cell and sequence share: one activation."""

    activation_count: ClassVar[int] = 1

    activations: tuple[str, ...] = attrs.field(default=("tanh",), converter=names, kw_only=True)


@op("opset1")
class RNNCell(RNN):
    """H' = tanh(X @ W^T + H @ R^T + B)"""

    def infer(self, x: TensorType, h: TensorType, w: TensorType, r: TensorType, b: TensorType) -> TensorType:
        require_rank(x, "x", (2,), self.type)
        batch, size = x.shape
        hidden = self.hidden_size
        self.check(
            {
                "x": (x, (batch, size)),
                "h": (h, (batch, hidden)),
                "w": (w, (hidden, size)),
                "r": (r, (hidden, hidden)),
                "b": (b, (hidden,)),
            }
        )
        return TensorType(x.dtype, (batch, hidden))

    def evaluate(self, x: Array, h: Array, w: Array, r: Array, b: Array) -> Array:
        return rnn_step(self, x, h, w, r, b)


@op("opset5", traits=Trait.SEQUENCE)
class RNNSequence(RNN):
    """RNNCell over a sequence X [N, T, I], a direction at a time: Y [N, D, T, H], last H [N, D, H]; a sequence shorter
    than T gives zeros after its end"""

    direction: str = attrs.field(default="forward", converter=lower, validator=one_of(*DIRECTIONS))

    def infer(
        self, x: TensorType, h: TensorType, lengths: TensorType, w: TensorType, r: TensorType, b: TensorType
    ) -> tuple[TensorType, TensorType]:
        require_rank(x, "x", (3,), self.type)
        batch, steps, size = x.shape
        hidden, directions = self.hidden_size, 2 if self.direction == "bidirectional" else 1
        sequence_lengths(lengths, batch, self.type)
        self.check(
            {
                "x": (x, (batch, steps, size)),
                "h": (h, (batch, directions, hidden)),
                "w": (w, (directions, hidden, size)),
                "r": (r, (directions, hidden, hidden)),
                "b": (b, (directions, hidden)),
            }
        )
        state = TensorType(x.dtype, (batch, directions, hidden))
        return TensorType(x.dtype, (batch, directions, steps, hidden)), state

    def evaluate(self, x: Array, h: Array, lengths: Array, w: Array, r: Array, b: Array) -> tuple[Array, Array]:
        outputs, hiddens = [], []
        for d in range(w.shape[0]):
            reverse = self.direction == "reverse" or d == 1
            weights = (w[d], r[d], b[d])
            y, (last,) = run_direction(
                x, (h[:, d],), lengths, reverse, lambda xt, ht, ws=weights: (rnn_step(self, xt, ht, *ws),)
            )
            outputs.append(y)
            hiddens.append(last)
        return np.stack(outputs, 1), np.stack(hiddens, 1)


def rnn_step(op: RNN, x: Array, h: Array, w: Array, r: Array, b: Array) -> Array:
    """One step: the new hidden state."""
    return op.gate(0, x @ w.T + h @ r.T + b).astype(x.dtype)
