"""Packing: the columns of a matrix copied into the order in which a register tile reads them,
[depth][vectors][lanes]."""

from __future__ import annotations

from dldt.codegen.kernels.batch_matmul.tile_emitter import ColumnPointers
from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.transpose import transposed


class PackColumns:
    """Writes the code that packs one column tile of ``depth`` rows into ``scratch``."""

    def __init__(self, b: Builder, arithmetic: Arithmetic, lanes: int, depth: int, scratch: Ir) -> None:
        self.b = b
        self.lanes = lanes
        self.depth = depth
        self.scratch = scratch
        self.kind = arithmetic.weight_type(lanes)
        self.size = arithmetic.weights.size

    def copy(self, source: ColumnPointers) -> None:
        """Pack from rows in memory: the columns of a row are adjacent."""
        b, size = self.b, self.size * self.lanes
        stride = b.index(source.depth) if isinstance(source.depth, int) else source.depth
        with b.loop(b.index(0), b.index(self.depth), 1, stem="pack") as loop:
            line = self._at(source.pointer, b.mul(loop.index, stride))
            packed = self._at(self.scratch, b.mul(loop.index, b.index(len(source.masks) * size)))
            for k, mask in enumerate(source.masks):
                value = self._load(self._at(line, b.index(k * size)), mask)
                b.store(value, self._at(packed, b.index(k * size)), size)

    def transpose(self, source: Ir, line: int | Ir, vectors: int, left: Ir | None, *, over_readable: bool) -> None:
        """Pack from columns in memory: the elements of a column are adjacent, and columns are ``line`` bytes apart.
        Only ``left`` columns exist (None: all); the last one is repeated in place of the others. Where memory may not
        be over-read, the end of each column is read with a mask."""
        b, lanes = self.b, self.lanes
        whole, rest = divmod(self.depth, lanes)
        with b.loop(b.index(0), b.index(vectors), 1, stem="column") as loop:
            first = b.mul(loop.index, b.index(lanes))
            starts = [self._start(source, line, b.add(first, b.index(k)), left) for k in range(lanes)]
            packed = self._at(self.scratch, b.mul(first, b.index(self.size)))
            with b.loop(b.index(0), b.index(whole * lanes), lanes, stem="pack") as steps:
                self._block(starts, steps.index, packed, vectors, lanes, None)
            if rest:
                few = b.compare("lt", b.iota("i64", lanes), b.splat(b.index(rest), lanes))
                self._block(starts, b.index(whole * lanes), packed, vectors, rest, None if over_readable else few)

    def _start(self, source: Ir, line: int | Ir, column: Ir, left: Ir | None) -> Ir:
        b = self.b
        if left is not None:
            column = b.intrinsic("llvm.smin", "i64", column, b.sub(left, b.index(1)))
        return self._at(source, b.mul(column, b.index(line) if isinstance(line, int) else line))

    def _block(self, starts: list[Ir], step: Ir, packed: Ir, vectors: int, count: int, mask: Ir | None) -> None:
        """Transpose ``count`` steps of as many columns as a vector has lanes."""
        b, line = self.b, self.size * self.lanes
        lines = [self._load(self._at(start, b.mul(step, b.index(self.size))), mask) for start in starts]
        target = self._at(packed, b.mul(step, b.index(vectors * line)))
        for k, value in enumerate(transposed(b, lines, count)):
            b.store(value, self._at(target, b.index(k * vectors * line)), line)

    def _at(self, pointer: Ir, offset: Ir) -> Ir:
        return pointer if offset.name == "0" else self.b.emit("ptr", f"getelementptr i8, {pointer}, {offset}")

    def _load(self, pointer: Ir, mask: Ir | None) -> Ir:
        b, size = self.b, self.size
        return b.load(self.kind, pointer, size) if mask is None else b.masked_load(self.kind, pointer, mask, size)
