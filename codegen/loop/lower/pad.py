"""Padding with a constant, the edge, or a mirror image."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, guard, inside, lowers, number
from dldt.codegen.loop.lower.known import dims_given
from dldt.compiler import ops
from dldt.compiler.dims import Dim, maximum, minimum
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.Pad, kind="move", reads=(0, 3))
def pad(op: ops.Pad, types: Types, x: Access, begins: Access, ends: Access, fill: Access | None = None) -> Access:
    """y[i] = x[i - begin]; outside x, the value that the mode gives."""
    before, after = dims_given(op, 1, begins), dims_given(op, 2, ends)

    def mirrored(index: Index) -> Expr:
        pairs = zip(index, before, x.type.shape, strict=True)
        return x(tuple(_fold(op.pad_mode, i - begin, size) for i, begin, size in pairs))

    def framed(index: Index) -> Expr:
        source = tuple(i - begin for i, begin in zip(index, before, strict=True))
        filling = number(x.dtype, 0) if fill is None else fill((0,) * fill.type.rank)
        chosen = x(source)
        for i, size, begin, end in zip(source, x.type.shape, before, after, strict=True):
            if begin != 0 or end != 0:
                chosen = guard(inside(i, 0, size), chosen, filling)
        return chosen

    return Access(types[0], framed if op.pad_mode == "constant" else mirrored)


def _fold(mode: str, position: Dim, size: Dim) -> Dim:
    """The position in ``[0, size)`` whose element stands for a position outside."""
    if mode == "edge":
        return minimum(maximum(position, 0), size - 1)
    last = size - 1
    if mode == "reflect":
        position = maximum(position, -1 * position)
        folded = minimum(position, 2 * last - position)
    else:
        position = maximum(position, -1 - position)
        folded = minimum(position, 2 * last + 1 - position)
    if isinstance(size, int):
        return folded  # infer has checked that the image is large enough
    return minimum(maximum(folded, 0), last)  # a run may choose a size that is not: it must not read outside
