"""Fixed rearrangements of channels and space."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import Dim, floordiv
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import same
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of, positive
from dldt.compiler.ops.axes import normal_axis, require_rank, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape, TensorType


@op("opset3", traits=Trait.PERMUTATION | Trait.LAYOUT_AGNOSTIC)
class ShuffleChannels(Op):
    """y = x with ``axis`` seen as [group, rest], swapped to [rest, group]"""

    axis: int = attrs.field(default=1, converter=int)
    group: int = attrs.field(default=1, converter=int, validator=positive)

    def infer(self, data: TensorType) -> TensorType:
        axis = normal_axis(self.axis, data.rank, self.type)
        exact(data.shape, axis, self.group, self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array) -> Array:
        axis = self.axis % data.ndim
        before, channels, after = data.shape[:axis], data.shape[axis], data.shape[axis + 1 :]
        parts = data.reshape(*before, self.group, channels // self.group, *after)
        return np.swapaxes(parts, axis, axis + 1).reshape(data.shape)


@op("opset1", traits=Trait.PERMUTATION)
class DepthToSpace(Op):
    """y = x with blocks of channels spread over space: [N, C*b*b, H, W] → [N, C, H*b, W*b]; ``mode`` tells whether the
    block offsets or the channels are the outer part of x's channels"""

    mode: str = attrs.field(converter=lower, validator=one_of("blocks_first", "depth_first"))
    block_size: int = attrs.field(default=1, converter=int, validator=positive)

    def infer(self, data: TensorType) -> TensorType:
        require_rank(data, "data", (3, 4, 5), self.type)
        channels = exact(data.shape, 1, self.block_size ** (data.rank - 2), self.type)
        space = tuple(dim * self.block_size for dim in data.shape[2:])
        return TensorType(data.dtype, (data.shape[0], channels, *space))

    def evaluate(self, data: Array) -> Array:
        n, space, b = data.ndim - 2, data.shape[2:], self.block_size
        channels = data.shape[1] // b**n
        blocks = (b,) * n
        if self.mode == "blocks_first":
            parts = data.reshape(data.shape[0], *blocks, channels, *space)
            order = [0, 1 + n] + [axis for i in range(n) for axis in (2 + n + i, 1 + i)]
        else:
            parts = data.reshape(data.shape[0], channels, *blocks, *space)
            order = [0, 1] + [axis for i in range(n) for axis in (2 + n + i, 2 + i)]
        return parts.transpose(order).reshape(data.shape[0], channels, *(dim * b for dim in space))


@op("opset1", traits=Trait.PERMUTATION)
class SpaceToDepth(Op):
    """y = x with blocks of space gathered in the channels: [N, C, H*b, W*b] → [N, C*b*b, H, W]"""

    mode: str = attrs.field(converter=lower, validator=one_of("blocks_first", "depth_first"))
    block_size: int = attrs.field(default=1, converter=int, validator=positive)

    def infer(self, data: TensorType) -> TensorType:
        require_rank(data, "data", (3, 4, 5), self.type)
        space = tuple(exact(data.shape, axis, self.block_size, self.type) for axis in range(2, data.rank))
        channels = data.shape[1] * self.block_size ** (data.rank - 2)
        return TensorType(data.dtype, (data.shape[0], channels, *space))

    def evaluate(self, data: Array) -> Array:
        n, b = data.ndim - 2, self.block_size
        space = [dim // b for dim in data.shape[2:]]
        parts = data.reshape(*data.shape[:2], *(part for dim in space for part in (dim, b)))
        outer, inner = [2 + 2 * i for i in range(n)], [3 + 2 * i for i in range(n)]
        order = [0, *inner, 1, *outer] if self.mode == "blocks_first" else [0, 1, *inner, *outer]
        return parts.transpose(order).reshape(data.shape[0], -1, *space)


def exact(shape: Shape, axis: int, parts: int, what: str) -> Dim:
    """``shape[axis] / parts``; ShapeError where it does not divide."""
    part = floordiv(shape[axis], parts)
    if not same(part * parts, shape[axis], f"{parts} equal parts of axis {axis}"):
        raise ShapeError(f"{what}: dimension {axis} of {text(shape)} does not divide into {parts}")
    return part
