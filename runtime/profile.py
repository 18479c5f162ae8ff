"""Where the time of an inference goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dldt.runtime.metadata import StepInfo


class StepTime(NamedTuple):
    """A step of the model and its seconds in one run, as the caller's thread saw them."""

    step: StepInfo
    seconds: float

    @property
    def gflops(self) -> float | None:
        """10^9 operations a second; None where the model does not know their number."""
        return self.step.flops / self.seconds / 1e9 if self.step.flops and self.seconds else None


def share_out(steps: Sequence[StepInfo], ticks: Sequence[int], seconds: float) -> list[StepTime]:
    """Divide ``seconds`` among the steps in proportion to their ticks, whose length differs between machines."""
    total = sum(ticks)
    return [StepTime(step, seconds * count / total if total else 0.0) for step, count in zip(steps, ticks, strict=True)]
