"""Where the best elements along an axis stand, as one LLVM function.

The tensor is seen as [rows, steps, columns]. Neighbouring columns are searched side by side, vectors of them at a time:
the best elements so far and their steps stay in registers, so that every element is read once.
"""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, VALUE_TYPES, Ir, vector
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.best_place import FEWER, BestPlace
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Symbol, product
from dldt.compiler.types import DType

COLUMNS = 64
"""Columns that threads do not share."""

_VECTORS = 4
"""Registers of elements that are searched side by side: comparisons wait for each other otherwise."""


def emit_best_place(
    b: Builder, name: str, op: BestPlace, source: Buffer, output: Buffer, symbols: Sequence[Symbol], *, alias: bool
) -> None:
    """Writes ``void @name(x, output, symbols…, lo, hi)``; the range counts blocks of columns, row by row."""
    lanes = max(FEWER, min(COLUMNS, _VECTORS * b.target.lanes(max(4, source.dtype.size))))
    with b.function(name, parameters([source, output], symbols, written=output, alias=alias)) as arguments:
        x, out, *rest = arguments
        lower, upper = rest[-2:]
        scope, dims = Scope(dict(zip(symbols, rest, strict=False))), ExpressionEmitter(b, {}, 0)
        shape = source.shape
        steps, columns = (dims.dim(n, scope) for n in (shape[op.axis], product(shape[op.axis + 1 :])))
        blocks = b.binary("udiv", b.add(columns, b.index(COLUMNS - 1)), b.index(COLUMNS))
        search = _Search(b, op, source.dtype, steps, columns, x, out)
        with b.loop(lower, upper, stem="block") as loop:
            row = b.binary("udiv", loop.index, blocks)
            first = b.mul(b.sub(loop.index, b.mul(row, blocks)), b.index(COLUMNS))
            end = b.intrinsic("llvm.smin", "i64", b.add(first, b.index(COLUMNS)), columns)
            whole = b.sub(end, b.binary("and", b.sub(end, first), b.index(lanes - 1)))
            with b.loop(first, whole, lanes, stem="columns") as each:
                search.search(row, each.index, lanes)
            # The last columns are searched together, some of them for the second time.
            few = b.compare("lt", columns, b.index(FEWER))
            with b.loop(whole, b.emit("i64", f"select {few}, {whole}, {end}"), FEWER, stem="last") as each:
                last = b.sub(columns, b.index(FEWER))
                search.search(row, b.intrinsic("llvm.smin", "i64", each.index, last), FEWER)
            with b.loop(whole, b.emit("i64", f"select {few}, {end}, {whole}"), stem="column") as each:
                search.search(row, each.index, 0)


class _Search:
    """Searches from step to step."""

    def __init__(self, b: Builder, op: BestPlace, dtype: DType, steps: Ir, columns: Ir, x: Ir, out: Ir) -> None:
        self.b, self.op, self.dtype, self.x, self.out = b, op, dtype, x, out
        self.steps, self.columns = steps, columns

    def search(self, row: Ir, column: Ir, lanes: int) -> None:
        """Stores the places of ``lanes`` columns from ``column`` on."""
        b = self.b
        begin = b.add(b.mul(row, b.mul(self.steps, self.columns)), column)
        carried = [self._load(begin, lanes), b.const(vector("i32", lanes), 0)]
        with b.loop(b.index(1), self.steps, carried=carried, stem="step") as loop:
            best, place = loop.carried
            element = self._load(b.add(begin, b.mul(loop.index, self.columns)), lanes)
            better = self._better(element, best)
            here = b.splat(b.convert(loop.index, "i32"), lanes)
            loop.yields = [b.select(better, element, best), b.select(better, here, place)]
        places = b.convert(loop.results[1], LLVM_TYPES[self.op.dtype])
        size = self.op.dtype.size
        b.store(places, b.gep(self.out, b.mul(b.add(b.mul(row, self.columns), column), b.index(size))), size)

    def _load(self, place: Ir, lanes: int) -> Ir:
        b, size = self.b, self.dtype.size
        loaded = b.load(vector(LLVM_TYPES[self.dtype], lanes), b.gep(self.x, b.mul(place, b.index(size))), size)
        number = b.bitcast(loaded, vector(VALUE_TYPES[self.dtype], lanes))
        if number.is_float:
            return b.convert(number, "double" if self.dtype is DType.f64 else "float")
        return b.convert(number, "i64" if self.dtype.size == 8 else "i32", signed=self.dtype.is_signed)

    def _better(self, element: Ir, best: Ir) -> Ir:
        """Whether the element takes the place of one before it."""
        b, largest = self.b, self.op.mode == "max"
        better = b.compare("gt" if largest else "lt", element, best, signed=self.dtype.is_signed, unordered=True)
        if not element.is_float:
            return better
        # A comparison with NaN holds: the first NaN beats every number if the largest is wanted, else every number
        # beats NaN.
        number = best if largest else element
        return b.binary("and", better, b.compare("eq", number, number))
