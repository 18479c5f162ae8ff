"""Transposes vectors of channels, one for each pixel, into vectors of pixels, one for each channel."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir


def transposed(b: Builder, rows: Sequence[Ir], count: int) -> list[Ir]:
    """The first ``count`` columns of a matrix whose rows are vectors, with at most as many rows as a vector has lanes:
    ``result[k][r] = rows[r][k]``. Lanes without a row are undefined."""
    lanes = rows[0].lanes
    width = 1
    while width < count:
        width *= 2
    every = [*rows, *([rows[0]] * (lanes - len(rows)))]
    if width == lanes:
        return _square(b, every)[:count]
    parts = _side_by_side(b, every, width)
    if width == 1:
        return parts
    # Each part now holds lanes // width rows of width channels. Each channel is gathered from all parts.
    found = []
    for channel in range(count):
        pick = range(channel, lanes, width)
        both = [*pick, *(lanes + lane for lane in pick)]
        pieces = [_shuffle(b, parts[k], parts[k + 1], both) for k in range(0, width, 2)]
        found += _side_by_side(b, pieces, len(both))
    return found


def interleaved(b: Builder, rows: Sequence[Ir], times: int) -> list[Ir]:
    """A matrix of 2^times rows, all lanes of the vectors in order, transposed: every time, the lanes of the first half
    of the vectors alternate with those of the second half. Numbers of rows and vectors are powers of two."""
    found, lanes = list(rows), rows[0].lanes
    low = [k // 2 + lanes * (k % 2) for k in range(lanes)]
    high = [place + lanes // 2 for place in low]
    for _ in range(times):
        pairs = zip(found[: len(found) // 2], found[len(found) // 2 :], strict=True)
        found = [_shuffle(b, x, y, order) for x, y in pairs for order in (low, high)]
    return found


def _square(b: Builder, rows: Sequence[Ir]) -> list[Ir]:
    """Transpose a square of as many vectors as they have lanes: at every scale, the two off-diagonal blocks are
    swapped."""
    found, lanes = list(rows), len(rows)
    distance = lanes // 2
    while distance:
        upper = [j + lanes - distance if j & distance else j for j in range(lanes)]
        lower = [j + lanes if j & distance else j + distance for j in range(lanes)]
        for i in (i for i in range(lanes) if not i & distance):
            pair = found[i], found[i + distance]
            found[i], found[i + distance] = _shuffle(b, *pair, upper), _shuffle(b, *pair, lower)
        distance //= 2
    return found


def _side_by_side(b: Builder, parts: Sequence[Ir], filled: int) -> list[Ir]:
    """Vectors of which only the first ``filled`` lanes are used, joined in order to full ones."""
    lanes = parts[0].lanes
    found = list(parts)
    while filled < lanes:
        mask = [*range(filled), *range(lanes, lanes + filled)]
        found = [_shuffle(b, found[k], found[k + 1], mask) for k in range(0, len(found), 2)]
        filled *= 2
    return found


def _shuffle(b: Builder, x: Ir, y: Ir, mask: Sequence[int]) -> Ir:
    """The lanes that ``mask`` picks from the two vectors; the rest is undefined."""
    lanes = x.lanes
    places = [*(f"i32 {k}" for k in mask), *(["i32 poison"] * (lanes - len(mask)))]
    return b.emit(x.type, f"shufflevector {x}, {y}, <{lanes} x i32> <{', '.join(places)}>")
