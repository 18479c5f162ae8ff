"""Calls in turns, a band of image rows at a time, with windows of rows between them.

Picture of three stages, each reading three rows of the one before (``·`` not yet made, ``#`` held, ``-`` gone)::

    stage 0, window 0   - - - # # # # # · · ·     made as far as stage 1 will read
    stage 1, window 1   - - - - # # # · · ·       made as far as stage 2 will read
    stage 2             = = = = = > > · ·         this band

Behind a band the rows that the next one reads again move to the window's beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.call import Call
from dldt.codegen.emit.ir import Ir
from dldt.codegen.micro.problem import Reach
from dldt.compiler.dims import Dim


@attrs.frozen
class Window:
    """The rows that lie between two stages of a chain: ``rows`` rows of ``row`` bytes of each of ``blocks`` channel
    blocks, from ``offset`` of the thread's scratch memory on. The second stage reads by ``reach``."""

    blocks: int
    rows: int
    row: int
    offset: int
    reach: Reach


@attrs.frozen
class Stage:
    """A call of a chain: images of ``rows`` output rows, each so many positions ``of_row`` of the call's range."""

    call: Call
    rows: int
    of_row: int


@attrs.frozen
class Bands:
    """Calls that run in turns, ``band`` rows of the last one's output at a time. Threads share the rows of all
    ``images``; each makes for itself what lies in ``windows``, which are one fewer than ``stages``."""

    stages: tuple[Stage, ...]
    windows: tuple[Window, ...]
    images: Dim
    band: int

    @property
    def work(self) -> Dim | None:
        """As of a call."""
        return sum((stage.call.work or 0 for stage in self.stages), start=0)


Run = Callable[[Call, Ir, Ir, list[Ir]], None]
"""Writes a call over a range; the last are bytes from the thread's scratch memory to row 0 of each window."""


@attrs.frozen
class BandWriter:
    """Writes the loops over images and bands; ``scratch`` is the thread's memory."""

    b: Builder
    bands: Bands
    scratch: Ir
    call: Run

    def run(self, low: Ir, high: Ir) -> None:
        """The rows ``[low, high)`` of the last output, counted through all images."""
        b, rows = self.b, self.bands.stages[-1].rows
        size = b.index(rows)
        last = b.binary("udiv", b.add(high, b.index(rows - 1)), size)
        with b.loop(b.binary("udiv", low, size), last, 1, stem="image") as image:
            before = b.mul(image.index, size)
            self._image(image.index, self._most(b.sub(low, before), 0), self._least(b.sub(high, before), rows))

    def _image(self, image: Ir, begin: Ir, end: Ir) -> None:
        b, windows = self.b, self.bands.windows
        starts = self._first_rows(begin)
        with b.loop(begin, end, self.bands.band, [*starts, *starts], "band") as loop:
            held, made = loop.carried[: len(windows)], loop.carried[len(windows) :]
            stop = self._least(b.add(loop.index, b.index(self.bands.band)), end)
            needed = self._needed(made, stop)
            shifts = [self._shift(w, image, start) for w, start in zip(windows, held, strict=True)]
            for stage, first, past in zip(self.bands.stages, [*made, loop.index], [*needed, stop], strict=True):
                before = b.mul(image, b.index(stage.rows))
                low, high = (b.mul(b.add(before, row), b.index(stage.of_row)) for row in (first, past))
                self.call(stage.call, low, high, shifts)
            kept = self._first_rows(stop, needed)
            for window, start, keep, past in zip(windows, held, kept, needed, strict=True):
                self._slide(window, b.sub(keep, start), b.sub(past, keep))
            loop.yields = [*kept, *(self._larger(*rows) for rows in zip(needed, kept, strict=True))]

    def _first_rows(self, row: Ir, made: Sequence[Ir] = ()) -> list[Ir]:
        """Of every window the first row that is read for ``row`` of the last output and what comes after it; a stage
        that is further already (``made``) reads from there on."""
        b = self.b
        found: list[Ir] = []
        for k in reversed(range(len(self.bands.windows))):
            reach = self.bands.windows[k].reach
            row = self._most(b.sub(b.mul(row, b.index(reach.stride)), b.index(reach.pad)), 0)
            found.append(row)
            if made:
                row = self._larger(row, made[k])
        return found[::-1]

    def _needed(self, made: Sequence[Ir], stop: Ir) -> list[Ir]:
        """How far every window must be made for the rows before ``stop`` of the last output."""
        b = self.b
        found: list[Ir] = []
        for k in reversed(range(len(self.bands.windows))):
            reach, height = self.bands.windows[k].reach, self.bands.stages[k].rows
            past = b.add(b.mul(stop, b.index(reach.stride)), b.index(reach.span - reach.stride - reach.pad))
            stop = self._larger(made[k], self._least(past, height))
            found.append(stop)
        return found[::-1]

    def _shift(self, window: Window, image: Ir, start: Ir) -> Ir:
        """Bytes to where row 0 of the first image would be if row ``start`` of this one lies first in the window."""
        b = self.b
        before = b.mul(image, b.index(window.blocks * window.rows * window.row))
        return b.sub(b.index(window.offset), b.add(before, b.mul(start, b.index(window.row))))

    def _slide(self, window: Window, distance: Ir, count: Ir) -> None:
        """Moves ``count`` rows of every block ``distance`` rows towards the beginning."""
        b, lanes = self.b, self.b.target.block
        size = 4 * lanes
        moves = b.binary("and", b.compare("gt", distance, b.index(0)), b.compare("gt", count, b.index(0)))
        with b.when(moves), b.loop(b.index(0), b.index(window.blocks), 1, stem="block") as block:
            at = b.add(b.mul(block.index, b.index(window.rows * window.row)), b.index(window.offset))
            to = b.gep(self.scratch, at)
            source = b.gep(to, b.mul(distance, b.index(window.row)))
            with b.loop(b.index(0), b.mul(count, b.index(window.row)), size, stem="move") as move:
                value = b.load(f"<{lanes} x float>", b.gep(source, move.index), 4)
                b.store(value, b.gep(to, move.index), 4)

    def _larger(self, a: Ir, c: Ir) -> Ir:
        return self.b.intrinsic("llvm.smax", "i64", a, c)

    def _most(self, a: Ir, least: int) -> Ir:
        return self._larger(a, self.b.index(least))

    def _least(self, a: Ir, most: int | Ir) -> Ir:
        return self.b.intrinsic("llvm.smin", "i64", a, self.b.index(most) if isinstance(most, int) else most)
