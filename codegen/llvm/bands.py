"""Calls in turns, a band of image rows at a time, with windows of rows between them.

Picture of three stages, each reading three rows of the one before (``·`` not yet made, ``#`` held, ``-`` gone)::

    stage 0, window 0   - - - # # # # # · · ·     made as far as stage 1 will read
    stage 1, window 1   - - - - # # # · · ·       made as far as stage 2 will read
    stage 2             = = = = = > > · ·         this band

Behind a band the rows that the next one reads again move to the window's beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.call import Call
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.loop.reach import Reach
from dldt.compiler.dims import Dim


@attrs.frozen
class Window:
    """The rows that lie between two stages of a chain: ``rows`` rows of ``row`` bytes of each of ``blocks`` channel
    blocks, from ``offset`` of the thread's scratch memory on. The whole image has ``height`` rows, and a unit of the
    second stage's work reads those at ``reach``."""

    blocks: int
    rows: int
    row: int
    offset: int
    height: int
    reach: Reach


@attrs.frozen
class Stage:
    """A call of a chain. Its range runs over images, ``blocks`` channel blocks, and ``units``, each of so many
    ``positions``; a unit is ``made`` rows of its output."""

    call: Call
    units: int
    made: int
    positions: int
    blocks: int


@attrs.frozen
class Bands:
    """Calls that run in turns, ``band`` units of the last one at a time. Threads share its units of all ``images``;
    each makes for itself what lies in ``windows``, which are one fewer than ``stages``."""

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
        """The last stage's units ``[low, high)``, counted through all images."""
        b, units = self.b, self.bands.stages[-1].units
        size = b.index(units)
        last = b.binary("udiv", b.add(high, b.index(units - 1)), size)
        with b.loop(b.binary("udiv", low, size), last, 1, stem="image") as image:
            before = b.mul(image.index, size)
            self._image(image.index, self._most(b.sub(low, before), 0), self._least(b.sub(high, before), units))

    def _image(self, image: Ir, begin: Ir, end: Ir) -> None:
        b, windows = self.b, self.bands.windows
        with b.loop(begin, end, self.bands.band, [*chain.from_iterable(self._next(begin))], "band") as loop:
            starts, done = loop.carried[: len(windows)], loop.carried[len(windows) :]
            stop = self._least(b.add(loop.index, b.index(self.bands.band)), end)
            needed = self._needed(done, stop)
            shifts = [self._shift(w, image, start) for w, start in zip(windows, starts, strict=True)]
            for stage, first, past in zip(self.bands.stages, [*done, loop.index], [*needed, stop], strict=True):
                self._stage(stage, image, first, past, shifts)
            kept, following = self._next(stop, needed)
            for k, (window, start, keep) in enumerate(zip(windows, starts, kept, strict=True)):
                past = b.mul(needed[k], b.index(self.bands.stages[k].made))
                self._slide(window, b.sub(keep, start), b.sub(past, keep))
            loop.yields = [*kept, *following]

    def _stage(self, stage: Stage, image: Ir, first: Ir, past: Ir, shifts: list[Ir]) -> None:
        b = self.b
        with b.loop(b.index(0), b.index(stage.blocks), 1, stem="block") as block:
            before = b.mul(b.add(b.mul(image, b.index(stage.blocks)), block.index), b.index(stage.units))
            low, high = (b.mul(b.add(before, unit), b.index(stage.positions)) for unit in (first, past))
            self.call(stage.call, low, high, shifts)

    def _next(self, unit: Ir, done: Sequence[Ir] = ()) -> tuple[list[Ir], list[Ir]]:
        """What is behind the last stage's ``unit`` and all that comes after it: of every window the first row, and the
        unit to make next where those before ``done`` are made already."""
        b = self.b
        starts: list[Ir] = []
        units: list[Ir] = []
        for k in reversed(range(len(self.bands.windows))):
            reach, made = self.bands.windows[k].reach, b.index(self.bands.stages[k].made)
            row = self._most(b.sub(b.mul(unit, b.index(reach.stride)), b.index(reach.pad)), 0)
            unit = b.binary("udiv", row, made)
            unit = self._larger(unit, done[k]) if done else unit
            starts.append(self._least(row, b.mul(unit, made)))
            units.append(unit)
        return starts[::-1], units[::-1]

    def _needed(self, done: Sequence[Ir], stop: Ir) -> list[Ir]:
        """How many units every stage but the last must have made for the last one's units before ``stop``."""
        b = self.b
        found: list[Ir] = []
        for k in reversed(range(len(self.bands.windows))):
            window, made = self.bands.windows[k], self.bands.stages[k].made
            reach = window.reach
            past = b.add(b.mul(stop, b.index(reach.stride)), b.index(reach.span - reach.stride - reach.pad))
            rows = self._most(self._least(past, window.height), 0)
            units = b.binary("udiv", b.add(rows, b.index(made - 1)), b.index(made))
            stop = self._larger(done[k], units)
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
