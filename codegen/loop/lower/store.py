"""From an access to the loop nest that computes it."""

from __future__ import annotations

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Nest
from dldt.codegen.loop.lower.access import Access, position
from dldt.codegen.loop.lower.fresh import Fresh


def store(access: Access, buffer: Buffer) -> Nest:
    """The nest that fills the buffer with the tensor, which has the same shape."""
    fresh = Fresh()
    axes = tuple(fresh.axis("i", dim) for dim in buffer.shape)
    index = tuple(position(axis) for axis in axes)
    return Nest(axes, buffer, index, access(index))
