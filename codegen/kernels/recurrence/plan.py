"""How the loop of a recurrent layer is carried out, and its weights in the order in which the loop streams them."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from dldt.codegen.llvm.arithmetic import F32, F64, Arithmetic
from dldt.codegen.loop.recurrence import Recurrence
from dldt.codegen.target import Target
from dldt.compiler.dims import Dim
from dldt.compiler.types import Array, DType

SHARED = 4
"""Vectors of units summed at a time for several sequences: each weight vector is read once for all sequences."""


@attrs.frozen
class LoopPlan:
    """Sizes and order of the loop: ``gates`` of ``hidden`` units, as vectors of ``lanes``.

    Each of ``phases`` sums the gates that it names together, some vectors of units at a time. A GRU that resets the
    state before the product sums its candidate in a last phase. ``rows`` sequences run side by side; for a single
    sequence, ``together`` vectors are summed at a time. ``chunk`` steps of the inner dim are unrolled.
    """

    gates: int
    hidden: int
    lanes: int
    reset_first: bool
    rows: int = 1
    together: int = attrs.field(kw_only=True)
    chunk: int = 4
    arithmetic: Arithmetic = F32

    @property
    def name(self) -> str:
        """The plan's sizes as a name."""
        stem, spec = (
            {4: "lstm", 3: "gru"}.get(self.gates, "rnn"),
            f"{self.hidden}x{self.gates}x{self.lanes}_r{self.rows}",
        )
        return self.arithmetic.named(stem, spec)

    @property
    def phases(self) -> tuple[tuple[int, ...], ...]:
        """The gates of each pass over the recurrent weights."""
        return ((0, 1), (2,)) if self.reset_first else (tuple(range(self.gates)),)

    @property
    def vectors(self) -> int:
        """Vectors of hidden units; the last one may be partly filled."""
        return -(-self.hidden // self.lanes)

    def panels(self, phase: tuple[int, ...]) -> list[tuple[int, int]]:
        """(first vector, vectors) of each group of vectors that is summed together, in order."""
        blocks = min(self.vectors, (self.together if self.rows == 1 else SHARED) // len(phase))
        return [(k, min(blocks, self.vectors - k)) for k in range(0, self.vectors, blocks)]

    def phase_size(self, phase: tuple[int, ...]) -> int:
        """Elements of a phase's packed weights."""
        return len(phase) * self.vectors * self.lanes * self.hidden

    @property
    def direction_size(self) -> int:
        """Elements of one direction's packed weights."""
        return sum(self.phase_size(phase) for phase in self.phases)

    @property
    def scratch(self) -> int:
        """Bytes of a thread's scratch memory, which keeps the update gate and the reset state until the candidate is
        computed."""
        size = 2 * self.rows * self.vectors * self.lanes * self.arithmetic.sums.size
        return -(-size // 64) * 64 if self.reset_first else 0

    def pack(self, weights: Array) -> Iterator[memoryview]:
        """[directions, gates·hidden, hidden] → for each direction, phase and panel [inner][gate][vector][lane], padded
        with zeros."""
        width = self.vectors * self.lanes
        for direction in self.arithmetic.stored(weights):
            padded = np.zeros((self.gates, width, self.hidden), direction.dtype)
            padded[:, : self.hidden] = direction.reshape(self.gates, self.hidden, self.hidden)
            for phase in self.phases:
                for first, count in self.panels(phase):
                    part = padded[list(phase), first * self.lanes : (first + count) * self.lanes]
                    yield np.ascontiguousarray(part.transpose(2, 0, 1)).reshape(-1).view(np.uint8).data


def loop_plan(op: Recurrence, dtype: DType, batch: Dim, target: Target, *, ragged: bool, biased: bool) -> LoopPlan:
    """The plan of a loop over ``batch`` sequences of f32 or f64. ``ragged``: their lengths differ. ``biased``: the
    candidate has a bias of its own."""
    rows, reset_first = rows_together(batch, target, ragged=ragged), op.gates == 3 and not biased
    arithmetic = F64 if dtype is DType.f64 else F32
    lanes = target.block * DType.f32.size // arithmetic.sums.size
    fields = (op.gates, op.hidden, lanes, reset_first, rows)
    return LoopPlan(*fields, together=target.cpu.fit.sums, arithmetic=arithmetic)


def rows_together(batch: Dim, target: Target, *, ragged: bool) -> int:
    """How many sequences run side by side: as many as the registers hold, in groups of equal size. One where their
    lengths differ or their number is free."""
    spare = SHARED + (1 if target.fma else 2)
    most = max(1, (target.registers - spare) // SHARED)
    if ragged or not isinstance(batch, int) or batch < 2:
        return 1
    return -(-batch // -(-batch // most))
