"""The largest pixels of cells as one LLVM function.

The channels of a pixel lie side by side, so a cell is one vector that walks over its pixels and stays in registers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.expression import ExpressionEmitter
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, vector
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.primitive import combine
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Dim, Symbol

_LANES = (64, 16, 0)
"""Channels that are walked with together; the last of them one by one."""


def emit_largest_in_cells(
    b: Builder,
    name: str,
    down: int,
    across: int,
    dims: tuple[Dim, Dim],
    ports: Mapping[str, Buffer],
    output: Buffer,
    buffers: Sequence[Buffer],
    symbols: Sequence[Symbol],
    *,
    alias: bool,
) -> None:
    """Writes ``void @name(buffers…, output, symbols…, lo, hi)``. The range counts rows of cells, ``down`` of them in
    each region; ``dims`` are the width of the pixels and the number of channels."""
    every = [*buffers, output]
    with b.function(name, parameters(every, symbols, written=output, alias=alias)) as arguments:
        pointers = dict(zip(every, arguments, strict=False))
        rest = arguments[len(every) :]
        scope, sizes = Scope(dict(zip(symbols, rest, strict=False))), ExpressionEmitter(b, {}, 0)
        width, channels = (sizes.dim(dim, scope) for dim in dims)
        at = {port: pointers[buffer] for port, buffer in ports.items()}
        cells = _Cells(b, output, at["pixels"], pointers[output], width, channels)
        with b.loop(rest[-2], rest[-1], stem="row") as row:
            top, high = (_number(b, at[port], row.index) for port in ("top", "high"))
            region = b.binary("udiv", row.index, b.index(down))
            with b.loop(b.index(0), b.index(across), stem="cell") as cell:
                place = b.add(b.mul(region, b.index(across)), cell.index)
                left, wide = (_number(b, at[port], place) for port in ("left", "wide"))
                number = b.add(b.mul(row.index, b.index(across)), cell.index)
                cells.write(number, (top, high), (left, wide))


def _number(b: Builder, area: Ir, place: Ir) -> Ir:
    return b.load("i64", b.gep(area, b.mul(place, b.index(8))), 8)


class _Cells:
    """Writes cells, vector by vector of channels."""

    def __init__(self, b: Builder, buffer: Buffer, pixels: Ir, out: Ir, width: Ir, channels: Ir) -> None:
        self.b, self.buffer, self.pixels, self.out = b, buffer, pixels, out
        self.width, self.channels = width, channels

    def write(self, number: Ir, rows: tuple[Ir, Ir], columns: tuple[Ir, Ir]) -> None:
        """Cell ``number``: so many rows from a first one on, and columns."""
        b = self.b
        begin = b.index(0)
        for lanes in _LANES:
            step = max(lanes, 1)
            left = b.binary("and", b.sub(self.channels, begin), b.index(step - 1))
            end = b.sub(self.channels, left)
            with b.loop(begin, end, step, stem="channels") as loop:
                self._part(number, rows, columns, loop.index, lanes)
            begin = end

    def _part(self, number: Ir, rows: tuple[Ir, Ir], columns: tuple[Ir, Ir], channel: Ir, lanes: int) -> None:
        b, dtype = self.b, self.buffer.dtype
        kind, size = vector(LLVM_TYPES[dtype], lanes), dtype.size
        (top, high), (left, wide) = rows, columns
        least = b.const(kind, float("-inf"))
        with b.loop(top, b.add(top, high), carried=[least], stem="line") as line:
            first = b.add(b.mul(line.index, self.width), left)
            with b.loop(first, b.add(first, wide), carried=line.carried, stem="pixel") as pixel:
                found = b.load(kind, self._at(self.pixels, pixel.index, channel), size)
                pixel.yields = [combine(b, "max", pixel.carried[0], found, dtype)]
            line.yields = pixel.results
        full = b.compare("gt", b.mul(high, wide), b.index(0))
        b.store(b.select(full, line.results[0], b.const(kind, 0.0)), self._at(self.out, number, channel), size)

    def _at(self, area: Ir, row: Ir, channel: Ir) -> Ir:
        b = self.b
        return b.gep(area, b.mul(b.add(b.mul(row, self.channels), channel), b.index(self.buffer.dtype.size)))
