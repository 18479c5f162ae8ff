"""Rows written to places that data tell, as one LLVM function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, vector
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.primitive import combine, from_memory, to_memory
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Dim, Symbol

_LANES = 16


def emit_scattered_rows(
    b: Builder,
    name: str,
    reduction: str,
    dims: tuple[Dim, Dim, Dim],
    ports: Mapping[str, Buffer],
    output: Buffer,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(buffers…, output, symbols…, lo, hi)``. The range runs over columns; ``dims`` are the rows of
    data, their width, and how many are written."""
    every = [*buffers, output]
    with b.function(name, parameters(every, symbols, written=output, alias=alias)) as arguments:
        pointers = dict(zip(every, arguments, strict=False))
        rest = arguments[len(every) :]
        scope, sizes = Scope(dict(zip(symbols, rest, strict=False))), ExpressionEmitter(b, {}, 0)
        rows, width, count = (sizes.dim(dim, scope) for dim in dims)
        data, places, updates = (pointers[ports[port]] for port in ("data", "places", "updates"))
        columns = _Columns(b, output, width, rest[-2], rest[-1])
        out = pointers[output]
        with b.loop(b.index(0), rows, stem="row") as row:
            columns.write(out, row.index, data, row.index, "none")
        with b.loop(b.index(0), count, stem="update") as update:
            place = b.load("i64", b.gep(places, b.mul(update.index, b.index(8))), 8)
            # A negative place is a very large number without its sign.
            with b.when(b.compare("lt", place, rows, signed=False)):
                columns.write(out, place, updates, update.index, reduction)


class _Columns:
    """Writes the columns from ``lower`` to ``upper`` of a row, many at a time."""

    def __init__(self, b: Builder, buffer: Buffer, width: Ir, lower: Ir, upper: Ir) -> None:
        self.b, self.buffer, self.width, self.lower, self.upper = b, buffer, width, lower, upper

    def write(self, out: Ir, to: Ir, source: Ir, row: Ir, reduction: str) -> None:
        """Row ``row`` of ``source`` into row ``to`` of ``out``."""
        b = self.b
        whole = b.sub(self.upper, b.binary("and", b.sub(self.upper, self.lower), b.index(_LANES - 1)))
        with b.loop(self.lower, whole, _LANES, stem="columns") as loop:
            self._part(out, to, source, row, reduction, loop.index, _LANES)
        with b.loop(whole, self.upper, stem="column") as loop:
            self._part(out, to, source, row, reduction, loop.index, 0)

    def _part(self, out: Ir, to: Ir, source: Ir, row: Ir, reduction: str, column: Ir, lanes: int) -> None:
        b, dtype = self.b, self.buffer.dtype
        kind, size = vector(LLVM_TYPES[dtype], lanes), dtype.size
        new_at, old_at = (
            b.gep(area, b.mul(b.add(b.mul(line, self.width), column), b.index(size)))
            for area, line in ((source, row), (out, to))
        )
        new = b.load(kind, new_at, size)
        if reduction == "none":
            b.store(new, old_at, size)
            return
        old = from_memory(b, b.load(kind, old_at, size), dtype)
        made = combine(b, reduction, old, from_memory(b, new, dtype), dtype)
        b.store(to_memory(b, made, self.buffer), old_at, size)
