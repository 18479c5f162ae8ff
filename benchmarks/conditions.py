"""The conditions of a race."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Conditions:
    """The conditions that ``race`` takes as arguments of these names: ``seconds`` of each backend's rounds, the
    precision that it may compute in, the number of fresh processes whose opening is timed, and the way to call it
    (benchmarks/backend.py)."""

    rounds: int
    seconds: float
    precision: str = "f32"
    openings: int = 1
    call: str = "plain"
