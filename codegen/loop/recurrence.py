"""The loop of a recurrent layer as an operation: the rest of a sequence operation once its inputs are projected."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.op import Op
from dldt.compiler.types import TensorType


@attrs.frozen
class Recurrence(Op):
    """The states of an LSTM, a GRU or a plain layer (``gates`` is 4, 3 or 1) over projected inputs [N, T, D·gates·H].
    The result [N, D, T + S, H] holds the hidden state of every step, then the last of each of S states. ``weights`` [D,
    gates·H, H] are constant. Without ``lengths`` [N] every sequence has T steps. ``bias`` [D, H] is added to a GRU's
    candidate before the reset.

    The compiler makes it while it generates native code (``expand_sequences``); it is in no operation set.
    """

    gates: int
    hidden: int
    activations: tuple[str, ...]
    clip: float
    direction: str
    parameters: tuple[tuple[float, float], ...]
    """Alpha and beta of each activation."""

    type = "Recurrence"
    opset = ""
    ports = ("projected", "weights", "hidden", "cell", "lengths", "bias")
    required = 3
    variadic = False

    @property
    def states(self) -> int:
        """How many states one step passes to the next: hidden and cell, or only hidden."""
        return 2 if self.gates == 4 else 1

    @property
    def directions(self) -> int:
        """The number of directions in which the sequence is walked."""
        return 2 if self.direction == "bidirectional" else 1

    def infer(self, projected: TensorType, *others: Any) -> TensorType:
        """See the class."""
        batch, steps = projected.shape[:2]
        return TensorType(projected.dtype, (batch, self.directions, steps + self.states, self.hidden))


@attrs.frozen
class PackedRecurrence(Recurrence):
    """Recurrence whose weights are computed: they lie [D, ...] in the order in which the loop reads them."""

    type = "PackedRecurrence"


_ALONE = "a loop over steps has a kernel of its own: no element is an expression of its inputs"


@lowers(Recurrence, kind="reduce", reads=(0, 2, 3, 4, 5))
def recurrence(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because a loop over steps needs a kernel of its own.
    That kernel packs the weights, input 1."""
    raise AssertionError(_ALONE)


@lowers(PackedRecurrence, kind="reduce")
def packed_recurrence(*_: object) -> Access:
    """Always an error, as for Recurrence; the weights are read while the model runs."""
    raise AssertionError(_ALONE)
