"""The boxes that stand at every cell of a grid, relative to the cell's centre."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.types import Array

MOST_PRIORS = 1 << 16
"""So many boxes may stand at a cell."""

Row: TypeAlias = tuple[float, float, float, bool]


@attrs.frozen(eq=False)
class PriorCell:
    """``smallest`` and ``largest`` sides make the first bases: each smallest one, then the geometric mean of the first
    ones with their largest. ``fixed`` sides follow. Box i has the base side ``base[i]``, which is ``stretch[i]`` times
    as wide and as many times less high; its centre is moved by ``shift[i]`` along both axes; where ``bounded[i]`` its
    first corner is kept from falling below 0, its last one from rising above 1."""

    smallest: Array
    largest: Array
    fixed: Array
    base: Array
    stretch: Array
    shift: Array
    bounded: Array

    @property
    def count(self) -> int:
        """How many boxes there are."""
        return len(self.base)

    def sides(self, scale: float) -> Array:
        """The base sides, with the smallest ones ``scale`` times as large."""
        smallest = self.smallest * np.float32(scale)
        return np.concatenate([smallest, np.sqrt(smallest[: len(self.largest)] * self.largest), self.fixed])


def aspect_ratios(given: Iterable[float], *, flip: bool) -> list[np.float32]:
    """The ratios but for 1, each once; ``flip`` puts the inverse behind each."""
    found = [np.float32(1)]
    for ratio in map(np.float32, given):
        if not any(abs(ratio - other) < 1e-6 for other in found):
            found += [ratio, np.float32(1) / ratio] if flip else [ratio]
    return [ratio for ratio in found if abs(ratio - 1) >= 1e-6]


def row(base: int, ratio: np.float32 | float = 1.0) -> tuple[int, Row]:
    """A box at the centre."""
    return base, (float(np.sqrt(np.float32(ratio))), 0.0, 0.0, False)


def spread(base: int, side: float, density: int, ratio: np.float32 | float = 1.0) -> list[tuple[int, Row]]:
    """``density`` times as many boxes along each axis, evenly over a square of ``side``."""
    step = int(side / density)
    at = [-(int(side) // 2) + step / 2 + k * step for k in range(density)]
    stretch = float(np.sqrt(np.float32(ratio)))
    return [(base, (stretch, x, y, True)) for y in at for x in at]


def prior_cell(
    smallest: Sequence[float], largest: Sequence[float], fixed: Sequence[float], rows: list[tuple[int, Row]], what: str
) -> PriorCell:
    """The record of these boxes. InputError where a cell has too many."""
    if len(rows) > MOST_PRIORS:
        raise InputError(f"{what}: {len(rows)} boxes a cell, at most {MOST_PRIORS} are possible")
    numbers = np.array([numbers[:3] for _, numbers in rows], np.float32).reshape(-1, 3)
    return PriorCell(
        np.array(smallest, np.float32),
        np.array(largest, np.float32),
        np.array(fixed, np.float32),
        np.array([base for base, _ in rows], np.int64),
        numbers[:, 0],
        numbers[:, 1:],
        np.array([bounded for *_, (*_, bounded) in rows], bool),
    )
