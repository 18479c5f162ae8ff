"""Repetition: along new or single dims (Broadcast), or of whole tensors (Tile)."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import known_dims, known_ints, normal_axes, text
from dldt.compiler.ops.elementwise import broadcast
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape, TensorType


@op("opset3", traits=Trait.IDENTITY_IF_TYPED_ALIKE | Trait.EXACT)
class Broadcast(Op):
    """y = x repeated to ``target_shape``: numpy rules; or both ways (bidirectional); or x's axes placed at
    ``axes_mapping`` (explicit)"""

    shape_values = True

    mode: str = attrs.field(default="numpy", converter=lower, validator=one_of("numpy", "explicit", "bidirectional"))

    def infer(self, data: TensorType, target_shape: TensorType, axes_mapping: TensorType | None = None) -> TensorType:
        target = known_dims(target_shape, "target_shape", self.type)
        if any(isinstance(dim, int) and dim < 0 for dim in target):
            raise ShapeError(f"Broadcast: target_shape {text(target)} holds a negative dimension")
        shape = data.shape
        if self.mode == "explicit":
            if axes_mapping is None:
                raise ShapeError("Broadcast: mode explicit needs the input axes_mapping")
            shape = _placed(data.shape, known_ints(axes_mapping, "axes_mapping", self.type), len(target))
        result = broadcast(shape, target, self.type)
        if self.mode != "bidirectional" and result != target:
            raise ShapeError(f"Broadcast: {text(data.shape)} does not broadcast to {text(target)}")
        return TensorType(data.dtype, result)

    def evaluate(self, data: Array, target_shape: Array, axes_mapping: Array | None = None) -> Array:
        target = tuple(int(dim) for dim in target_shape.ravel())
        if axes_mapping is not None and self.mode == "explicit":
            axes = tuple(int(axis) for axis in axes_mapping.ravel())
            data = data.reshape(tuple(int(dim) for dim in _placed(data.shape, axes, len(target))))
        if self.mode == "bidirectional":
            target = np.broadcast_shapes(data.shape, target)
        return np.broadcast_to(data, target).copy()


@op("opset1", traits=Trait.IDENTITY_IF_TYPED_ALIKE | Trait.EXACT)
class Tile(Op):
    """y = x repeated ``repeats[i]`` times along axis i; the shorter of shape and repeats is filled with 1 in front"""

    shape_values = True

    def infer(self, data: TensorType, repeats: TensorType) -> TensorType:
        times = known_dims(repeats, "repeats", self.type)
        if any(isinstance(n, int) and n < 0 for n in times):
            raise ShapeError(f"Tile: repeats {text(times)} hold a negative number")
        rank = max(data.rank, len(times))
        shape = (1,) * (rank - data.rank) + data.shape
        times = (1,) * (rank - len(times)) + times
        return TensorType(data.dtype, tuple(dim * n for dim, n in zip(shape, times, strict=True)))

    def evaluate(self, data: Array, repeats: Array) -> Array:
        return np.tile(data, tuple(int(n) for n in repeats.ravel()))


def _placed(shape: Shape, axes: tuple[int, ...], rank: int) -> Shape:
    """``shape`` as a shape of ``rank`` dims: dim i at ``axes[i]``, 1 elsewhere."""
    if len(axes) != len(shape) or list(axes) != sorted(normal_axes(axes, rank, "Broadcast")):
        raise ShapeError(f"Broadcast: axes_mapping {list(axes)} does not place {text(shape)} in {rank} axes, in order")
    placed = dict(zip(axes, shape, strict=True))
    return tuple(placed.get(i, 1) for i in range(rank))
