"""A transposition of bytes as one LLVM function."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.kernels.copy.transposition import SHARE, STEP, Transposition
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.index import IndexEmitter
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.nest import parameters
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.llvm.transpose import interleaved
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Symbol

_ROW = f"<{STEP} x i8>"


def emit_transposition(
    b: Builder, name: str, form: Transposition, buffers: Sequence[Buffer], symbols: Sequence[Symbol], *, alias: bool
) -> None:
    """Writes ``void @name(source, output, symbols…, lo, hi)``. The range is the form's."""
    with b.function(name, parameters(buffers, symbols, written=buffers[-1], alias=alias)) as arguments:
        (source, output, *dims), (low, high) = arguments[:-2], arguments[-2:]
        plain, blocked = (source, output) if form.to_blocks else (output, source)
        emitter, scope = IndexEmitter(b), Scope(dict(zip(symbols, dims, strict=True)))
        pixels = emitter.dim(form.pixels, scope)
        with b.loop(low, high, 1, stem="share") as loop:
            every, share = emitter.divide(loop.index, form.shares, scope)
            image, number = emitter.divide(every, form.blocks, scope)
            first = b.mul(share, b.index(SHARE))
            end = b.intrinsic("llvm.smin", "i64", b.add(first, b.index(SHARE)), pixels)
            channel = b.add(b.mul(image, b.index(form.channels)), b.mul(number, b.index(form.block)))
            lines = b.gep(plain, b.mul(channel, pixels))
            block = b.gep(blocked, b.mul(b.mul(every, pixels), b.index(form.block)))
            _ImageBlock(b, form, lines, block, pixels).move(number, first, end)


@attrs.frozen
class _ImageBlock:
    """A block of one image: its first channel in C order, itself, and the pixels of an image."""

    b: Builder
    form: Transposition
    lines: Ir
    block: Ir
    pixels: Ir

    def move(self, number: Ir, first: Ir, end: Ir) -> None:
        """Moves the pixels from ``first`` to ``end``. The last block may be padded."""
        b, left = self.b, self.form.channels % self.form.block
        if not left:
            self._range(first, end, self.form.block)
            return
        last = b.compare("eq", number, b.index(self.form.blocks - 1))
        with b.when(last):
            self._range(first, end, left)
        if self.form.blocks > 1:
            with b.when(b.binary("xor", last, b.const("i1", 1))):
                self._range(first, end, self.form.block)

    def _range(self, first: Ir, end: Ir, channels: int) -> None:
        """Moves pixels of a block with so many channels. The last step may move pixels of the step before once more."""
        b = self.b
        if isinstance(self.form.pixels, int):
            self._steps(first, end, channels)
            return
        enough = b.compare("ge", self.pixels, b.index(STEP))
        with b.when(enough):
            self._steps(first, end, channels)
        with b.when(b.binary("xor", enough, b.const("i1", 1))), b.loop(first, end, 1, stem="pixel") as loop:
            for value, place in zip(*self._places(loop.index, channels), strict=True):
                b.store(b.load("i8", value, 1), place, 1)

    def _steps(self, first: Ir, end: Ir, channels: int) -> None:
        b, form = self.b, self.form
        with b.loop(first, end, STEP, stem="pixels") as loop:
            pixel = b.intrinsic("llvm.smin", "i64", loop.index, b.sub(self.pixels, b.index(STEP)))
            rows = self._channels(pixel, channels)
            start = b.gep(self.block, b.mul(pixel, b.index(form.block)))
            vectors = [b.gep(start, b.index(k * STEP)) for k in range(form.block)]
            if form.to_blocks:
                padding = [b.const(_ROW, 0)] * (form.block - channels)
                lines = [*(b.load(_ROW, row, 1) for row in rows), *padding]
                made, written = interleaved(b, lines, form.block.bit_length() - 1), vectors
            else:
                made = interleaved(b, [b.load(_ROW, vector, 1) for vector in vectors], STEP.bit_length() - 1)
                written = rows
            for value, place in zip(made, written, strict=False):
                b.store(value, place, 1)

    def _channels(self, pixel: Ir, channels: int) -> list[Ir]:
        """A pixel's channels in C order."""
        line = self.b.gep(self.lines, pixel)
        return [self.b.gep(line, self.b.mul(self.pixels, self.b.index(k))) for k in range(channels)]

    def _places(self, pixel: Ir, channels: int) -> tuple[list[Ir], list[Ir]]:
        """Where a pixel's channels are read, and where they are written."""
        start = self.b.gep(self.block, self.b.mul(pixel, self.b.index(self.form.block)))
        inside = [self.b.gep(start, self.b.index(k)) for k in range(channels)]
        plain = self._channels(pixel, channels)
        return (plain, inside) if self.form.to_blocks else (inside, plain)
