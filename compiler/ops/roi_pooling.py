"""Regions of pictures shrunk to one size: the largest element of each cell, or one between pixels."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_most, finite, lower, one_of, positive
from dldt.compiler.ops.axes import require_equal, require_rank, require_same_type, require_single
from dldt.compiler.ops.bilinear import bilinear
from dldt.compiler.types import Array, TensorType

MOST_CELLS = 1 << 12
"""So many cells may lie along an axis of a region."""


def check_regions(data: TensorType, rois: TensorType, what: str) -> None:
    """ShapeError unless data are pictures, and rois regions (picture, left, top, right, bottom) of the same type."""
    require_rank(data, "the picture", (4,), what)
    require_rank(rois, "the regions", (2,), what)
    require_single(data, "the picture", what)
    require_same_type(data, rois, what)
    require_equal(rois.shape[1], 5, "the numbers of a region and 5", what)


def real_regions(rois: Array) -> Array:
    """Whether each region is one: the first of a picture below 0 ends them."""
    return np.logical_and.accumulate(rois[:, 0] >= 0)


def rounded(x: Array) -> Array:
    """The nearest whole numbers, halves away from 0."""
    whole = np.trunc(x)
    return whole + np.copysign(np.abs(x - whole) >= 0.5, x).astype(x.dtype)


@op("opset2")
class ROIPooling(Op):
    """[regions, C, pooled_h, pooled_w]. ``max``: a region's pixels, its sides times spatial_scale and rounded, are
    split into cells, whose largest elements are taken (0 where a cell is empty). ``bilinear``: a region's sides are in
    units of the picture; elements between pixels are taken at even steps from its first to its last side, 0 outside of
    the picture. Regions behind one of a picture below 0 give zeros"""

    pooled_h: int = attrs.field(converter=int, validator=[positive, at_most(MOST_CELLS)])
    pooled_w: int = attrs.field(converter=int, validator=[positive, at_most(MOST_CELLS)])
    spatial_scale: float = attrs.field(converter=float, validator=finite)
    method: str = attrs.field(default="max", converter=lower, validator=one_of("max", "bilinear"))

    def infer(self, input: TensorType, coords: TensorType) -> TensorType:
        check_regions(input, coords, self.type)
        return TensorType(input.dtype, (coords.shape[0], input.shape[1], self.pooled_h, self.pooled_w))

    def evaluate(self, input: Array, coords: Array) -> Array:
        made = np.zeros((len(coords), input.shape[1], self.pooled_h, self.pooled_w), input.dtype)
        pool = self._largest if self.method == "max" else self._between
        for k in np.flatnonzero(real_regions(coords)):
            made[k] = pool(input[int(coords[k, 0])], coords[k, 1:])
        return made

    def _largest(self, picture: Array, box: Array) -> Array:
        made = np.zeros((len(picture), self.pooled_h, self.pooled_w), picture.dtype)
        left, top, right, bottom = rounded(box * box.dtype.type(self.spatial_scale)).astype(np.int64).tolist()
        rows = _cells(top, bottom, self.pooled_h, picture.shape[1], box.dtype.type)
        columns = _cells(left, right, self.pooled_w, picture.shape[2], box.dtype.type)
        for i, (first, last) in enumerate(rows):
            for j, (begin, end) in enumerate(columns):
                cell = picture[:, first:last, begin:end]
                made[:, i, j] = cell.max((1, 2)) if cell.size else 0
        return made

    def _between(self, picture: Array, box: Array) -> Array:
        left, top, right, bottom = box
        y, x = (
            _steps(low, high, count, size)
            for low, high, count, size in (
                (top, bottom, self.pooled_h, picture.shape[1]),
                (left, right, self.pooled_w, picture.shape[2]),
            )
        )
        at = [a.reshape(-1) for a in np.meshgrid(y, x, indexing="ij")]
        inside = np.logical_and.reduce([(a >= 0) & (a <= n - 1) for a, n in zip(at, picture.shape[1:], strict=True)])
        y, x = (np.where(inside, a, 0) for a in at)
        found = bilinear(picture[None], np.zeros(len(y), np.int64), y, x)
        return np.where(inside[:, None], found, 0).T.reshape(-1, self.pooled_h, self.pooled_w)


def _cells(first: int, last: int, count: int, size: int, kind: Any) -> list[tuple[int, int]]:
    """Where the cells between two pixels begin and end, inside of an axis."""
    step = kind(max(last - first + 1, 1)) / kind(count)
    ends = [(int(np.floor(kind(k) * step)), int(np.ceil(kind(k + 1) * step))) for k in range(count)]
    return [(min(max(a + first, 0), size), min(max(b + first, 0), size)) for a, b in ends]


def _steps(low: Any, high: Any, count: int, size: int) -> Array:
    """``count`` positions from ``low`` to ``high`` in units of an axis; one is in the middle."""
    last = low.dtype.type(size - 1)
    if count == 1:
        return np.array([low.dtype.type(0.5) * (low + high) * last])
    step = (high - low) * last / low.dtype.type(count - 1)
    made = np.arange(count, dtype=low.dtype) * step + low * last
    made[-1] = last * high
    return made
