"""Which element of a matrix lies on which diagonal, as tables of places."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.shown import shown
from dldt.compiler.types import Array

_MAX_ELEMENTS = 1 << 22


@attrs.frozen
class Diagonals:
    """The diagonals ``lower`` to ``upper`` of a matrix, packed: one a row, the uppermost first, each at the left or the
    right end of its row. Above and on the main one the first word of ``align`` says at which, below the second."""

    rows: int
    columns: int
    lower: int
    upper: int
    align: str

    def __attrs_post_init__(self) -> None:
        if self.align not in ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"):
            raise InputError(
                f"align is {shown(self.align)}; it must be RIGHT_LEFT, LEFT_RIGHT, LEFT_LEFT or RIGHT_RIGHT"
            )
        if self.lower > self.upper or not -self.rows < self.lower or not self.upper < self.columns:
            raise InputError(f"no diagonals {self.lower} to {self.upper} in {self.rows} rows, {self.columns} columns")
        if self.rows * self.columns > _MAX_ELEMENTS:
            raise ShapeError(f"a matrix of {self.rows} rows and {self.columns} columns is too large here")

    @property
    def count(self) -> int:
        """How many there are."""
        return self.upper - self.lower + 1

    @property
    def length(self) -> int:
        """The length of the longest one."""
        return min(self.rows + min(self.upper, 0), self.columns - max(self.lower, 0))

    def packed(self) -> Array:
        """[rows, columns]: the place of each element in the packed diagonals; -1 where it is on none."""
        row, column = np.indices((self.rows, self.columns))
        number = column - row
        place = (self.upper - number) * self.length + self._offset(number) + column - np.maximum(number, 0)
        return np.where((number >= self.lower) & (number <= self.upper), place, -1)

    def matrix(self) -> Array:
        """[count, length]: the place in the matrix of what is packed; -1 where a diagonal is shorter."""
        made = np.full(self.count * self.length, -1)
        packed = self.packed().ravel()
        inside = packed >= 0
        made[packed[inside]] = np.flatnonzero(inside)
        return made.reshape(self.count, self.length)

    def _offset(self, number: Array) -> Array:
        above, below = (word == "LEFT" for word in self.align.split("_"))
        own = np.minimum(self.rows + np.minimum(number, 0), self.columns - np.maximum(number, 0))
        left = ((number >= 0) & above) | ((number <= 0) & below)
        return np.where(left, 0, self.length - own)
