"""The simplest recurrent cell."""

from __future__ import annotations

from typing import ClassVar

import attrs

from dldt.compiler.op import op
from dldt.compiler.ops.axes import require_rank
from dldt.compiler.ops.recurrent import Recurrent, names
from dldt.compiler.types import Array, TensorType


@op("opset1")
class RNNCell(Recurrent):
    """H' = tanh(X @ W^T + H @ R^T + B)"""

    activation_count: ClassVar[int] = 1

    activations: tuple[str, ...] = attrs.field(default=("tanh",), converter=names, kw_only=True)

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
        return self.gate(0, x @ w.T + h @ r.T + b).astype(x.dtype)
