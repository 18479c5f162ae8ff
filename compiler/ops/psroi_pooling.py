"""Regions of pictures shrunk to one size, each cell from channels of its own."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_most, finite, lower, one_of, positive
from dldt.compiler.ops.axes import require_equal, require_rank, require_same_type
from dldt.compiler.ops.bilinear import bilinear
from dldt.compiler.ops.roi_pooling import check_regions, real_regions, rounded
from dldt.compiler.types import Array, TensorType

_MOST = 1 << 12
_LEAST_SIDE = 0.1
"""No region is smaller, in pixels."""


@op("opset1")
class PSROIPooling(Op):
    """[regions, output_dim, group_size, group_size] of pictures whose channels are [output_dim, group_size,
    group_size] (``average``): the means of the cells of a region, each of its own channel. ``bilinear``: channels are
    [spatial_bins_y, spatial_bins_x, output_dim]; a region, in units of the picture, has so many bins, each of its own
    channel and cut into cells; the means over the bins of elements between pixels. Regions behind one of a picture
    below 0 give zeros"""

    output_dim: int = attrs.field(converter=int, validator=[positive, at_most(1 << 20)])
    spatial_scale: float = attrs.field(converter=float, validator=finite)
    group_size: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])
    spatial_bins_x: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])
    spatial_bins_y: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])
    mode: str = attrs.field(default="average", converter=lower, validator=one_of("average", "bilinear"))

    def infer(self, input: TensorType, coords: TensorType) -> TensorType:
        check_regions(input, coords, self.type)
        size = self.group_size
        cells = size * size if self.mode == "average" else self.spatial_bins_x * self.spatial_bins_y
        meaning = f"the channels and {self.output_dim} of each of {cells} cells"
        require_equal(input.shape[1], self.output_dim * cells, meaning, self.type)
        return TensorType(input.dtype, (coords.shape[0], self.output_dim, size, size))

    def evaluate(self, input: Array, coords: Array) -> Array:
        made = np.zeros((len(coords), self.output_dim, self.group_size, self.group_size), input.dtype)
        pool = self._means if self.mode == "average" else self._between
        for k in np.flatnonzero(real_regions(coords)):
            made[k] = pool(input[int(coords[k, 0])], coords[k, 1:].astype(np.float32))
        return made

    def _means(self, picture: Array, box: Array) -> Array:
        g, scale, one = self.group_size, np.float32(self.spatial_scale), np.float32(1)
        made = np.zeros((self.output_dim, g, g), np.float32)
        low, high = rounded(box[:2]) * scale, rounded(box[2:] + one) * scale
        step = np.maximum(high - low, np.float32(_LEAST_SIDE)) / np.float32(g)
        data = picture.reshape(self.output_dim, g, g, *picture.shape[1:]).astype(np.float32)
        for i in range(g):
            for j in range(g):
                at = []
                for axis, k, size in ((1, i, picture.shape[1]), (0, j, picture.shape[2])):
                    first = int(np.floor(low[axis] + k * step[axis]))
                    last = int(np.ceil(low[axis] + (k + 1) * step[axis]))
                    at.append(slice(min(max(first, 0), size), min(max(last, 0), size)))
                cell = data[:, i, j, at[0], at[1]].reshape(self.output_dim, -1)
                made[:, i, j] = cell.mean(1) if cell.size else 0
        return made

    def _between(self, picture: Array, box: Array) -> Array:
        g, scale = self.group_size, np.float32(self.spatial_scale)
        bins = (self.spatial_bins_y, self.spatial_bins_x)
        data = picture.reshape(*bins, self.output_dim, *picture.shape[1:]).astype(np.float32)
        size = np.array(picture.shape[1:], np.float32)
        low, high = box[1::-1] * scale, box[:1:-1] * scale
        step = (high - low) / np.array(bins, np.float32)
        total = np.zeros((self.output_dim, g * g), np.float32)
        for i in range(bins[0]):
            for j in range(bins[1]):
                first = low + np.array([i, j], np.float32) * step
                ends = [_positions(first[k], step[k], g, size[k]) for k in (0, 1)]
                y, x = (a.reshape(-1) for a in np.meshgrid(*ends, indexing="ij"))
                inside = (y >= 0) & (x >= 0) & (y <= size[0] - 1) & (x <= size[1] - 1)
                y, x = (np.where(inside, a, 0) for a in (y, x))
                found = bilinear(data[i, j][None], np.zeros(len(y), np.int64), y, x).T
                total += np.where(inside, found, 0)
        return (total / np.float32(bins[0] * bins[1])).reshape(-1, g, g)


def _positions(first: float, step: float, count: int, size: float) -> Array:
    """The rows (columns) of the cells of a bin."""
    last = np.float32(size - 1)
    if count == 1:
        return np.array([(first + first + step) * last / np.float32(2)], np.float32)
    return np.arange(count, dtype=np.float32) * (step * last / np.float32(count - 1)) + first * last


@op("opset1")
class DeformablePSROIPooling(Op):
    """PSROIPooling of means of ``spatial_bins_y`` x ``spatial_bins_x`` elements between pixels in each cell, those
    outside of the picture left out. ``offsets`` [regions, 2 · kinds, part_size, part_size] move the cells by a part
    ``trans_std`` of the region's size; each kind is for as many outputs as others"""

    output_dim: int = attrs.field(converter=int, validator=[positive, at_most(1 << 20)])
    spatial_scale: float = attrs.field(converter=float, validator=finite)
    group_size: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])
    mode: str = attrs.field(default="bilinear_deformable", converter=lower, validator=one_of("bilinear_deformable"))
    spatial_bins_x: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])
    spatial_bins_y: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])
    trans_std: float = attrs.field(default=1.0, converter=float, validator=finite)
    part_size: int = attrs.field(default=1, converter=int, validator=[positive, at_most(_MOST)])

    def infer(self, data: TensorType, coords: TensorType, offsets: TensorType | None = None) -> TensorType:
        check_regions(data, coords, self.type)
        size = self.group_size
        meaning = f"the channels and {self.output_dim} of each of {size * size} cells"
        require_equal(data.shape[1], self.output_dim * size * size, meaning, self.type)
        if offsets is not None:
            require_rank(offsets, "offsets", (4,), self.type)
            require_same_type(data, offsets, self.type)
            require_equal(offsets.shape[0], coords.shape[0], "the numbers of offsets and regions", self.type)
            channels = offsets.shape[1]
            if not isinstance(channels, int) or channels < 2 or channels % 2 or self.output_dim % (channels // 2):
                raise ShapeError(
                    f"{self.type}: offsets has {channels} channels; pairs are needed that divide "
                    f"{self.output_dim} outputs"
                )
            for axis in (2, 3):
                require_equal(offsets.shape[axis], self.part_size, "a dim of offsets and part_size", self.type)
        return TensorType(data.dtype, (coords.shape[0], self.output_dim, size, size))

    def evaluate(self, data: Array, coords: Array, offsets: Array | None = None) -> Array:
        g, one = self.group_size, np.float32
        made = np.zeros((len(coords), self.output_dim, g, g), data.dtype)
        pictures = data.reshape(len(data), self.output_dim, g, g, *data.shape[2:]).astype(one)
        for k in np.flatnonzero(real_regions(coords)):
            whole = rounded(coords[k, 1:].astype(one))
            low, high = whole[:2] * one(self.spatial_scale), (whole[2:] + one(1)) * one(self.spatial_scale)
            low, high = low - one(0.5), high - one(0.5)
            size = np.maximum(high - low, one(_LEAST_SIDE))
            for c, i, j in np.ndindex(self.output_dim, g, g):
                start = low + np.array([j, i], one) * (size / one(g))
                if offsets is not None:
                    kind = c // (self.output_dim // (offsets.shape[1] // 2))
                    move = offsets[k, 2 * kind : 2 * kind + 2, i * self.part_size // g, j * self.part_size // g]
                    start = start + move.astype(one) * one(self.trans_std) * size
                made[k, c, i, j] = self._mean(pictures[int(coords[k, 0]), c, i, j], start, size / one(g))
        return made

    def _mean(self, picture: Array, start: Array, size: Array) -> float:
        bins = (self.spatial_bins_y, self.spatial_bins_x)
        steps = [np.arange(n, dtype=np.float32) * (s / np.float32(n)) for n, s in zip(bins, size[::-1], strict=True)]
        y, x = (a.reshape(-1) for a in np.meshgrid(start[1] + steps[0], start[0] + steps[1], indexing="ij"))
        high, wide = picture.shape
        inside = (y >= -0.5) & (y <= high - 0.5) & (x >= -0.5) & (x <= wide - 0.5)
        if not inside.any():
            return 0.0
        y, x = np.clip(y[inside], 0, high - 1), np.clip(x[inside], 0, wide - 1)
        return float(bilinear(picture[None, None], np.zeros(len(y), np.int64), y, x).mean())
