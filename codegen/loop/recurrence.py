"""The loop of a recurrent layer as an operation: what is left of a sequence when its inputs are projected."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.op import Op
from dldt.compiler.types import TensorType


@attrs.frozen
class Recurrence(Op):
    """The states of an LSTM or GRU (``gates`` 4 or 3) over projected inputs [N, T, D·gates·H]: [N, D, T + S, H], the
    hidden state of every step, then the last of each of S states. ``weights`` [D, gates·H, H] are constant; without
    ``lengths`` [N] every sequence has T steps; ``bias`` [D, H] is that of a GRU's candidate before the reset.

    It is made on the way to native code (``expand_sequences``) and is in no operation set.
    """

    gates: int
    hidden: int
    activations: tuple[str, ...]
    clip: float
    direction: str

    type = "Recurrence"
    opset = ""
    ports = ("projected", "weights", "hidden", "cell", "lengths", "bias")
    required = 3
    variadic = False

    @property
    def states(self) -> int:
        """How many states a step passes on: hidden and cell, or hidden alone."""
        return 2 if self.gates == 4 else 1

    @property
    def directions(self) -> int:
        """How many directions the sequence is walked in."""
        return 2 if self.direction == "bidirectional" else 1

    def infer(self, projected: TensorType, *others: Any) -> TensorType:
        """See the class."""
        batch, steps = projected.shape[:2]
        return TensorType(projected.dtype, (batch, self.directions, steps + self.states, self.hidden))


@lowers(Recurrence, kind="reduce", reads=(0, 2, 3, 4, 5))
def recurrence(*_: object) -> Access:
    """No element is an expression of the inputs: a loop over steps has a kernel of its own. Its weights, input 1, are
    packed."""
    raise AssertionError("a loop over steps has a kernel of its own: no element is an expression of its inputs")
