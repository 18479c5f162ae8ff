"""The places of the elements that are not zero, as one LLVM function."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.kernels.selection.keyed_row import BLOCK
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, VALUE_TYPES, Ir, vector
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Symbol


def emit_places(
    b: Builder, name: str, source: Buffer, output: Buffer, symbols: Sequence[Symbol], *, alias: bool
) -> None:
    """Writes ``void @name(x, output, symbols…, lo, hi)``; the range has one element. A block without an element that
    is not zero is passed over."""
    with b.function(name, parameters([source, output], symbols, written=output, alias=alias)) as arguments:
        x, out, *rest = arguments
        scope = Scope(dict(zip(symbols, rest, strict=False)))
        size = ExpressionEmitter(b, {}, 0).dim(source.shape[0], scope)
        scale, kind = b.index(source.dtype.size), LLVM_TYPES[source.dtype]

        def at(position: Ir) -> Ir:
            return b.gep(x, b.mul(position, scale))

        def some(loaded: Ir) -> Ir:
            number = b.bitcast(loaded, vector(VALUE_TYPES[source.dtype], loaded.lanes))
            if number.element in ("half", "bfloat"):
                number = b.convert(number, "float")
            return b.compare("ne", number, b.like(number, 0))

        count_at = b.emit("ptr", "alloca i64, align 8")
        b.store(b.index(0), count_at, 8)
        with b.loop(b.index(0), size, BLOCK, stem="block") as loop:
            end = b.intrinsic("llvm.smin", "i64", b.add(loop.index, b.index(BLOCK)), size)
            whole = b.compare("eq", b.sub(end, loop.index), b.index(BLOCK))
            start = loop.index

            def found(start: Ir = start) -> Ir:
                block = some(b.load(vector(kind, BLOCK), at(start), source.dtype.size))
                return b.compare("ne", b.bitcast(block, f"i{BLOCK}"), b.const(f"i{BLOCK}", 0))

            with b.when(b.choose(whole, found, lambda: b.const("i1", 1))):
                with b.loop(start, end, carried=[b.load("i64", count_at, 8)], stem="each") as each:
                    (count,) = each.carried
                    b.store(each.index, b.gep(out, b.mul(b.add(count, b.index(1)), b.index(8))), 8)
                    hit = some(b.load(kind, at(each.index), source.dtype.size))
                    each.yields = [b.add(count, b.emit("i64", f"zext {hit} to i64"))]
                b.store(each.results[0], count_at, 8)
        b.store(b.load("i64", count_at, 8), out, 8)
