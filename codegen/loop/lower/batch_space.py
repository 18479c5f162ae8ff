"""Blocks of space in the batch."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, flatten, guard, inside, lowers, number, unflatten
from dldt.codegen.loop.lower.known import dims_given, ints_given
from dldt.compiler import ops
from dldt.compiler.dims import floordiv
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.SpaceToBatch, kind="move", reads=(0,))
def space_to_batch(
    op: ops.SpaceToBatch, types: Types, x: Access, blocks: Access, begins: Access, ends: Access
) -> Access:
    """y[offset·N + n, s] = x[n, s·block + offset - begin], 0 outside of x."""
    size, before, after = ints_given(op, 1, blocks)[1:], dims_given(op, 2, begins)[1:], dims_given(op, 3, ends)[1:]
    space = x.type.shape[1:]

    def element(index: Index) -> Expr:
        *offset, n = unflatten((*size, x.type.shape[0]), index[0])
        parts = zip(index[1:], size, offset, before, strict=True)
        source = tuple(s * block + o - begin for s, block, o, begin in parts)
        chosen = x((n, *source))
        for at, extent, begin, end in zip(source, space, before, after, strict=True):
            if begin != 0 or end != 0:
                chosen = guard(inside(at, 0, extent), chosen, number(x.dtype, 0))
        return chosen

    return Access(types[0], element)


@lowers(ops.BatchToSpace, kind="move", reads=(0,))
def batch_to_space(
    op: ops.BatchToSpace, types: Types, x: Access, blocks: Access, begins: Access, ends: Access
) -> Access:
    """y[n, s] = x[offset·N + n, place], where s + begin = place·block + offset."""
    size, before = ints_given(op, 1, blocks)[1:], dims_given(op, 2, begins)[1:]
    batch = types[0].shape[0]

    def element(index: Index) -> Expr:
        whole = [s + begin for s, begin in zip(index[1:], before, strict=True)]
        places = [floordiv(w, block) for w, block in zip(whole, size, strict=True)]
        offset = tuple(w - place * block for w, place, block in zip(whole, places, size, strict=True))
        return x((flatten((*size, batch), (*offset, index[0])), *places))

    return Access(types[0], element)
