"""The best elements of each row as one LLVM function.

A row is read in blocks. An element whose key is better than that of the worst element that is kept becomes a candidate.
When there are as many candidates as memory for them, they are sorted, and the best ``count`` are kept: n elements take
at most n log(count) steps, and most blocks of a long row have no candidate at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.kernels.selection.keys import key_bits, keys
from dldt.codegen.kernels.selection.sort import MergeSort
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, VALUE_TYPES, Ir, vector
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ranked import Ranked, entry_words
from dldt.compiler.dims import Symbol

BLOCK = 16


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
        writer = _RowWriter(b, op, source)
        writer.sizes(size, count, capacity)
        with b.loop(rest[-2], rest[-1], stem="row") as loop:
            row = b.gep(x, b.mul(loop.index, b.mul(size, b.index(source.dtype.size))))
            memory = b.gep(out, b.mul(loop.index, b.mul(width, b.index(8))))
            writer.row(row, memory)


class _RowWriter:
    def __init__(self, b: Builder, op: Ranked, source: Buffer) -> None:
        self.b, self.op, self.dtype = b, op, source.dtype
        self.kind = LLVM_TYPES[source.dtype]
        self.entry = 64 * entry_words(source.dtype)
        self.order = MergeSort(b, self.entry)
        self.held, self.limit = (b.emit("ptr", f"alloca i{bits}, align 16") for bits in (64, self.entry))

    def sizes(self, size: Ir, count: Ir, capacity: Ir) -> None:
        """The elements of a row, those that are wanted, and the candidates that memory is there for."""
        self.size, self.count, self.capacity = size, count, capacity

    def row(self, row: Ir, memory: Ir) -> None:
        """Find the best elements of one row."""
        b = self.b
        other = b.gep(memory, b.mul(self.capacity, b.index(self.entry // 8)))
        b.store(b.index(0), self.held, 8)
        b.store(b.const(f"i{self.entry}", -1), self.limit, 8)
        with b.loop(b.index(0), self.size, BLOCK, stem="block") as loop:
            end = b.intrinsic("llvm.smin", "i64", b.add(loop.index, b.index(BLOCK)), self.size)
            with b.when(self._promising(row, loop.index, end)):
                self._append(row, memory, loop.index, end)
                full = b.compare("gt", b.load("i64", self.held, 8), b.sub(self.capacity, b.index(BLOCK + 1)))
                with b.when(full):
                    self._keep_best(memory, other)
        held = b.load("i64", self.held, 8)
        self.order.sort(memory, other, held)
        if self.op.by_position:
            self._sort_by_position(memory, other)
        with b.loop(b.index(0), self.count, stem="answer") as loop:
            entry = b.convert(self.order.load(memory, loop.index), "i64")
            at = entry if self.entry > 64 else b.binary("and", entry, b.index(2**32 - 1))
            b.store(at, b.gep(memory, b.mul(loop.index, b.index(8))), 8)

    def _promising(self, row: Ir, start: Ir, end: Ir) -> Ir:
        """Whether a block may hold a candidate. A block that is not whole is looked at element by element."""
        b = self.b
        if self.entry > 64:
            return b.const("i1", 1)
        whole = b.compare("eq", b.sub(end, start), b.index(BLOCK))

        def found() -> Ir:
            loaded = b.load(vector(self.kind, BLOCK), self._at(row, start), self.dtype.size)
            block = keys(b, self._number(loaded), self.dtype, self.op.mode)
            worst = b.emit("i32", f"trunc {self._high(b.load('i64', self.limit, 8))} to i32")
            hits = b.compare("le", block, worst, signed=False)
            bits = b.bitcast(hits, f"i{BLOCK}")
            return b.compare("ne", bits, b.const(f"i{BLOCK}", 0))

        return b.choose(whole, found, lambda: b.const("i1", 1))

    def _number(self, loaded: Ir) -> Ir:
        """What was loaded, as a number of its type."""
        return self.b.bitcast(loaded, vector(VALUE_TYPES[self.dtype], loaded.lanes))

    def _high(self, entry: Ir) -> Ir:
        return self.b.binary("lshr", entry, self.b.index(32))

    def _at(self, row: Ir, position: Ir) -> Ir:
        return self.b.gep(row, self.b.mul(position, self.b.index(self.dtype.size)))

    def _append(self, row: Ir, memory: Ir, start: Ir, end: Ir) -> None:
        """Add the elements of a block that are better than the worst one that is kept."""
        b = self.b
        limit = b.load(f"i{self.entry}", self.limit, 8)
        with b.loop(start, end, carried=[b.load("i64", self.held, 8)], stem="each") as loop:
            (held,) = loop.carried
            x = self._number(b.load(self.kind, self._at(row, loop.index), self.dtype.size))
            entry = self._entry(keys(b, x, self.dtype, self.op.mode), loop.index)
            b.store(entry, self.order.at(memory, held), 8)
            better = b.compare("lt", entry, limit, signed=False)
            loop.yields = [b.add(held, b.emit("i64", f"zext {better} to i64"))]
        b.store(loop.results[0], self.held, 8)

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
