"""The best elements of each row as one LLVM function.

A row is read in blocks. An element whose key is better than that of the worst element that is kept becomes a candidate.
When there are as many candidates as memory for them, they are sorted, and the best ``count`` are kept: sorting takes
linear time, a refill at least ``count`` elements, and most blocks of a long row have no candidate at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.kernels.selection.keyed_row import BLOCK, KeyedRow
from dldt.codegen.kernels.selection.keys import key_bits
from dldt.codegen.kernels.selection.sort import RadixSort
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ranked import Ranked, entry_words
from dldt.compiler.dims import Symbol


def emit_ranked(
    b: Builder, name: str, op: Ranked, source: Buffer, output: Buffer, symbols: Sequence[Symbol], *, alias: bool
) -> None:
    """Writes ``void @name(x, output, symbols…, lo, hi)``. The range runs over rows."""
    with b.function(name, parameters([source, output], symbols, written=output, alias=alias)) as arguments:
        x, out, *rest = arguments
        scope = Scope(dict(zip(symbols, rest, strict=False)))
        emitter = ExpressionEmitter(b, {}, 0)
        size, count = (emitter.dim(dim, scope) for dim in (source.shape[-1], op.count))
        capacity = emitter.dim(op.capacity(source.shape[-1]), scope)
        width = emitter.dim(output.shape[-1], scope)
        writer = _RowWriter(b, op, source, whole=op.count == source.shape[-1])
        writer.sizes(size, count, capacity)
        with b.loop(rest[-2], rest[-1], stem="row") as loop:
            row = b.gep(x, b.mul(loop.index, b.mul(size, b.index(source.dtype.size))))
            memory = b.gep(out, b.mul(loop.index, b.mul(width, b.index(8))))
            writer.row(KeyedRow(b, row, source.dtype, op.mode), memory)


class _RowWriter:
    """Writes what finds the best elements of a row. An entry is the key of an element and, in the lower half, its
    position, so that of equal elements the earlier one is better. ``whole``: all elements are wanted."""

    def __init__(self, b: Builder, op: Ranked, source: Buffer, *, whole: bool) -> None:
        self.b, self.op, self.dtype, self.whole = b, op, source.dtype, whole
        self.entry = 64 * entry_words(source.dtype)
        self.order = RadixSort(b, self.entry)
        self.held, self.limit = (b.emit("ptr", f"alloca i{bits}, align 16") for bits in (64, self.entry))

    def sizes(self, size: Ir, count: Ir, capacity: Ir) -> None:
        """The elements of a row, those that are wanted, and the candidates that memory is there for."""
        self.size, self.count, self.capacity = size, count, capacity

    def row(self, row: KeyedRow, memory: Ir) -> None:
        """Find the best elements of one row."""
        b = self.b
        other = b.gep(memory, b.mul(self.capacity, b.index(self.entry // 8)))
        if self.whole:
            self._take_all(row, memory)
        else:
            self._take_candidates(row, memory, other)
        self.order.sort(memory, other, b.load("i64", self.held, 8))
        if self.op.by_position:
            self._sort_by_position(memory, other)
        with b.loop(b.index(0), self.count, stem="answer") as loop:
            entry = b.convert(self.order.load(memory, loop.index), "i64")
            at = entry if self.entry > 64 else b.binary("and", entry, b.index(2**32 - 1))
            b.store(at, b.gep(memory, b.mul(loop.index, b.index(8))), 8)

    def _take_all(self, row: KeyedRow, memory: Ir) -> None:
        b = self.b
        with b.loop(b.index(0), self.size, stem="each") as loop:
            b.store(self._entry(row.key(loop.index), loop.index), self.order.at(memory, loop.index), 8)
        b.store(self.size, self.held, 8)

    def _take_candidates(self, row: KeyedRow, memory: Ir, other: Ir) -> None:
        b = self.b
        b.store(b.index(0), self.held, 8)
        b.store(b.const(f"i{self.entry}", -1), self.limit, 8)
        shift = b.const(f"i{self.entry}", self.entry - key_bits(self.dtype))
        with b.loop(b.index(0), self.size, BLOCK, stem="block") as loop:
            limit = b.load(f"i{self.entry}", self.limit, 8)
            worst = b.convert(b.binary("lshr", limit, shift), f"i{key_bits(self.dtype)}")
            found = row.better(loop.index, self.size, worst, "le")
            with b.when(b.compare("ne", found, b.index(0))):
                self._append(row, memory, loop.index, found, limit)
                full = b.compare("gt", b.load("i64", self.held, 8), b.sub(self.capacity, b.index(BLOCK + 1)))
                with b.when(full):
                    self._keep_best(memory, other)

    def _append(self, row: KeyedRow, memory: Ir, start: Ir, found: Ir, limit: Ir) -> None:
        """Add the elements of a block that were found, if they are better than the worst one that is kept."""
        b = self.b
        number = b.intrinsic("llvm.ctpop", "i64", found)
        begin = [found, b.load("i64", self.held, 8)]
        with b.loop(b.index(0), number, carried=begin, stem="each") as loop:
            left, held = loop.carried
            at = b.add(start, b.intrinsic("llvm.cttz", "i64", left, b.const("i1", 1), suffix="i64"))
            entry = self._entry(row.key(at), at)
            b.store(entry, self.order.at(memory, held), 8)
            better = b.convert(b.compare("lt", entry, limit, signed=False), "i64")
            loop.yields = [b.binary("and", left, b.sub(left, b.index(1))), b.add(held, better)]
        b.store(loop.results[1], self.held, 8)

    def _entry(self, key: Ir, position: Ir) -> Ir:
        b, kind = self.b, f"i{self.entry}"
        shift = b.const(kind, self.entry - key_bits(self.dtype))
        high = b.binary("shl", b.emit(kind, f"zext {key} to {kind}"), shift)
        low = position if self.entry == 64 else b.emit(kind, f"zext {position} to {kind}")
        return b.binary("or", high, low)

    def _keep_best(self, memory: Ir, other: Ir) -> None:
        b = self.b
        held = b.load("i64", self.held, 8)
        self.order.sort(memory, other, held)
        kept = b.intrinsic("llvm.smin", "i64", held, self.count)
        b.store(kept, self.held, 8)
        enough = b.compare("ge", held, self.count)
        some = b.compare("gt", self.count, b.index(0))
        with b.when(b.binary("and", enough, some)):
            worst = self.order.load(memory, b.sub(self.count, b.index(1)))
            b.store(worst, self.limit, 8)

    def _sort_by_position(self, memory: Ir, other: Ir) -> None:
        """Sort the answer by position: with the halves of every entry exchanged, and exchanged back."""
        self._exchange(memory)
        self.order.sort(memory, other, self.count)
        self._exchange(memory)

    def _exchange(self, memory: Ir) -> None:
        b, kind = self.b, f"i{self.entry}"
        half = b.const(kind, self.entry // 2)
        with b.loop(b.index(0), self.count, stem="exchange") as loop:
            entry = self.order.load(memory, loop.index)
            turned = b.binary("or", b.binary("shl", entry, half), b.binary("lshr", entry, half))
            b.store(turned, self.order.at(memory, loop.index), 8)
