"""How far one tensor is from another."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.types import Array


@attrs.frozen
class Deviation:
    """``largest`` and ``mean`` absolute error. ``needed``: the least relative tolerance that would pass, which is the
    largest error over the largest expected number; infinite where shapes differ or one side alone is not a number."""

    largest: float
    mean: float
    needed: float

    @classmethod
    def between(cls, expected: Array, actual: Array) -> Deviation:
        """The deviation of ``actual`` from ``expected``. NaN and infinite numbers agree with themselves."""
        if expected.shape != actual.shape:
            return cls.infinite()
        a, b = expected.astype(np.float64), actual.astype(np.float64)
        with np.errstate(invalid="ignore"):
            same = (a == b) | (np.isnan(a) & np.isnan(b))
            error = np.where(same, 0.0, np.abs(a - b))
        error = np.where(np.isnan(error), np.inf, error)
        largest = float(error.max(initial=0))
        finite = np.abs(a[np.isfinite(a)])
        scale = float(finite.max(initial=0))
        needed = 0.0 if largest == 0 else largest / scale if scale else np.inf
        return cls(largest, float(error.mean()) if error.size else 0.0, float(needed))

    @classmethod
    def infinite(cls) -> Deviation:
        """The deviation of what has no numbers at all."""
        return cls(np.inf, np.inf, np.inf)

    def exceeds(self, tolerance: float) -> bool:
        """Whether it is more than the relative tolerance allows."""
        return not self.needed <= tolerance

    def __str__(self) -> str:
        return (
            f"largest error {self.largest:.3g}, mean {self.mean:.3g}, needs a relative tolerance of {self.needed:.3g}"
        )
