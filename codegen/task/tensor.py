"""Tensors of the compiled program, and where each is in memory."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.place import Place
from dldt.codegen.loop.buffers import PLAIN, Buffer, Layout
from dldt.compiler.dims import Dim
from dldt.compiler.types import Array, TensorType


@attrs.define(eq=False)
class Tensor:
    """A tensor that kernels read or write. With a ``parent`` it is part of that tensor, ``shift`` bytes from its
    start."""

    name: str
    type: TensorType
    layout: Layout = PLAIN
    constant: Array | None = None
    place: Place | None = None
    parent: Tensor | None = None
    shift: Dim = 0
    rounded: bool = False
    """Whether it is stored in fewer bits than the graph says."""

    @property
    def base(self) -> Tensor:
        """The tensor that owns the memory: the outermost parent."""
        tensor = self
        while tensor.parent is not None:
            tensor = tensor.parent
        return tensor

    @property
    def buffer(self) -> Buffer:
        """The tensor as a kernel's buffer; the kernel chooses the buffer's name and role."""
        return Buffer("", self.type.dtype, self.type.shape, self.layout, rounded=self.rounded)

    @property
    def bytes(self) -> Dim:
        """The size in memory, padding of channel blocks included."""
        return self.buffer.elements * self.type.dtype.size

    @property
    def whole_bytes(self) -> Dim:
        """The size in memory of all rows, for a tensor of which a line buffer holds only some."""
        return self.buffer.whole.elements * self.type.dtype.size

    @property
    def role(self) -> str:
        """``input``, ``output``, ``arena`` or ``weights``."""
        if self.base.constant is not None:
            return "weights"
        place = self.base.place
        return place.kind if place is not None and place.kind not in ("line buffer", "slot") else "arena"

    @property
    def offset(self) -> Dim:
        """The bytes from the start of the tensor that owns the memory."""
        offset: Dim = 0
        tensor = self
        while tensor.parent is not None:
            offset = offset + tensor.shift
            tensor = tensor.parent
        return offset

    def resolve(self) -> Place:
        """The address in memory."""
        place = self.base.place
        if place is None:
            raise AssertionError(f"tensor {self.name} has no place")
        return Place(place.kind, place.index, place.offset + self.offset)
