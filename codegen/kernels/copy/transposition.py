"""Bytes of images, whose channels are moved into blocks or out of them."""

from __future__ import annotations

import attrs

from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.dims import Dim, ceildiv, product

STEP = 16
"""Pixels that are moved at a time: bytes of the smallest vectors, which all targets have."""
SHARE = 1024
"""Pixels of a block that one position of the shared range moves."""


@attrs.frozen
class Transposition:
    """Images of ``channels`` channels and ``pixels`` pixels, in C order and in blocks of ``block`` channels. Vectors of
    pixels are transposed in registers to vectors of channels (``to_blocks``), or the reverse."""

    images: Dim
    channels: int
    pixels: Dim
    block: int
    to_blocks: bool

    @staticmethod
    def of(source: Buffer, output: Buffer) -> Transposition | None:
        """The copy of ``source`` to ``output`` as a transposition; None where it is none, or too small for one."""
        blocks = source.layout.block, output.layout.block
        block = max(blocks)
        if source.dtype is not output.dtype or source.dtype.size != 1 or min(blocks) or block not in (4, 8, 16):
            return None
        if any(layout.gap or layout.rows for layout in (source.layout, output.layout)):
            return None
        images, channels, *space = source.shape
        pixels = product(space)
        if not isinstance(channels, int) or (isinstance(pixels, int) and pixels < STEP):
            return None
        return Transposition(images, channels, pixels, block, bool(output.layout.block))

    @property
    def blocks(self) -> int:
        """Blocks of an image; the last one may be padded."""
        return -(-self.channels // self.block)

    @property
    def shares(self) -> Dim:
        """Positions of the shared range that a block takes."""
        return ceildiv(self.pixels, SHARE)

    @property
    def extent(self) -> Dim:
        """The shared range: images × channel blocks × shares of the pixels."""
        return self.images * self.blocks * self.shares
