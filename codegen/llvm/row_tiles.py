"""Calls that run in turns, one tile of image rows at a time, with line buffers between them.

Picture of three stages, each reading three rows of the one before (``·`` not yet made, ``#`` held, ``-`` gone)::

    stage 0, buffer 0   - - - # # # # # · · ·     made as far as stage 1 will read
    stage 1, buffer 1   - - - - # # # · · ·       made as far as stage 2 will read
    stage 2             = = = = = > > · ·         this tile

After a tile, the rows that the next tile reads again move to the start of the buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.divided import WorkLoad
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.step import Call, ProgramStep, ProgramWriter
from dldt.codegen.loop.reach import Reach
from dldt.compiler.dims import Dim


@attrs.frozen
class LineBuffer:
    """The rows kept between two stages: ``rows`` rows of ``row`` bytes for each of ``blocks`` channel blocks, at
    ``offset`` in the thread's scratch memory. The whole image has ``height`` rows. A unit of the second stage's work
    reads the rows at ``reach``."""

    blocks: int
    rows: int
    row: Dim
    offset: Dim
    height: Dim
    reach: Reach


@attrs.frozen
class RowStage:
    """A call. Its range runs over images, ``blocks`` channel blocks, and ``units``, each of ``positions`` positions. A
    unit makes ``made`` rows of the output."""

    call: Call
    units: Dim
    made: int
    positions: int
    blocks: int


@attrs.frozen
class RowTilesStep(ProgramStep):
    """Calls that run in turns, ``tile`` units of the last one at a time. Threads share the last call's units over all
    ``images``; each thread computes the rows in its own ``buffers``, of which there is one fewer than ``stages``."""

    stages: tuple[RowStage, ...]
    buffers: tuple[LineBuffer, ...]
    images: Dim
    tile: int

    @property
    def work(self) -> Dim:
        """The scalar operations of all stages."""
        return sum((stage.call.work or 0 for stage in self.stages), start=0)

    @property
    def _units(self) -> Dim:
        return self.images * self.stages[-1].units

    @property
    def load(self) -> WorkLoad:
        """See ProgramStep."""
        return WorkLoad(self.work, self._units)

    def write(self, program: ProgramWriter) -> None:
        """See ProgramStep."""
        rows = program.share(self._units)
        RowTilesWriter(program.b, self, program.scratch, program.call, program.value).run(*rows)

    def shared_work(self) -> Iterator[Dim | None]:
        """See ProgramStep."""
        yield self.work


Run = Callable[[Call, Ir, Ir, list[Ir]], None]
"""Writes a call over a range. The last argument holds, for each buffer, the bytes from the thread's scratch memory to
row 0."""


@attrs.frozen
class RowTilesWriter:
    """Writes the loops over images and row tiles. ``scratch`` is the thread's memory, ``value`` gives that of a dim."""

    b: Builder
    step: RowTilesStep
    scratch: Ir
    call: Run
    value: Callable[[Dim], Ir]

    def run(self, low: Ir, high: Ir) -> None:
        """Run the last stage's units ``[low, high)``, counted over all images."""
        b, size = self.b, self.value(self.step.stages[-1].units)
        last = b.binary("udiv", b.add(high, b.sub(size, b.index(1))), size)
        with b.loop(b.binary("udiv", low, size), last, 1, stem="image") as image:
            before = b.mul(image.index, size)
            self._image(image.index, self._most(b.sub(low, before), 0), self._least(b.sub(high, before), size))

    def _image(self, image: Ir, begin: Ir, end: Ir) -> None:
        b, buffers = self.b, self.step.buffers
        with b.loop(begin, end, self.step.tile, [*chain.from_iterable(self._next(begin))], "rows") as loop:
            starts, done = loop.carried[: len(buffers)], loop.carried[len(buffers) :]
            stop = self._least(b.add(loop.index, b.index(self.step.tile)), end)
            needed = self._needed(done, stop)
            shifts = [self._shift(w, image, start) for w, start in zip(buffers, starts, strict=True)]
            for stage, first, past in zip(self.step.stages, [*done, loop.index], [*needed, stop], strict=True):
                self._stage(stage, image, first, past, shifts)
            kept, following = self._next(stop, needed)
            for k, (buffer, start, keep) in enumerate(zip(buffers, starts, kept, strict=True)):
                past = b.mul(needed[k], b.index(self.step.stages[k].made))
                self._slide(buffer, b.sub(keep, start), b.sub(past, keep))
            loop.yields = [*kept, *following]

    def _stage(self, stage: RowStage, image: Ir, first: Ir, past: Ir, shifts: list[Ir]) -> None:
        b = self.b
        with b.loop(b.index(0), b.index(stage.blocks), 1, stem="block") as block:
            before = b.mul(b.add(b.mul(image, b.index(stage.blocks)), block.index), self.value(stage.units))
            low, high = (b.mul(b.add(before, unit), b.index(stage.positions)) for unit in (first, past))
            self.call(stage.call, low, high, shifts)

    def _next(self, unit: Ir, done: Sequence[Ir] = ()) -> tuple[list[Ir], list[Ir]]:
        """The state of the buffers before the last stage makes ``unit``: for each buffer the first row that is still
        needed, and the next unit to make, given that the units before ``done`` are made already."""
        b = self.b
        starts: list[Ir] = []
        units: list[Ir] = []
        for k in reversed(range(len(self.step.buffers))):
            reach, made = self.step.buffers[k].reach, b.index(self.step.stages[k].made)
            row = self._most(b.sub(b.mul(unit, b.index(reach.stride)), b.index(reach.pad)), 0)
            unit = b.binary("udiv", row, made)
            unit = self._larger(unit, done[k]) if done else unit
            starts.append(self._least(row, b.mul(unit, made)))
            units.append(unit)
        return starts[::-1], units[::-1]

    def _needed(self, done: Sequence[Ir], stop: Ir) -> list[Ir]:
        """How many units every stage except the last must have made before the last one can make its units before
        ``stop``."""
        b = self.b
        found: list[Ir] = []
        for k in reversed(range(len(self.step.buffers))):
            buffer, made = self.step.buffers[k], self.step.stages[k].made
            reach = buffer.reach
            past = b.add(b.mul(stop, b.index(reach.stride)), b.index(reach.span - reach.stride - reach.pad))
            rows = self._most(self._least(past, self.value(buffer.height)), 0)
            units = b.binary("udiv", b.add(rows, b.index(made - 1)), b.index(made))
            stop = self._larger(done[k], units)
            found.append(stop)
        return found[::-1]

    def _shift(self, buffer: LineBuffer, image: Ir, start: Ir) -> Ir:
        """The offset in bytes at which row 0 of the first image would lie, if row ``start`` of this image is first in
        the buffer."""
        b = self.b
        before = b.mul(image, self.value(buffer.blocks * buffer.rows * buffer.row))
        return b.sub(self.value(buffer.offset), b.add(before, b.mul(start, self.value(buffer.row))))

    def _slide(self, buffer: LineBuffer, distance: Ir, count: Ir) -> None:
        """Move ``count`` rows of every block by ``distance`` rows toward the start of the buffer."""
        b, lanes = self.b, self.b.target.block
        size = 4 * lanes
        moves = b.binary("and", b.compare("gt", distance, b.index(0)), b.compare("gt", count, b.index(0)))
        with b.when(moves), b.loop(b.index(0), b.index(buffer.blocks), 1, stem="block") as block:
            at = b.add(b.mul(block.index, self.value(buffer.rows * buffer.row)), self.value(buffer.offset))
            to = b.gep(self.scratch, at)
            row = self.value(buffer.row)
            source = b.gep(to, b.mul(distance, row))
            with b.loop(b.index(0), b.mul(count, row), size, stem="move") as move:
                value = b.load(f"<{lanes} x float>", b.gep(source, move.index), 4)
                b.store(value, b.gep(to, move.index), 4)

    def _larger(self, a: Ir, c: Ir) -> Ir:
        return self.b.intrinsic("llvm.smax", "i64", a, c)

    def _most(self, a: Ir, least: int) -> Ir:
        return self._larger(a, self.b.index(least))

    def _least(self, a: Ir, most: Ir) -> Ir:
        return self.b.intrinsic("llvm.smin", "i64", a, most)
