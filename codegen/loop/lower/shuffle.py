"""Fixed rearrangements of channels and space."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, flatten, lowers, unflatten
from dldt.codegen.loop.lower.join import replaced
from dldt.compiler import ops
from dldt.compiler.dims import floordiv
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.ShuffleChannels, kind="move")
def shuffle_channels(op: ops.ShuffleChannels, types: Types, x: Access) -> Access:
    """y[r·group + g] = x[g·rest + r]."""
    axis = op.axis % x.type.rank
    rest = floordiv(x.type.shape[axis], op.group)

    def element(index: Index) -> Expr:
        outer, inner = unflatten((rest, op.group), index[axis])
        return x(replaced(index, axis, inner * rest + outer))

    return Access(types[0], element)


@lowers(ops.DepthToSpace, kind="move")
def depth_to_space(op: ops.DepthToSpace, types: Types, x: Access) -> Access:
    """y[n, c, s·block + offset] = x[n, (offset, c) or (c, offset), s]."""
    block = (op.block_size,) * (x.type.rank - 2)
    channels = types[0].shape[1]

    def element(index: Index) -> Expr:
        space = tuple(floordiv(i, op.block_size) for i in index[2:])
        offset = flatten(block, tuple(i - s * op.block_size for i, s in zip(index[2:], space, strict=True)))
        blocks_first = op.mode == "blocks_first"
        depth = offset * channels + index[1] if blocks_first else index[1] * op.block_size ** len(block) + offset
        return x((index[0], depth, *space))

    return Access(types[0], element)


@lowers(ops.SpaceToDepth, kind="move")
def space_to_depth(op: ops.SpaceToDepth, types: Types, x: Access) -> Access:
    """y[n, (offset, c) or (c, offset), s] = x[n, c, s·block + offset]."""
    block = (op.block_size,) * (x.type.rank - 2)
    channels = x.type.shape[1]
    blocks_first = op.mode == "blocks_first"

    def element(index: Index) -> Expr:
        parts = unflatten((*block, channels) if blocks_first else (channels, *block), index[1])
        channel, offset = (parts[-1], parts[:-1]) if blocks_first else (parts[0], parts[1:])
        space = (s * op.block_size + o for s, o in zip(index[2:], offset, strict=True))
        return x((index[0], channel, *space))

    return Access(types[0], element)
