"""Non-maximum suppression as one LLVM function: boxes in the order of their scores, each against those kept before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dldt.codegen.kernels.selection.boxes import Boxes
from dldt.codegen.kernels.selection.function import selection_function
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.kept_boxes import KeptBoxes
from dldt.compiler.dims import Symbol


def emit_boxes(
    b: Builder,
    name: str,
    problem: KeptBoxes,
    ports: Mapping[str, Buffer],
    output: Buffer,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(buffers…, output, symbols…, lo, hi)``; the range has one element."""
    with selection_function(b, name, ports, output, buffers, symbols, alias=alias) as made:
        batches, classes, size = made.dims(*ports["scores"].shape)
        (width,) = made.dims(ports["ranked"].shape[-1])
        writer = _BoxWriter(b, made.areas, made.output, size, problem)
        writer.begin()
        with b.loop(b.index(0), batches, stem="batch") as batch, b.loop(b.index(0), classes, stem="class") as kind:
            row = b.add(b.mul(batch.index, classes), kind.index)
            writer.row(batch.index, kind.index, row, width)
        writer.finish()


class _BoxWriter:
    def __init__(self, b: Builder, areas: Mapping[str, Ir], out: Ir, size: Ir, problem: KeptBoxes) -> None:
        self.b, self.areas, self.out, self.size, self.problem = b, areas, out, size, problem
        self.boxes = Boxes(b, problem.centered, problem.least_side)
        self.end = size
        if problem.candidates is not None:
            limit = b.index(max(problem.candidates, 0))
            self.end = b.select(b.compare("lt", size, limit), size, limit)

    def begin(self) -> None:
        """Read the limits."""
        b = self.b
        self.kept_at = b.emit("ptr", "alloca i64, align 8")
        b.store(b.index(0), self.kept_at, 8)
        self.most = b.load("i64", self.areas["most_kept"], 8)
        self.overlap = b.load("float", self.areas["limits"], 4)
        self.limit_at = b.emit("ptr", "alloca float, align 4")
        self.least = b.load("float", b.gep(self.areas["limits"], b.index(4)), 4)

    def finish(self) -> None:
        """Write the number of all kept boxes."""
        b = self.b
        b.store(b.load("i64", self.kept_at, 8), self.out, 8)

    def row(self, batch: Ir, kind: Ir, row: Ir, width: Ir) -> None:
        """Keep boxes of one class. The loop ends at the first score that is too small, and when enough are kept."""
        b = self.b
        first = b.load("i64", self.kept_at, 8)
        ranked = b.gep(self.areas["ranked"], b.mul(b.mul(row, width), b.index(8)))
        scores = b.gep(self.areas["scores"], b.mul(b.mul(row, self.size), b.index(4)))
        boxes = b.gep(self.areas["boxes"], b.mul(b.mul(batch, self.size), b.index(16)))
        enough = b.compare("gt", self.most, b.index(0))
        b.store(self.overlap, self.limit_at, 4)
        with b.loop(b.index(0), self.end, carried=[enough], stem="box", guarded=True) as loop:
            place = b.load("i64", b.gep(ranked, b.mul(loop.index, b.index(8))), 8)
            score = b.load("float", b.gep(scores, b.mul(place, b.index(4))), 4)
            good = b.compare("gt", score, self.least)
            box = self.boxes.load(boxes, place)
            kept = b.load("i64", self.kept_at, 8)
            with b.loop(first, kept, carried=[good], stem="other", guarded=True) as other:
                number = b.add(b.mul(other.index, b.index(3)), b.index(5))
                known = b.load("i64", b.gep(self.out, b.mul(number, b.index(8))), 8)
                overlap = self.boxes.overlap(box, self.boxes.load(boxes, known))
                above = b.compare("ge" if self.problem.inclusive else "gt", overlap, b.load("float", self.limit_at, 4))
                other.yields = [b.binary("xor", above, b.const("i1", 1))]
            with b.when(other.results[0]):
                at = b.gep(self.out, b.mul(b.add(kept, b.index(1)), b.index(24)))
                for k, value in enumerate((batch, kind, place)):
                    b.store(value, b.gep(at, b.index(8 * k)), 8)
                b.store(b.add(kept, b.index(1)), self.kept_at, 8)
                self._shrink()
            more = b.compare("lt", b.sub(b.load("i64", self.kept_at, 8), first), self.most)
            loop.yields = [b.binary("and", good, more)]

    def _shrink(self) -> None:
        """A box that is kept makes the limit smaller."""
        b, eta = self.b, self.problem.eta
        if eta >= 1:
            return
        limit = b.load("float", self.limit_at, 4)
        smaller = b.select(b.compare("gt", limit, b.const("float", 0.5)), b.mul(limit, b.const("float", eta)), limit)
        b.store(smaller, self.limit_at, 4)
