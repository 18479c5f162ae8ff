"""Moving blocks of space to the batch and back."""

from __future__ import annotations

import math

import numpy as np

from dldt.compiler.dims import Dim, minimum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_dims, known_ints, text
from dldt.compiler.ops.shuffle import exact
from dldt.compiler.types import Array, TensorType


@op("opset2")
class SpaceToBatch(Op):
    """y = data with zeros round it, where the elements of each block go to different items of the batch: the offset in
    the block is the outer part of the batch, [N, B1*d1, ...] → [B1*...*N, d1, ...]"""

    def infer(
        self, data: TensorType, block_shape: TensorType, pads_begin: TensorType, pads_end: TensorType
    ) -> TensorType:
        blocks = known_blocks(block_shape, data, self.type)
        begins, ends = (known_margins(t, data.rank, self.type) for t in (pads_begin, pads_end))
        padded = tuple(dim + b + e for dim, b, e in zip(data.shape, begins, ends, strict=True))
        rest = tuple(exact(padded, axis, blocks[axis], self.type) for axis in range(1, data.rank))
        return TensorType(data.dtype, (padded[0] * math.prod(blocks), *rest))

    def evaluate(self, data: Array, block_shape: Array, pads_begin: Array, pads_end: Array) -> Array:
        blocks = [int(block) for block in block_shape]
        x = np.pad(data, [(int(b), int(e)) for b, e in zip(pads_begin, pads_end, strict=True)])
        sizes = [size // block for size, block in zip(x.shape, blocks, strict=True)]
        parts = x.reshape([part for pair in zip(sizes, blocks, strict=True) for part in pair])
        inner, outer = range(1, parts.ndim, 2), range(0, parts.ndim, 2)
        return parts.transpose(*inner, *outer).reshape(sizes[0] * math.prod(blocks), *sizes[1:])


@op("opset2")
class BatchToSpace(Op):
    """y = blocks of space made of different items of the batch, the offset in the block being the outer part of the
    batch, and cut at the ends: [B1*...*N, d1, ...] → [N, B1*d1 - crops, ...]"""

    def infer(
        self, data: TensorType, block_shape: TensorType, crops_begin: TensorType, crops_end: TensorType
    ) -> TensorType:
        blocks = known_blocks(block_shape, data, self.type)
        begins, ends = (known_margins(t, data.rank, self.type) for t in (crops_begin, crops_end))
        batch = exact(data.shape, 0, math.prod(blocks), self.type)
        whole = (batch, *(dim * block for dim, block in zip(data.shape[1:], blocks[1:], strict=True)))
        return TensorType(data.dtype, tuple(dim - b - e for dim, b, e in zip(whole, begins, ends, strict=True)))

    def evaluate(self, data: Array, block_shape: Array, crops_begin: Array, crops_end: Array) -> Array:
        blocks = [int(block) for block in block_shape]
        count, rank = data.shape[0] // math.prod(blocks), data.ndim
        parts = data.reshape(*blocks, count, *data.shape[1:])
        order = [axis for i in range(rank) for axis in (rank + i, i)]
        sizes = [size * block for size, block in zip((count, *data.shape[1:]), blocks, strict=True)]
        whole = parts.transpose(order).reshape(sizes)
        cuts = zip(crops_begin, sizes, crops_end, strict=True)
        return whole[tuple(slice(int(begin), size - int(end)) for begin, size, end in cuts)]


def known_blocks(blocks: TensorType, data: TensorType, what: str) -> tuple[int, ...]:
    """The size of a block along each axis; the batch has none."""
    found = known_ints(blocks, "block_shape", what)
    if data.rank < 2 or len(found) != data.rank or found[0] != 1 or min(found) < 1:
        raise ShapeError(
            f"{what}: block_shape {list(found)} does not fit data {text(data.shape)}: it must have a number of at "
            "least 1 for each axis, and 1 for the batch"
        )
    return found


def known_margins(margins: TensorType, rank: int, what: str) -> tuple[Dim, ...]:
    """How many elements are added to, or cut from, one side of each axis; none at the batch."""
    found = known_dims(margins, "pads or crops", what)
    if len(found) != rank or found[0] != 0 or any(minimum_of(dim) < 0 for dim in found):
        raise ShapeError(
            f"{what}: pads or crops {text(found)} must have a number of at least 0 for each of {rank} axes, and 0 for "
            "the batch"
        )
    return found
