"""Running sums as one LLVM function.

The tensor is seen as [rows, steps, columns]. Neighbouring columns are summed side by side, a vector of them at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, VALUE_TYPES, Ir, vector
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Symbol, product

COLUMNS = 64
"""Columns that are summed side by side."""

_FEWER = 16
"""Of the last columns, so many."""


def emit_running_sum(
    b: Builder,
    name: str,
    axis: int,
    exclusive: bool,
    reverse: bool,
    source: Buffer,
    output: Buffer,
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(x, output, symbols…, lo, hi)``; the range counts blocks of columns, row by row."""
    with b.function(name, parameters([source, output], symbols, written=output, alias=alias)) as arguments:
        x, out, *rest = arguments
        lower, upper = rest[-2:]
        scope, dims = Scope(dict(zip(symbols, rest, strict=False))), ExpressionEmitter(b, {}, 0)
        steps, columns = (dims.dim(n, scope) for n in (source.shape[axis], product(source.shape[axis + 1 :])))
        blocks = b.binary("udiv", b.add(columns, b.index(COLUMNS - 1)), b.index(COLUMNS))
        row = _Rows(b, source, x, out, steps, columns, exclusive, reverse)
        with b.loop(lower, upper, stem="block") as loop:
            number = b.binary("udiv", loop.index, blocks)
            first = b.mul(b.sub(loop.index, b.mul(number, blocks)), b.index(COLUMNS))
            end = b.intrinsic("llvm.smin", "i64", b.add(first, b.index(COLUMNS)), columns)
            begin = b.mul(number, b.mul(steps, columns))
            whole = b.compare("eq", b.sub(end, first), b.index(COLUMNS))
            with b.when(whole):
                row.sum(b.add(begin, first), COLUMNS)
            with b.when(b.binary("xor", whole, b.const("i1", 1))):
                vectors = b.sub(end, b.binary("and", b.sub(end, first), b.index(_FEWER - 1)))
                with b.loop(first, vectors, _FEWER, stem="columns") as each:
                    row.sum(b.add(begin, each.index), _FEWER)
                with b.loop(vectors, end, stem="column") as each:
                    row.sum(b.add(begin, each.index), 0)


class _Rows:
    """Sums from place to place."""

    def __init__(
        self, b: Builder, source: Buffer, x: Ir, out: Ir, steps: Ir, columns: Ir, exclusive: bool, reverse: bool
    ) -> None:
        self.b, self.dtype, self.x, self.out = b, source.dtype, x, out
        self.steps, self.columns, self.exclusive, self.reverse = steps, columns, exclusive, reverse

    def sum(self, begin: Ir, lanes: int) -> None:
        """The running sums of ``lanes`` columns from ``begin`` on. Each sum is rounded to the type of the elements."""
        b = self.b
        stored = vector(LLVM_TYPES[self.dtype], lanes)
        number = vector(VALUE_TYPES[self.dtype], lanes)
        narrow = VALUE_TYPES[self.dtype] in ("half", "bfloat")
        kind = vector("float" if narrow else VALUE_TYPES[self.dtype], lanes)
        none = b.const(kind, -0.0 if self.dtype.is_float and not self.exclusive else 0)  # -0.0 + x is x, whatever x is
        last, size = b.sub(self.steps, b.index(1)), self.dtype.size

        def wide(bits: Ir) -> Ir:
            given = b.bitcast(bits, number)
            return b.convert(given, "float") if narrow else given

        def kept(total: Ir) -> Ir:
            return b.bitcast(b.convert(total, VALUE_TYPES[self.dtype]), stored) if narrow else total

        with b.loop(b.index(0), self.steps, carried=[kept(none)], stem="step") as loop:
            (before,) = loop.carried
            step = b.sub(last, loop.index) if self.reverse else loop.index
            place = b.mul(b.add(begin, b.mul(step, self.columns)), b.index(size))
            element = b.load(stored, b.gep(self.x, place), size)
            total = kept(b.add(wide(before), wide(element)))
            b.store(before if self.exclusive else total, b.gep(self.out, place), size)
            loop.yields = [total]
