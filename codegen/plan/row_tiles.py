"""Which kernels run in turns, one tile of image rows at a time, so that the tensors between them stay in the cache."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.loop.reach import Reach
from dldt.codegen.target import Target
from dldt.compiler.dims import Dim

TILES = (16, 12, 8, 6, 4, 3, 2, 1)
"""Tile sizes to try, in units of work, the largest first."""

WIDER = 1.5
"""How many times wider than a large one an image of unknown size may be, so that its line buffers still fit the
cache."""


@attrs.frozen
class Link:
    """The tensor between two kernels: images of ``rows`` rows of ``row`` bytes (all channels). The first kernel makes
    ``made`` rows at a time. ``reach`` says which rows the second one reads for a unit of its work. Where the size of an
    image is not known, ``row`` and ``rows`` are those of a large one, and ``bytes`` says how large it is."""

    row: int
    rows: int
    reach: Reach
    made: int = 1
    bytes: Dim | None = None

    @property
    def size(self) -> int:
        """Bytes of an image."""
        return self.row * self.rows

    @property
    def held(self) -> int:
        """Bytes for each row that line buffers hold."""
        return self.row if self.bytes is None else round(WIDER * self.row)


@attrs.frozen
class TiledRun:
    """Kernels that run in turns over the links ``[first, stop)``: in each turn ``tile`` units of the last one's work
    (rows, mostly)."""

    first: int
    stop: int
    tile: int


def is_worth(size: int, target: Target) -> bool:
    """Whether row tiling is worth it for a tensor of ``size`` bytes: the last-level cache does not keep it until it is
    read."""
    return size >= worth_from(target)


def worth_from(target: Target) -> int:
    """The least bytes of a tensor for which row tiling is worth it."""
    return target.l3 // 16 + 1


def room(target: Target) -> int:
    """The most bytes that the line buffers of a run may take: the second-level cache keeps them beside the weights."""
    return target.l2 * 3 // 4


def choose_cuts(links: Sequence[Link | None], target: Target) -> list[TiledRun]:
    """Cut a sequence of kernels into runs, by the links between them (None: a tensor that must be stored).

    A run whose line buffers do not fit the second-level cache is cut at its smallest link.
    """
    worth = [k for k, link in enumerate(links) if link is not None and is_worth(link.size, target)]
    starts = [k for k in worth if k - 1 not in worth]
    stops = [k + 1 for k in worth if k + 1 not in worth]
    return [cut for first, stop in zip(starts, stops, strict=True) for cut in _cut(links, first, stop, target)]


def _cut(links: Sequence[Link | None], first: int, stop: int, target: Target) -> list[TiledRun]:
    if first == stop:
        return []
    run = [link for link in links[first:stop] if link is not None]
    for tile in TILES:
        if sum(k.held * rows for k, rows in zip(run, line_buffers(run, tile), strict=True)) <= room(target):
            return [TiledRun(first, stop, tile)]
    least = first + min(range(len(run)), key=lambda k: run[k].size)
    return _cut(links, first, least, target) + _cut(links, least + 1, stop, target)


def line_buffers(links: Sequence[Link], tile: int) -> list[int]:
    """The most rows of each link that are held at a time: the sizes of the line buffers."""
    found: list[int] = []
    units = tile
    for link in reversed(links):
        # The first unit may begin before the first row that is read, and the last one may end after the last row.
        read = link.reach.rows(units) + 2 * (link.made - 1)
        most = read if link.bytes is not None else min(link.rows, read)
        units = -(-most // link.made)
        found.append(min(read, units * link.made))
    return found[::-1]
