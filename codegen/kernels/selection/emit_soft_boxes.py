"""Soft non-maximum suppression as LLVM functions: the best box of those left is kept and makes the others' scores
smaller, until none is good enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dldt.codegen.kernels.selection.boxes import Box, Boxes
from dldt.codegen.kernels.selection.function import selection_function
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.primitive import emit_primitive
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Dim, Symbol
from dldt.compiler.types import DType


def emit_soft_boxes(
    b: Builder,
    name: str,
    centered: bool,
    rows: Dim,
    ports: Mapping[str, Buffer],
    output: Buffer,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(buffers…, output, symbols…, lo, hi)``; the range has one element. ``rows``: those of the
    output before the memory for scores."""
    with selection_function(b, name, ports, output, buffers, symbols, alias=alias) as made:
        batches, classes, size = made.dims(*ports["scores"].shape)
        (written,) = made.dims(rows)
        work = b.gep(made.output, b.mul(written, b.index(24)))
        writer = _SoftWriter(b, made.areas, made.output, work, size, centered)
        with b.loop(b.index(0), batches, stem="batch") as batch, b.loop(b.index(0), classes, stem="class") as kind:
            writer.row(batch.index, kind.index, b.add(b.mul(batch.index, classes), kind.index))
        b.store(b.load("i64", writer.kept_at, 8), made.output, 8)


def emit_soft_scores(
    b: Builder,
    name: str,
    centered: bool,
    ports: Mapping[str, Buffer],
    output: Buffer,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(buffers…, output, symbols…, lo, hi)``; the range has one element. The triples of a class lie
    one behind the other, in the order in which they were kept."""
    with selection_function(b, name, ports, output, buffers, symbols, alias=alias) as made:
        areas = made.areas
        _, classes, size = made.dims(*ports["scores"].shape)
        (count,) = made.dims(ports["triples"].shape[0])
        geometry, decay = Boxes(b, centered), _Decay(b, areas["limits"])

        def triple(row: Ir) -> list[Ir]:
            at = b.gep(areas["triples"], b.mul(row, b.index(24)))
            return [b.load("i64", b.gep(at, b.index(8 * k)), 8) for k in range(3)]

        none = b.index(-1)
        with b.loop(b.index(0), count, carried=[none, b.index(0)], stem="kept") as loop:
            batch, kind, place = triple(loop.index)
            row = b.add(b.mul(batch, classes), kind)
            first = b.select(b.compare("eq", row, loop.carried[0]), loop.carried[1], loop.index)
            boxes = b.gep(areas["boxes"], b.mul(b.mul(batch, size), b.index(16)))
            box = geometry.load(boxes, place)
            start = b.load("float", b.gep(areas["scores"], b.mul(b.add(b.mul(row, size), place), b.index(4))), 4)
            with b.loop(first, loop.index, carried=[start], stem="before") as before:
                other = geometry.load(boxes, triple(before.index)[2])
                before.yields = [b.mul(before.carried[0], decay.factor(geometry.overlap(other, box)))]
            b.store(before.results[0], b.gep(made.output, b.mul(loop.index, b.index(4))), 4)
            loop.yields = [row, first]


class _Decay:
    """What a kept box multiplies the score of another one by."""

    def __init__(self, b: Builder, limits: Ir) -> None:
        self.b = b
        self.least = b.load("float", limits, 4)
        self.scale = b.load("float", b.gep(limits, b.index(4)), 4)

    def factor(self, overlap: Ir) -> Ir:
        """exp(scale · overlap²)"""
        b, zero = self.b, self.b.const("float", 0.0)

        def less() -> Ir:
            return emit_primitive(b, "exp", [b.mul(self.scale, b.mul(overlap, overlap))], DType.f32, DType.f32)

        return b.choose(b.compare("gt", overlap, zero), less, lambda: b.const("float", 1.0))


class _SoftWriter:
    def __init__(self, b: Builder, areas: Mapping[str, Ir], out: Ir, work: Ir, size: Ir, centered: bool) -> None:
        self.b, self.areas, self.out, self.work, self.size = b, areas, out, work, size
        self.geometry, self.decay = Boxes(b, centered), _Decay(b, areas["limits"])
        self.kept_at = b.emit("ptr", "alloca i64, align 8")
        b.store(b.index(0), self.kept_at, 8)
        self.most = b.load("i64", areas["most_kept"], 8)

    def row(self, batch: Ir, kind: Ir, row: Ir) -> None:
        """Keep boxes of one class."""
        b = self.b
        first = b.load("i64", self.kept_at, 8)
        scores = b.gep(self.areas["scores"], b.mul(b.mul(row, self.size), b.index(4)))
        boxes = b.gep(self.areas["boxes"], b.mul(b.mul(batch, self.size), b.index(16)))
        with b.loop(b.index(0), self.size, stem="score") as copy:
            b.store(b.load("float", self._at(scores, copy.index), 4), self._at(self.work, copy.index), 4)
        enough = b.compare("gt", self.most, b.index(0))
        with b.loop(b.index(0), self.size, carried=[enough], stem="box", guarded=True) as loop:
            best, place = self._best()
            good = b.compare("gt", best, self.decay.least)
            with b.when(good):
                kept = b.load("i64", self.kept_at, 8)
                at = b.gep(self.out, b.mul(b.add(kept, b.index(1)), b.index(24)))
                for k, value in enumerate((batch, kind, place)):
                    b.store(value, b.gep(at, b.index(8 * k)), 8)
                b.store(b.add(kept, b.index(1)), self.kept_at, 8)
                b.store(b.const("float", float("-inf")), self._at(self.work, place), 4)
                self._weaken(boxes, self.geometry.load(boxes, place))
            more = b.compare("lt", b.sub(b.load("i64", self.kept_at, 8), first), self.most)
            loop.yields = [b.binary("and", good, more)]

    def _best(self) -> tuple[Ir, Ir]:
        """The best score that is left, and where it stands; of equals the first."""
        b = self.b
        none = [b.const("float", float("-inf")), b.index(0)]
        with b.loop(b.index(0), self.size, carried=none, stem="best") as loop:
            score = b.load("float", self._at(self.work, loop.index), 4)
            better = b.compare("gt", score, loop.carried[0])
            found = (score, loop.index)
            loop.yields = [b.select(better, new, old) for new, old in zip(found, loop.carried, strict=True)]
        return loop.results[0], loop.results[1]

    def _weaken(self, boxes: Ir, kept: Box) -> None:
        """Make the scores of all boxes that overlap the kept one smaller. Those that are kept stay at -inf."""
        b = self.b
        with b.loop(b.index(0), self.size, stem="other") as loop:
            at = self._at(self.work, loop.index)
            score = b.load("float", at, 4)
            with b.when(b.compare("gt", score, b.const("float", float("-inf")))):
                overlap = self.geometry.overlap(kept, self.geometry.load(boxes, loop.index))
                b.store(b.mul(score, self.decay.factor(overlap)), at, 4)

    def _at(self, base: Ir, place: Ir) -> Ir:
        return self.b.gep(base, self.b.mul(place, self.b.index(4)))
