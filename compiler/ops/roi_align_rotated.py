"""Turned regions of pictures shrunk to one size: means of elements between pixels."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_most, finite, not_negative, positive
from dldt.compiler.ops.axes import require_equal
from dldt.compiler.ops.bilinear import bilinear
from dldt.compiler.ops.roi_align import require_regions
from dldt.compiler.ops.roi_pooling import MOST_CELLS
from dldt.compiler.types import Array, TensorType


@op("opset15")
class ROIAlignRotated(Op):
    """[regions, C, pooled_h, pooled_w]: for each cell of a region (centre x, centre y, width, height, angle) of picture
    batch_indices[region] the mean of sampling_ratio x sampling_ratio elements between pixels (0: as many as the cell is
    pixels large). The point (x, y) from the centre lies at (x cos a + y sin a, y cos a - x sin a), a being the angle in
    radians, or its opposite with ``clockwise_mode``. Elements more than a pixel outside of the picture count as 0"""

    pooled_h: int = attrs.field(converter=int, validator=[positive, at_most(MOST_CELLS)])
    pooled_w: int = attrs.field(converter=int, validator=[positive, at_most(MOST_CELLS)])
    sampling_ratio: int = attrs.field(converter=int, validator=[not_negative, at_most(1 << 8)])
    spatial_scale: float = attrs.field(converter=float, validator=finite)
    clockwise_mode: bool = attrs.field()

    def infer(self, data: TensorType, rois: TensorType, batch_indices: TensorType) -> TensorType:
        require_regions(data, rois, batch_indices, self.type)
        require_equal(rois.shape[1], 5, "the numbers of a region and 5", self.type)
        return TensorType(data.dtype, (rois.shape[0], data.shape[1], self.pooled_h, self.pooled_w))

    def evaluate(self, data: Array, rois: Array, batch_indices: Array) -> Array:
        kind = np.result_type(data.dtype, np.float32)
        made = np.zeros((len(rois), data.shape[1], self.pooled_h, self.pooled_w), kind)
        sides = rois[:, :4].astype(kind) * kind.type(self.spatial_scale)
        angles = rois[:, 4].astype(kind)
        for k, (x, y, wide, high) in enumerate(sides):
            angle = -angles[k] if self.clockwise_mode else angles[k]
            across, columns = self._positions(wide, self.pooled_w)
            down, rows = self._positions(high, self.pooled_h)
            if not rows * columns:
                continue
            down, across = np.meshgrid(down, across, indexing="ij")
            half = kind.type(0.5)
            at_y = down * np.cos(angle) - across * np.sin(angle) + (y - half)
            at_x = down * np.sin(angle) + across * np.cos(angle) + (x - half)
            found = _between(data[int(batch_indices[k])].astype(kind), at_y.reshape(-1), at_x.reshape(-1))
            made[k] = found.reshape(-1, self.pooled_h, rows, self.pooled_w, columns).mean((2, 4))
        return made.astype(data.dtype)

    def _positions(self, size: float, cells: int) -> tuple[Array, int]:
        """Where the samples of all cells along a side lie from its middle, and how many a cell has."""
        one = np.asarray(size).dtype.type
        step = np.asarray(size / one(cells))
        count = self.sampling_ratio or max(int(np.ceil(step)), 0)
        share = (np.arange(count) + 0.5).astype(step.dtype) * (step / one(max(count, 1)))
        low = -size / one(2)
        return (low + np.arange(cells, dtype=step.dtype)[:, None] * step + share).reshape(-1), count


def _between(picture: Array, y: Array, x: Array) -> Array:
    """[C, points]: elements between pixels, 0 more than a pixel outside."""
    high, wide = picture.shape[1:]
    inside = (y >= -1) & (y <= high) & (x >= -1) & (x <= wide)
    places = np.where(inside, np.clip(y, 0, high - 1), 0), np.where(inside, np.clip(x, 0, wide - 1), 0)
    found = bilinear(picture[None], np.zeros(inside.size, np.int64), *places)
    return np.where(inside[:, None], found, 0).T
