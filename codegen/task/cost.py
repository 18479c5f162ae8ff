"""What an implementation is estimated to cost."""

from __future__ import annotations

import attrs


@attrs.frozen
class Cost:
    """``cycles`` of one core in a run. ``bytes`` of weights that the artifact keeps for it; kernels that read the same
    ones keep them together. ``moved``: bytes of operands, weights and scratch memory that a run reads and writes; None
    where they depend on free dims."""

    cycles: float = 0.0
    bytes: int = 0
    moved: int | None = None
