"""Regions of pictures shrunk to one size: means of elements between pixels."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_most, finite, lower, not_negative, one_of, positive
from dldt.compiler.ops.axes import require_equal, require_float, require_integer, require_rank, require_same_type
from dldt.compiler.ops.bilinear import bilinear
from dldt.compiler.ops.roi_pooling import MOST_CELLS
from dldt.compiler.types import Array, TensorType

MODES = ("asymmetric", "half_pixel_for_nn", "half_pixel")


@op("opset3")
class ROIAlign(Op):
    """[regions, C, pooled_h, pooled_w]: for each cell of a region (left, top, right, bottom) of picture
    batch_indices[region] the mean of sampling_ratio x sampling_ratio elements between pixels (0: as many as the cell is
    pixels large), or the largest of them and 0. Elements more than a pixel outside of the picture count as 0"""

    pooled_h: int = attrs.field(converter=int, validator=[positive, at_most(MOST_CELLS)])
    pooled_w: int = attrs.field(converter=int, validator=[positive, at_most(MOST_CELLS)])
    sampling_ratio: int = attrs.field(converter=int, validator=[not_negative, at_most(1 << 8)])
    spatial_scale: float = attrs.field(converter=float, validator=finite)
    mode: str = attrs.field(converter=lower, validator=one_of("avg", "max"))

    @property
    def alignment(self) -> str:
        """One of ``MODES``."""
        return "asymmetric"

    def shifts(self) -> tuple[float, float]:
        """What is added to the sides of a region before they are scaled, and after."""
        before = 0.5 if self.alignment == "half_pixel" else 0.0
        return before, 0.0 if self.alignment == "asymmetric" else -0.5

    def infer(self, data: TensorType, rois: TensorType, batch_indices: TensorType) -> TensorType:
        require_regions(data, rois, batch_indices, self.type)
        require_equal(rois.shape[1], 4, "the sides of a region and 4", self.type)
        return TensorType(data.dtype, (rois.shape[0], data.shape[1], self.pooled_h, self.pooled_w))

    def evaluate(self, data: Array, rois: Array, batch_indices: Array) -> Array:
        kind = np.result_type(data.dtype, np.float32)
        made = np.zeros((len(rois), data.shape[1], self.pooled_h, self.pooled_w), kind)
        before, behind = map(kind.type, self.shifts())
        sides = (rois.astype(kind) + before) * kind.type(self.spatial_scale) + behind
        for k, (left, top, right, bottom) in enumerate(sides):
            picture = data[int(batch_indices[k])].astype(kind)
            y, rows = self._positions(top, bottom, self.pooled_h)
            x, columns = self._positions(left, right, self.pooled_w)
            if rows * columns:
                made[k] = self._region(picture, y, x, rows, columns)
        return made.astype(data.dtype)

    def _positions(self, low: float, high: float, cells: int) -> tuple[Array, int]:
        """Where the samples of all cells along an axis lie, and how many a cell has."""
        size = high - low if self.alignment != "asymmetric" else np.maximum(high - low, 1)
        step = size / np.asarray(low).dtype.type(cells)
        count = self.sampling_ratio or max(int(np.ceil(step)), 0)
        share = (np.arange(count) + 0.5).astype(step.dtype) * (step / step.dtype.type(max(count, 1)))
        return (low + np.arange(cells, dtype=step.dtype)[:, None] * step + share).reshape(-1), count

    def _region(self, picture: Array, y: Array, x: Array, rows: int, columns: int) -> Array:
        high, wide = picture.shape[1:]
        inside = ((y >= -1) & (y <= high))[:, None] & ((x >= -1) & (x <= wide))
        at = np.meshgrid(np.clip(y, 0, high - 1), np.clip(x, 0, wide - 1), indexing="ij")
        found = bilinear(picture[None], np.zeros(inside.size, np.int64), at[0].reshape(-1), at[1].reshape(-1))
        cells = np.where(inside.reshape(-1, 1), found, 0).T.reshape(-1, self.pooled_h, rows, self.pooled_w, columns)
        return cells.mean((2, 4)) if self.mode == "avg" else np.maximum(cells.max((2, 4)), 0)


@op("opset9", "ROIAlign")
class ROIAlign9(ROIAlign):
    """As before; with ``aligned_mode`` pixels lie at halves: of the picture (half_pixel_for_nn), or of the regions too
    (half_pixel)"""

    aligned_mode: str = attrs.field(default="asymmetric", converter=lower, validator=one_of(*MODES))

    @property
    def alignment(self) -> str:
        return self.aligned_mode


def require_regions(data: TensorType, rois: TensorType, batch_indices: TensorType, what: str) -> None:
    """Raises ShapeError unless these are pictures, regions of the same type and the picture of each region."""
    require_rank(data, "data", (4,), what)
    require_rank(rois, "rois", (2,), what)
    require_rank(batch_indices, "batch_indices", (1,), what)
    require_float(data, "data", what)
    require_same_type(data, rois, what)
    require_integer(batch_indices, "batch_indices", what)
    require_equal(rois.shape[0], batch_indices.shape[0], "the numbers of regions and batch_indices", what)
