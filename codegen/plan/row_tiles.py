"""Which kernels run in turns, a tile of image rows at a time, so that what is between them stays in the cache."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.loop.reach import Reach
from dldt.codegen.target import Target

TILES = (16, 12, 8, 6, 4, 3, 2, 1)
"""Units that are tried, the most first."""


@attrs.frozen
class Link:
    """The tensor between two kernels: images of ``rows`` rows of ``row`` bytes (all channels), of which the first one
    makes ``made`` at a time. ``reach``: which of them are read for a unit of the second one's work."""

    row: int
    rows: int
    reach: Reach
    made: int = 1

    @property
    def size(self) -> int:
        """Bytes of an image."""
        return self.row * self.rows


@attrs.frozen
class TiledRun:
    """Kernels in turns over the links ``[first, stop)``: ``tile`` units of the last one's work (rows mostly) a turn."""

    first: int
    stop: int
    tile: int


def is_worth(size: int, target: Target) -> bool:
    """Whether a tensor of so many bytes is: the last cache does not keep it until it is read."""
    return size > target.l3 // 16


def choose_cuts(links: Sequence[Link | None], target: Target) -> list[TiledRun]:
    """The cuts of kernels that follow one another, by the links between them (None: one that must be stored).

    A run whose line buffers do not fit the second-level cache is cut where least is lost.
    """
    worth = [k for k, link in enumerate(links) if link is not None and is_worth(link.size, target)]
    starts = [k for k in worth if k - 1 not in worth]
    stops = [k + 1 for k in worth if k + 1 not in worth]
    return [cut for first, stop in zip(starts, stops, strict=True) for cut in _cut(links, first, stop, target)]


def _cut(links: Sequence[Link | None], first: int, stop: int, target: Target) -> list[TiledRun]:
    if first == stop:
        return []
    run = [link for link in links[first:stop] if link is not None]
    room = target.l2 * 3 // 4
    for tile in TILES:
        if sum(k.row * rows for k, rows in zip(run, line_buffers(run, tile), strict=True)) <= room:
            return [TiledRun(first, stop, tile)]
    least = first + min(range(len(run)), key=lambda k: run[k].size)
    return _cut(links, first, least, target) + _cut(links, least + 1, stop, target)


def line_buffers(links: Sequence[Link], tile: int) -> list[int]:
    """The most rows of each link that are held at a time."""
    found: list[int] = []
    units = tile
    for link in reversed(links):
        # Units begin before the first row that is read, and end behind the last one.
        read = link.reach.rows(units) + 2 * (link.made - 1)
        units = -(-min(link.rows, read) // link.made)
        found.append(min(read, units * link.made))
    return found[::-1]
