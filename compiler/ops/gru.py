"""Gated recurrent unit; the gates in W, R and B are in the order update (z), reset (r), candidate (h)."""

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
class GRU(Recurrent):
    """What GRU cell and sequence share: the activations of the gates and the candidate."""

    activation_count: ClassVar[int] = 2

    activations: tuple[str, ...] = attrs.field(default=("sigmoid", "tanh"), converter=names, kw_only=True)


@op("opset3")
class GRUCell(GRU):
    """z, r = gates; h~ = tanh(X @ Wh^T + (r*H) @ Rh^T + Bh), or with r * (H @ Rh^T + Bhr) where ``linear_before_reset``
    (B then has a fourth part, Bhr); H' = (1 - z) * h~ + z * H"""

    linear_before_reset: bool = attrs.field(default=False)

    def infer(self, x: TensorType, h: TensorType, w: TensorType, r: TensorType, b: TensorType) -> TensorType:
        require_rank(x, "x", (2,), self.type)
        batch, size = x.shape
        hidden = self.hidden_size
        self.check(
            {
                "x": (x, (batch, size)),
                "h": (h, (batch, hidden)),
                "w": (w, (3 * hidden, size)),
                "r": (r, (3 * hidden, hidden)),
                "b": (b, ((4 if self.linear_before_reset else 3) * hidden,)),
            }
        )
        return TensorType(x.dtype, (batch, hidden))

    def evaluate(self, x: Array, h: Array, w: Array, r: Array, b: Array) -> Array:
        return gru_step(self, self.linear_before_reset, x, h, w, r, b)


@op("opset5", traits=Trait.SEQUENCE)
class GRUSequence(GRU):
    """GRUCell over a sequence X [N, T, I], a direction at a time: Y [N, D, T, H], last H [N, D, H]; a sequence shorter
    than T gives zeros after its end"""

    direction: str = attrs.field(default="forward", converter=lower, validator=one_of(*DIRECTIONS))
    linear_before_reset: bool = attrs.field(default=False)

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
                "w": (w, (directions, 3 * hidden, size)),
                "r": (r, (directions, 3 * hidden, hidden)),
                "b": (b, (directions, (4 if self.linear_before_reset else 3) * hidden)),
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
                x,
                (h[:, d],),
                lengths,
                reverse,
                lambda xt, ht, ws=weights: (gru_step(self, self.linear_before_reset, xt, ht, *ws),),
            )
            outputs.append(y)
            hiddens.append(last)
        return np.stack(outputs, 1), np.stack(hiddens, 1)


def gru_step(op: GRU, linear_before_reset: bool, x: Array, h: Array, w: Array, r: Array, b: Array) -> Array:
    """One step: the new hidden state."""
    wz, wr, wh = np.split(w, 3)
    rz, rr, rh = np.split(r, 3)
    parts = np.split(b, 4 if linear_before_reset else 3)
    update = op.gate(0, x @ wz.T + h @ rz.T + parts[0])
    reset = op.gate(0, x @ wr.T + h @ rr.T + parts[1])
    if linear_before_reset:
        candidate = x @ wh.T + reset * (h @ rh.T + parts[3]) + parts[2]
    else:
        candidate = x @ wh.T + (reset * h) @ rh.T + parts[2]
    return ((1 - update) * op.gate(1, candidate) + update * h).astype(x.dtype)
