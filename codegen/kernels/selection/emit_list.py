"""The few best elements of each row as one LLVM function: they are kept as a sorted list in registers.

A new element goes into its place in the list by comparisons of whole vectors; the others move up. A block of elements
of which none is better than the last of the list is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.kernels.selection.keyed_row import BLOCK, KeyedRow
from dldt.codegen.kernels.selection.keys import key_bits
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import Ir, vector
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ranked import Ranked
from dldt.compiler.dims import Symbol


def emit_list(
    b: Builder, name: str, op: Ranked, source: Buffer, output: Buffer, symbols: Sequence[Symbol], *, alias: bool
) -> None:
    """Writes ``void @name(x, output, symbols…, lo, hi)``. The range runs over rows."""
    assert isinstance(op.count, int)
    with b.function(name, parameters([source, output], symbols, written=output, alias=alias)) as arguments:
        x, out, *rest = arguments
        size = ExpressionEmitter(b, {}, 0).dim(source.shape[-1], Scope(dict(zip(symbols, rest, strict=False))))
        with b.loop(rest[-2], rest[-1], stem="row") as loop:
            start = b.gep(x, b.mul(loop.index, b.mul(size, b.index(source.dtype.size))))
            places = _best(KeyedRow(b, start, source.dtype, op.mode), size, op.count)
            if op.by_position:
                places = _in_order(b, places, op.count)
            memory = b.gep(out, b.mul(loop.index, b.index(8 * op.count)))
            for k in range(op.count):
                b.store(b.convert(b.extract(places, k), "i64", signed=False), b.gep(memory, b.index(8 * k)), 8)


def _best(row: KeyedRow, size: Ir, count: int) -> Ir:
    """The positions of the best elements, the best first."""
    b, wide = row.b, f"i{key_bits(row.dtype)}"
    lanes = max(4, 1 << (count - 1).bit_length())
    empty = [b.const(vector(wide, lanes), -1), b.const(vector("i32", lanes), -1)]
    with b.loop(b.index(0), b.index(count), carried=empty, stem="first") as first:
        first.yields = _inserted(b, first.carried, row.key(first.index), first.index, fill=first.index)
    with b.loop(b.index(count), size, BLOCK, carried=first.results, stem="block") as block:
        worst = b.extract(block.carried[0], count - 1)
        found = row.better(block.index, size, worst, "lt")
        number = b.intrinsic("llvm.ctpop", "i64", found)
        with b.loop(b.index(0), number, carried=[found, *block.carried], stem="each") as each:
            left, *kept = each.carried
            at = b.add(block.index, b.intrinsic("llvm.cttz", "i64", left, b.const("i1", 1), suffix="i64"))
            following = b.binary("and", left, b.sub(left, b.index(1)))
            each.yields = [following, *_inserted(b, kept, row.key(at), at)]
        block.yields = each.results[1:]
    return block.results[1]


def _in_order(b: Builder, places: Ir, count: int) -> Ir:
    """The first ``count`` positions, the smallest first."""
    kind = places.type
    kept = [b.const(kind, -1), b.const(kind, -1)]
    for k in range(count):
        place = b.extract(places, k)
        kept = _inserted(b, kept, place, b.convert(place, "i64", signed=False))
    return kept[0]


def _inserted(b: Builder, kept: list[Ir], key: Ir, position: Ir, fill: Ir | None = None) -> list[Ir]:
    """The list of keys and positions with one more; what is behind it moves up by a lane. Equal keys stay in their
    order. ``fill`` is the number of elements in the list, where it is not full: anything is better than none."""
    lanes = kept[0].lanes
    keys, places = kept
    behind = [_moved_up(b, each) for each in kept]
    here, later = b.compare("lt", key, keys, signed=False), b.compare("lt", key, behind[0], signed=False)
    if fill is not None:
        lane, number = b.iota("i32", lanes), b.splat(b.convert(fill, "i32"), lanes)
        here = b.binary("or", here, b.compare("ge", lane, number))
        later = b.binary("or", later, b.compare("gt", lane, number))
    new = [key, b.convert(position, "i32")]
    chosen = [b.select(here, b.splat(x, lanes), old) for x, old in zip(new, (keys, places), strict=True)]
    return [b.select(later, moved, other) for moved, other in zip(behind, chosen, strict=True)]


def _moved_up(b: Builder, x: Ir) -> Ir:
    """The lanes one further; 0 in the first, which is the least key."""
    listed = ", ".join(f"i32 {lane}" for lane in (x.lanes, *range(x.lanes - 1)))
    return b.emit(x.type, f"shufflevector {x}, {b.const(x.type, 0)}, <{x.lanes} x i32> <{listed}>")
