"""Packing: the columns of a matrix copied into the order in which a register tile reads them,
[steps][vectors][lanes][elements of a step]."""

from __future__ import annotations

from dldt.codegen.kernels.batch_matmul.tile_emitter import ColumnPointers
from dldt.codegen.llvm.arithmetic import Arithmetic
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import LLVM_TYPES, VALUE_TYPES, Ir, vector
from dldt.codegen.llvm.primitive import from_memory
from dldt.codegen.llvm.transpose import transposed
from dldt.compiler.types import DType


class PackColumns:
    """Writes the code that packs one column tile of ``depth`` rows into ``scratch``. The matrix is ``stored`` in
    another type than that of packed weights where it holds bytes or half precision. A step that the rows do not fill
    holds anything in place of the missing ones: they are multiplied by zeros."""

    def __init__(self, b: Builder, arithmetic: Arithmetic, lanes: int, depth: int, scratch: Ir, stored: DType) -> None:
        self.b = b
        self.arithmetic = arithmetic
        self.products = arithmetic.products
        self.lanes = lanes
        self.depth = depth
        self.scratch = scratch
        self.stored = stored
        self.size = arithmetic.vector_size(lanes)
        """Bytes of a packed vector."""

    def copy(self, source: ColumnPointers) -> None:
        """Pack from rows in memory: the columns of a row are adjacent."""
        b = self.b
        steps, rest = divmod(self.depth, self.products)
        with b.loop(b.index(0), b.index(steps), 1, stem="pack") as loop:
            self._rows(source, loop.index, self.products)
        if rest:
            self._rows(source, b.index(steps), rest)

    def _rows(self, source: ColumnPointers, step: Ir, count: int) -> None:
        """Pack the ``count`` rows of a step."""
        b = self.b
        stride = b.index(source.depth) if isinstance(source.depth, int) else source.depth
        first = b.mul(step, b.index(self.products))
        lines = [self._at(source.pointer, b.mul(b.add(first, b.index(k)), stride)) for k in range(count)]
        packed = self._at(self.scratch, b.mul(step, b.index(len(source.masks) * self.size)))
        for k, mask in enumerate(source.masks):
            place = b.index(k * self.lanes * self.stored.size)
            values = [self._load(self._at(line, place), self.lanes, mask) for line in lines]
            self._store(self._joined(values), self._at(packed, b.index(k * self.size)))

    def _joined(self, values: list[Ir]) -> Ir:
        """The elements of some rows, those of a column side by side."""
        b, bits = self.b, 8 * self.stored.size
        if self.products == 1:
            return values[0]
        wide = [b.convert(value, f"i{bits * self.products}", signed=False) for value in values]
        total = wide[0]
        for k, value in enumerate(wide[1:], 1):
            total = b.binary("or", total, b.binary("shl", value, b.like(value, bits * k)))
        return b.bitcast(total, vector(LLVM_TYPES[self.stored], self.lanes * self.products))

    def transpose(self, source: Ir, line: int | Ir, vectors: int, left: Ir | None, *, over_readable: bool) -> None:
        """Pack from columns in memory: the elements of a column are adjacent, and columns are ``line`` bytes apart.
        Only ``left`` columns exist (None: all); the last one is repeated in place of the others. Where memory may not
        be over-read, the end of each column is read with a mask."""
        b, lanes, taken = self.b, self.lanes, self.lanes * self.products
        whole, rest = divmod(self.depth, taken)
        with b.loop(b.index(0), b.index(vectors), 1, stem="column") as loop:
            first = b.mul(loop.index, b.index(lanes))
            starts = [self._start(source, line, b.add(first, b.index(k)), left) for k in range(lanes)]
            packed = self._at(self.scratch, b.mul(loop.index, b.index(self.size)))
            with b.loop(b.index(0), b.index(whole), 1, stem="pack") as blocks:
                self._block(starts, blocks.index, packed, vectors, lanes, None)
            if rest:
                few = b.compare("lt", b.iota("i64", taken), b.splat(b.index(rest), taken))
                steps = -(-rest // self.products)
                self._block(starts, b.index(whole), packed, vectors, steps, None if over_readable else few)

    def _start(self, source: Ir, line: int | Ir, column: Ir, left: Ir | None) -> Ir:
        b = self.b
        if left is not None:
            column = b.intrinsic("llvm.smin", "i64", column, b.sub(left, b.index(1)))
        return self._at(source, b.mul(column, b.index(line) if isinstance(line, int) else line))

    def _block(self, starts: list[Ir], number: Ir, packed: Ir, vectors: int, count: int, mask: Ir | None) -> None:
        """Transpose ``count`` steps of as many columns as a vector has lanes."""
        b, taken = self.b, self.lanes * self.products
        offset = b.mul(number, b.index(taken * self.stored.size))
        lines = [self._load(self._at(start, offset), taken, mask) for start in starts]
        if self.products > 1:
            step = vector(f"i{8 * self.stored.size * self.products}", self.lanes)
            lines = [b.bitcast(line, step) for line in lines]
        target = self._at(packed, b.mul(number, b.index(self.lanes * vectors * self.size)))
        for k, value in enumerate(transposed(b, lines, count)):
            elements = b.bitcast(value, vector(LLVM_TYPES[self.stored], taken))
            self._store(elements, self._at(target, b.index(k * vectors * self.size)))

    def _at(self, pointer: Ir, offset: Ir) -> Ir:
        return pointer if offset.name == "0" else self.b.emit("ptr", f"getelementptr i8, {pointer}, {offset}")

    def _load(self, pointer: Ir, count: int, mask: Ir | None) -> Ir:
        b, kind, size = self.b, vector(LLVM_TYPES[self.stored], count), self.stored.size
        return b.load(kind, pointer, size) if mask is None else b.masked_load(kind, pointer, mask, size)

    def _store(self, value: Ir, pointer: Ir) -> None:
        """Store elements in the type of packed weights. Bytes of the other sign are moved by 128."""
        b, weights = self.b, self.arithmetic.weights
        if weights.is_float:
            value = from_memory(b, value, self.stored)
        elif weights.size > self.stored.size:
            value = b.convert(value, VALUE_TYPES[weights], signed=self.stored.is_signed)
        elif weights is not self.stored:
            value = b.binary("xor", value, b.like(value, 0x80))
        b.store(value, pointer, weights.size)
