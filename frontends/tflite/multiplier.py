"""Scales as TF Lite's integer kernels hold them: numbers of 31 bits and powers of two."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from dldt.compiler.types import Array

BITS = 31


@attrs.frozen(eq=False)
class Multiplier:
    """``numbers / 2^31 * 2^shifts``; numbers are from 2^30 to 2^31, or 0."""

    numbers: Array
    shifts: Array

    @classmethod
    def of(cls, scale: Array | float | np.floating[Any]) -> Multiplier:
        """The nearest to each scale."""
        mantissa, shifts = np.frexp(np.asarray(scale, np.float64))
        numbers = np.floor(np.ldexp(mantissa, BITS) + 0.5)
        full = numbers == 1 << BITS
        numbers, shifts = np.where(full, 1 << (BITS - 1), numbers), shifts + full
        lost = shifts < -BITS
        return cls(np.where(lost, 0, numbers).astype(np.int64), np.where(lost, 0, shifts).astype(np.int64))

    @property
    def left(self) -> Array:
        """By how many bits integers are shifted before they are multiplied."""
        return np.maximum(self.shifts, 0)

    @property
    def right(self) -> Array:
        """By how many bits the product is shifted."""
        return np.maximum(-self.shifts, 0)

    @property
    def word(self) -> int:
        """The number in 15 bits."""
        return min((int(self.numbers) + (1 << 15)) >> 16, (1 << 15) - 1)
