"""Long short-term memory; the gates in W, R and B are in the order forget, input, candidate, output."""

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
class LSTM(Recurrent):
    """What LSTM cell and sequence share: the activations of the gates, the candidate and the output."""

    activation_count: ClassVar[int] = 3

    activations: tuple[str, ...] = attrs.field(default=("sigmoid", "tanh", "tanh"), converter=names, kw_only=True)


@op("opset4")
class LSTMCell(LSTM):
    """f, i, c~, o = gates of (X @ W^T + H @ R^T + B); C' = f*C + i*c~; H' = o * tanh(C')"""

    def infer(
        self, x: TensorType, h: TensorType, c: TensorType, w: TensorType, r: TensorType, b: TensorType
    ) -> tuple[TensorType, TensorType]:
        require_rank(x, "x", (2,), self.type)
        batch, size = x.shape
        hidden = self.hidden_size
        self.check(
            {
                "x": (x, (batch, size)),
                "h": (h, (batch, hidden)),
                "c": (c, (batch, hidden)),
                "w": (w, (4 * hidden, size)),
                "r": (r, (4 * hidden, hidden)),
                "b": (b, (4 * hidden,)),
            }
        )
        state = TensorType(x.dtype, (batch, hidden))
        return state, state

    def evaluate(self, x: Array, h: Array, c: Array, w: Array, r: Array, b: Array) -> tuple[Array, Array]:
        return lstm_step(self, x, h, c, w, r, b)


@op("opset5", traits=Trait.SEQUENCE)
class LSTMSequence(LSTM):
    """LSTMCell over a sequence X [N, T, I], a direction at a time: Y [N, D, T, H], last H and C [N, D, H]; a sequence
    shorter than T gives zeros after its end"""

    direction: str = attrs.field(default="forward", converter=lower, validator=one_of(*DIRECTIONS))

    def infer(
        self,
        x: TensorType,
        h: TensorType,
        c: TensorType,
        lengths: TensorType,
        w: TensorType,
        r: TensorType,
        b: TensorType,
    ) -> tuple[TensorType, TensorType, TensorType]:
        require_rank(x, "x", (3,), self.type)
        batch, steps, size = x.shape
        hidden, directions = self.hidden_size, 2 if self.direction == "bidirectional" else 1
        sequence_lengths(lengths, batch, self.type)
        self.check(
            {
                "x": (x, (batch, steps, size)),
                "h": (h, (batch, directions, hidden)),
                "c": (c, (batch, directions, hidden)),
                "w": (w, (directions, 4 * hidden, size)),
                "r": (r, (directions, 4 * hidden, hidden)),
                "b": (b, (directions, 4 * hidden)),
            }
        )
        state = TensorType(x.dtype, (batch, directions, hidden))
        return TensorType(x.dtype, (batch, directions, steps, hidden)), state, state

    def evaluate(
        self, x: Array, h: Array, c: Array, lengths: Array, w: Array, r: Array, b: Array
    ) -> tuple[Array, Array, Array]:
        outputs, hiddens, cells = [], [], []
        for d in range(w.shape[0]):
            reverse = self.direction == "reverse" or d == 1
            weights = (w[d], r[d], b[d])
            y, (last_h, last_c) = run_direction(
                x, (h[:, d], c[:, d]), lengths, reverse, lambda xt, ht, ct, ws=weights: lstm_step(self, xt, ht, ct, *ws)
            )
            outputs.append(y)
            hiddens.append(last_h)
            cells.append(last_c)
        return np.stack(outputs, 1), np.stack(hiddens, 1), np.stack(cells, 1)


def lstm_step(op: LSTM, x: Array, h: Array, c: Array, w: Array, r: Array, b: Array) -> tuple[Array, Array]:
    """One step: the new hidden and cell states."""
    gates = x @ w.T + h @ r.T + b
    forget, enter, candidate, out = np.split(gates, 4, axis=1)
    cell = op.gate(0, forget) * c + op.gate(0, enter) * op.gate(1, candidate)
    hidden = op.gate(0, out) * op.activate(2, cell)  # the cell state itself is never clipped
    return hidden.astype(x.dtype), cell.astype(x.dtype)
