"""Tensors in memory: a buffer maps a logical index to an offset."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim, ceildiv, floordiv, product
from dldt.compiler.types import DType, Shape, TensorType


@attrs.frozen(cache_hash=True)
class Layout:
    """The order of a tensor's elements in memory.

    With ``block`` 0 it is C order, and each row of the last dim is followed by a gap of ``gap`` elements, which are
    never used. Otherwise it is NCHWc: dim 1 is split into blocks of ``block`` channels, which become the innermost
    physical dim; the last block is padded. ``rows`` is not 0 for a line buffer, which holds only that many rows (dim 2)
    of one image: those that are made and not yet read. Offsets are those of the whole image, so the base pointer moves.
    ``blocks`` is not 0 where the channel blocks are some of those of a larger tensor, which has that many in an image.
    """

    block: int = 0
    gap: int = 0
    rows: int = 0
    blocks: int = 0

    def __str__(self) -> str:
        if self.gap:
            return f"rows+{self.gap}"
        held = f" of {self.rows} rows" if self.rows else ""
        part = f" of {self.blocks} blocks" if self.blocks else ""
        return f"blocked{self.block}{held}{part}" if self.block else "plain"


PLAIN = Layout()


@attrs.frozen(cache_hash=True)
class Buffer:
    """A tensor in memory. ``name`` is the kernel's parameter. ``role`` says who owns the memory: ``input`` (the user's,
    never read past its end), ``output`` (likewise), ``arena`` or ``weights`` (a vector may over-read both)."""

    name: str
    dtype: DType
    shape: Shape
    layout: Layout = PLAIN
    role: str = "arena"
    rounded: bool = False
    """Whether stored values are rounded from more bits; then denormals may become zero."""

    @property
    def type(self) -> TensorType:
        """The logical tensor type."""
        return TensorType(self.dtype, self.shape)

    @property
    def physical_shape(self) -> Shape:
        """The dims in the order in which they lie in memory."""
        block = self.layout.block
        if not block:
            return (*self.shape[:-1], self.shape[-1] + self.layout.gap) if self.layout.gap else self.shape
        if self.layout.rows:
            return (1, ceildiv(self.shape[1], block), self.layout.rows, *self.shape[3:], block)
        return (self.shape[0], ceildiv(self.shape[1], block), *self.shape[2:], block)

    @property
    def whole(self) -> Buffer:
        """The buffer with whole images in place of a line buffer's rows."""
        return attrs.evolve(self, layout=attrs.evolve(self.layout, rows=0)) if self.layout.rows else self

    @property
    def elements(self) -> Dim:
        """The number of elements in memory, padding included."""
        return product(self.physical_shape)

    @property
    def over_readable(self) -> bool:
        """Whether a vector load may over-read, past the last element."""
        return self.role in ("arena", "weights")

    def offset(self, index: tuple[Dim, ...]) -> Dim:
        """The offset in elements of a logical index."""
        block, dims = self.layout.block, self.physical_shape
        if block:
            outer = floordiv(index[1], block)
            index = (index[0], outer, *index[2:], index[1] - block * outer)
            dims = (dims[0], self.layout.blocks or dims[1], *dims[2:])
        offset: Dim = 0
        for dim, position in zip(dims, index, strict=True):
            offset = offset * dim + position
        return offset
