"""Weights that lie on a grid: in each block of input channels an output's weights are whole multiples of one scale, few
enough that some bits tell which. Exporters write such weights when they quantise them alone (MatMulNBits, blocked
DequantizeLinear, weights compressed to u8 or u4), and they are found again by their values, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import InternalError
from dldt.compiler.types import Array

Numbers: TypeAlias = tuple[Array, Array, Array]
"""u8[outputs, inputs], the scales f32[outputs, blocks] and the starts i32[outputs, blocks] of the blocks: a weight is
``(number - start) * scale``, rounded once."""

LEAST_INPUTS = 32
"""Fewer input channels are not worth a scale."""
_TRIED = 8
"""Multiples of its scale that the least distance of two weights of a block is tried to be, before most must fit."""
_MOST = 2.0**20
_AT_ONCE = 1 << 16
_FIRST = 2


@attrs.frozen
class Grid:
    """``bits`` bits (4 or 8) a weight, and a scale and a start for every ``block`` input channels; 0: for all."""

    bits: int
    block: int

    @property
    def name(self) -> str:
        """Such as ``q4x32``."""
        return f"q{self.bits}" + (f"x{self.block}" if self.block else "")

    @property
    def together(self) -> int:
        """Weights that a byte holds, of neighbouring input channels."""
        return 8 // self.bits

    def blocks(self, inputs: int) -> int:
        """The number of blocks of so many input channels."""
        return -(-inputs // self.block) if self.block else 1

    def head(self, inputs: int, lanes: int) -> int:
        """Bytes of the scales and starts of one vector of outputs."""
        return 8 * lanes * self.blocks(inputs)

    def size(self, inputs: int, lanes: int) -> int:
        """Bytes of the packed weights of one vector of outputs."""
        return self.head(inputs, lanes) + inputs * lanes // self.together

    def holds(self, weights: Array) -> bool:
        """Whether every weight, f32[1, outputs, inputs, 1, 1], lies on such a grid."""
        groups, outputs, inputs, *kernel = weights.shape
        if groups != 1 or kernel != [1, 1] or inputs < max(LEAST_INPUTS, self.block + 1) or inputs % self.together:
            return False
        parts = self._parts(weights.reshape(outputs, inputs), most=_TRIED)
        return all(numbers is not None for numbers in parts)

    def numbers(self, weights: Array) -> Numbers:
        """What ``weights``, f32[outputs, inputs], are on the grid, which holds them."""
        found = [part for part in self._parts(weights, most=1 << self.bits) if part is not None]
        if sum(len(part[0]) for part in found) != len(weights):
            raise InternalError(f"weights are not on the grid {self.name} that holds them")
        numbers, scales, starts = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return numbers, scales, starts

    def pack(self, weights: Array, lanes: int) -> Iterator[memoryview]:
        """f32[outputs, inputs] → for each block the scales of all outputs and their starts; then for each input channel
        the numbers of all outputs, where a byte holds those of as many neighbouring channels as it can, the first one
        lowest. There are zeros behind the last output, up to whole vectors of ``lanes``."""
        short = -len(weights) % lanes
        numbers, scales, starts = (np.pad(part, ((0, short), (0, 0))) for part in self.numbers(weights))
        yield np.ascontiguousarray(np.stack([scales.T.view(np.int32), starts.T], 1)).reshape(-1).view(np.uint8).data
        apart = numbers.T.reshape(-1, self.together, len(numbers))
        packed = np.zeros((len(apart), len(numbers)), np.uint8)
        for place in range(self.together):
            packed |= apart[:, place] << np.uint8(place * self.bits)
        yield packed.reshape(-1).data

    def _parts(self, weights: Array, most: int) -> Iterator[Numbers | None]:
        """The numbers of some outputs after the other; None, and no more, where the grid does not hold them. A few
        outputs come first: they tell for almost all weights that are on no grid. ``most``: see ``_multiples``."""
        outputs, inputs = weights.shape
        step, first = max(1, _AT_ONCE // inputs), 0
        while first < outputs:
            last = first + (step if first else min(step, _FIRST))
            found = self._numbers(weights[first:last], most)
            yield found
            if found is None:
                return
            first = last

    def _numbers(self, weights: Array, most: int) -> Numbers | None:
        outputs, inputs = weights.shape
        length = self.block or inputs
        # The last weight of a block that is not full stands for those that it lacks.
        padded = np.pad(weights, ((0, 0), (0, -inputs % length)), mode="edge").reshape(-1, length)
        found = _multiples(padded, (1 << self.bits) - 1, most)
        if found is None:
            return None
        multiples, scales = found
        starts = multiples.min(axis=1)
        numbers = (multiples - starts[:, None]).astype(np.uint8).reshape(outputs, -1)[:, :inputs]
        shape = (outputs, self.blocks(inputs))
        return numbers, scales.reshape(shape), (-starts).astype(np.int32).reshape(shape)


def _multiples(rows: Array, span: int, most: int) -> tuple[Array, Array] | None:
    """i32[rows, length] and scales f32[rows], whose rounded products are the ``rows``, f32; the multiples of a row lie
    no further apart than ``span``. None where there are none, and where ``most`` multiples of the scale were tried and
    a quarter of the rows fit none: larger ones are found in blocks that hold few different weights."""
    if len(np.unique(rows[0])) > span + 1 or not np.isfinite(rows).all():
        return None
    multiples, scales = np.zeros(rows.shape, np.int32), np.ones(len(rows), np.float32)
    gaps = _least_gaps(rows)
    left = np.flatnonzero(np.isfinite(gaps))  # the others are all zeros
    for count in range(1, span + 1):
        if not left.size or (count > most and 4 * left.size > len(rows)):
            break
        some = rows[left]
        with np.errstate(over="ignore"):
            tried = np.rint(np.clip(some / gaps[left][:, None] * np.float32(count), -_MOST, _MOST))
        fits, scale = _scales(some, tried)
        fits &= tried.max(axis=1) - tried.min(axis=1) <= span
        multiples[left[fits]], scales[left[fits]] = tried[fits], scale[fits]
        left = left[~fits]
    return None if left.size else (multiples, scales)


def _least_gaps(rows: Array) -> Array:
    """f32[rows]: the least distance between two numbers of a row, of which 0 is one; infinity where there is none."""
    ordered = np.sort(np.pad(rows, ((0, 0), (1, 0))), axis=1)
    gaps = np.diff(ordered, axis=1)
    gaps[gaps <= 0] = np.inf
    return np.asarray(gaps.min(axis=1))


def _scales(rows: Array, multiples: Array) -> tuple[Array, Array]:
    """Of each row whether there is a scale, f32[rows], with which the products of the ``multiples`` round to the row;
    and the scale. The largest multiple tells it, but for the last bit or two."""
    places = np.abs(multiples).argmax(axis=1)[:, None]
    largest, most = (np.take_along_axis(array, places, 1)[:, 0] for array in (rows, multiples))
    guess = np.divide(largest, most, out=np.zeros_like(largest), where=most != 0)
    found, scales = np.zeros(len(rows), bool), guess.copy()
    for step in (0, 1, -1, 2, -2):
        left = np.flatnonzero(~found)
        if not left.size:
            break
        tried = (guess[left].view(np.int32) + step).view(np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            fits = (multiples[left] * tried[:, None] == rows[left]).all(axis=1)
        found[left[fits]], scales[left[fits]] = True, tried[fits]
    return found, scales
