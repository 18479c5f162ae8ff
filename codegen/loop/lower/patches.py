"""Patches of images as channels."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, guard, inside, lowers, number, unflatten
from dldt.compiler import ops
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.ExtractImagePatches, kind="move")
def extract_image_patches(op: ops.ExtractImagePatches, types: Types, x: Access) -> Access:
    """y[n, (k, c), p] = x[n, c, p·stride + k·rate - begin], 0 outside of x."""
    channels, space = x.type.shape[1], x.type.shape[2:]
    where = op.window(space)

    def element(index: Index) -> Expr:
        *tap, channel = unflatten((*op.sizes, channels), index[1])
        parts = zip(index[2:], op.strides, tap, op.rates, where.pads_begin, strict=True)
        source = tuple(p * stride + k * rate - begin for p, stride, k, rate, begin in parts)
        chosen = x((index[0], channel, *source))
        for at, extent, begin, end in zip(source, space, where.pads_begin, where.pads_end, strict=True):
            if begin != 0 or end != 0:
                chosen = guard(inside(at, 0, extent), chosen, number(x.dtype, 0))
        return chosen

    return Access(types[0], element)
