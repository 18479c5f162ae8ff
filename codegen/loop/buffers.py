"""Where tensors lie: a buffer maps a logical index to an offset."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim, ceildiv, floordiv, product
from dldt.compiler.types import DType, Shape, TensorType


@attrs.frozen(cache_hash=True)
class Layout:
    """``block`` 0: C order, each row of the last dim followed by ``gap`` elements that are never read into a real one.
    Else NCHWc: dim 1 is cut into blocks of ``block``, the innermost physical dim, and the same is true of the padding
    of the last block. With ``rows`` only so many rows (dim 2) of one image are there, in a line buffer: the ones that
    are made and not yet read. Offsets are those of the whole image, so the base pointer moves."""

    block: int = 0
    gap: int = 0
    rows: int = 0

    def __str__(self) -> str:
        if self.gap:
            return f"rows+{self.gap}"
        held = f" of {self.rows} rows" if self.rows else ""
        return f"blocked{self.block}{held}" if self.block else "plain"


PLAIN = Layout()


@attrs.frozen(cache_hash=True)
class Buffer:
    """A tensor in memory. ``name`` is the kernel's parameter; ``role`` says who owns the memory: ``input`` (the user's,
    never read past its end), ``output`` (likewise), ``arena`` or ``weights`` (both may be over-read by one vector)."""

    name: str
    dtype: DType
    shape: Shape
    layout: Layout = PLAIN
    role: str = "arena"
    rounded: bool = False
    """What is stored has more bits, and is rounded: denormals may become zero."""

    @property
    def type(self) -> TensorType:
        """The logical tensor type."""
        return TensorType(self.dtype, self.shape)

    @property
    def physical_shape(self) -> Shape:
        """The dims as they lie in memory."""
        block = self.layout.block
        if not block:
            return (*self.shape[:-1], self.shape[-1] + self.layout.gap) if self.layout.gap else self.shape
        if self.layout.rows:
            return (1, ceildiv(self.shape[1], block), self.layout.rows, *self.shape[3:], block)
        return (self.shape[0], ceildiv(self.shape[1], block), *self.shape[2:], block)

    @property
    def whole(self) -> Buffer:
        """The same with whole images where there is but a window."""
        return attrs.evolve(self, layout=attrs.evolve(self.layout, rows=0)) if self.layout.rows else self

    @property
    def elements(self) -> Dim:
        """The number of elements in memory, padding included."""
        return product(self.physical_shape)

    @property
    def over_readable(self) -> bool:
        """Whether a vector load may run past the last element."""
        return self.role in ("arena", "weights")

    def offset(self, index: tuple[Dim, ...]) -> Dim:
        """The offset in elements of a logical index."""
        block = self.layout.block
        if block:
            outer = floordiv(index[1], block)
            index = (index[0], outer, *index[2:], index[1] - block * outer)
        offset: Dim = 0
        for dim, position in zip(self.physical_shape, index, strict=True):
            offset = offset * dim + position
        return offset
