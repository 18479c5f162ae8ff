"""A movement in tiles as one LLVM function."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.kernels.loops.tiled_move import MovedAxis, TiledMove
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.index import IndexEmitter
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.llvm.transpose import interleaved, transposed
from dldt.codegen.loop.buffers import Buffer


def emit_tiled_move(
    b: Builder, name: str, forms: Sequence[TiledMove], buffers: Sequence[Buffer], *, alias: bool
) -> None:
    """Writes ``void @name(source, output, lo, hi)``. The range is that of the first form, then of the next."""
    with b.function(name, parameters(buffers, (), written=buffers[-1], alias=alias)) as arguments:
        source, output, low, high = arguments
        begin = 0
        for form in forms:
            end = begin + form.extent
            first = b.intrinsic("llvm.smax", "i64", low, b.index(begin)) if begin else low
            last = high if form is forms[-1] else b.intrinsic("llvm.smin", "i64", high, b.index(end))
            with b.loop(first, last, 1, stem="strip") as loop:
                at = b.sub(loop.index, b.index(begin)) if begin else loop.index
                _strip(b, form, source, output, at)
            begin = end


def _strip(b: Builder, form: TiledMove, source: Ir, output: Ir, position: Ir) -> None:
    """The strip at a position of the form's range."""
    divide, scope = IndexEmitter(b).divide, Scope({})
    position, tile = divide(position, form.tiles, scope)
    read, written = b.index(form.first_read), b.index(form.first_written)
    for axis in reversed(form.outer):
        position, at = divide(position, axis.extent, scope)
        read, written = _moved(b, read, written, axis, at)
    first = _bounded(b, b.mul(tile, b.index(form.lanes)), form.across.extent, form.lanes)
    read, written = _moved(b, read, written, form.across, first)
    _Strip(b, form, source, output).move(read, written)


def _moved(b: Builder, read: Ir, written: Ir, axis: MovedAxis, at: Ir) -> tuple[Ir, Ir]:
    """The offsets ``at`` elements further along an axis."""
    return b.add(read, b.mul(at, b.index(axis.read))), b.add(written, b.mul(at, b.index(axis.written)))


def _bounded(b: Builder, first: Ir, extent: int, lanes: int) -> Ir:
    """Where a tile begins: the last one may move elements of the one before it once more."""
    if extent % lanes == 0 or extent < lanes:
        return first
    return b.intrinsic("llvm.smin", "i64", first, b.index(extent - lanes))


@attrs.frozen
class _Strip:
    """The tiles of one position of the range: all of ``down``, a vector of ``across``."""

    b: Builder
    form: TiledMove
    source: Ir
    output: Ir

    def move(self, read: Ir, written: Ir) -> None:
        b, form = self.b, self.form
        with b.loop(b.index(0), b.index(form.down.extent), form.lanes, stem="tile") as loop:
            at = _bounded(b, loop.index, form.down.extent, form.lanes)
            self._tile(*_moved(b, read, written, form.down, at))

    def _tile(self, read: Ir, written: Ir) -> None:
        b, form = self.b, self.form
        element, lanes = f"i{8 * form.size}", form.lanes
        kind = f"<{lanes} x {element}>"
        wide, high = min(form.across.extent, lanes), min(form.down.extent, lanes)
        starts = [b.gep(self.source, b.add(read, b.index(k * form.down.read)), element) for k in range(high)]
        if wide == lanes:
            rows = [b.load(kind, start, form.size) for start in starts]
        else:
            rows = [b.masked_load(kind, start, _first(lanes, wide), form.size) for start in starts]
        columns = transposed(b, rows, wide) if form.size >= 4 else interleaved(b, rows, lanes.bit_length() - 1)
        for k, column in enumerate(columns):
            place = b.gep(self.output, b.add(written, b.index(k * form.across.written)), element)
            if high == lanes:
                b.store(column, place, form.size)
            else:
                b.masked_store(column, place, _first(lanes, high), form.size)


def _first(lanes: int, count: int) -> Ir:
    """The mask of the first ``count`` lanes."""
    return Ir(f"<{lanes} x i1>", f"<{', '.join(f'i1 {int(k < count)}' for k in range(lanes))}>")
