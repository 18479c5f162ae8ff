"""How a race is run."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Conditions:
    """Rounds of so many ``seconds`` for each backend, the precision that it may compute in, fresh processes of each
    whose opening is timed, and how it is called (benchmarks/backend.py): what ``race`` takes by these names."""

    rounds: int
    seconds: float
    precision: str = "f32"
    openings: int = 1
    call: str = "plain"
