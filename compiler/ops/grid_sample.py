"""Pixels at places that are computed."""

from __future__ import annotations

import itertools

import attrs
import numpy as np

from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import require_equal, require_float, require_rank
from dldt.compiler.types import Array, TensorType

_CUBIC = -0.75


@op("opset9")
class GridSample(Op):
    """y[n, c, i, j] = data[n, c] at column grid[n, i, j, 0] and row grid[n, i, j, 1], which go from -1 to 1 over the
    picture: from the middle of the first to that of the last pixel (``align_corners``), else over the whole of both.
    Between pixels by ``mode``; outside of the picture are zeros, its border, or what is mirrored there"""

    align_corners: bool = attrs.field(default=False)
    mode: str = attrs.field(default="bilinear", converter=lower, validator=one_of("bilinear", "bicubic", "nearest"))
    padding_mode: str = attrs.field(default="zeros", converter=lower, validator=one_of("zeros", "border", "reflection"))

    def infer(self, data: TensorType, grid: TensorType) -> TensorType:
        require_rank(data, "data", (4,), self.type)
        require_rank(grid, "grid", (4,), self.type)
        require_float(grid, "grid", self.type)
        require_equal(data.shape[0], grid.shape[0], "the batches of data and grid", self.type)
        require_equal(grid.shape[3], 2, "the numbers of a place and 2", self.type)
        return TensorType(data.dtype, (*data.shape[:2], *grid.shape[1:3]))

    def evaluate(self, data: Array, grid: Array) -> Array:
        kind = np.result_type(grid.dtype, np.float32)
        axes = []
        for axis, size in enumerate(data.shape[2:]):
            given = grid[..., 1 - axis].astype(kind) + kind.type(1)
            at = given * kind.type(size - 1) / 2 if self.align_corners else (given * kind.type(size) - 1) / 2
            axes.append([(self._place(tap, size), weight) for tap, weight in self._taps(at)])
        batch = np.arange(len(data)).reshape(-1, 1, 1)
        total = np.zeros((*grid.shape[:3], data.shape[1]), kind)
        for ((row, good_row), down), ((column, good_column), over) in itertools.product(*axes):
            found = data[batch, :, row, column] * (down * over)[..., None]
            total += np.where((good_row & good_column)[..., None], found, 0)
        return np.moveaxis(total, -1, 1).astype(data.dtype)

    def _taps(self, at: Array) -> list[tuple[Array, Array]]:
        """The pixels round each position, and their weights."""
        if self.mode == "nearest":
            return [(np.rint(at), np.ones_like(at))]
        low = np.floor(at)
        share = at - low
        if self.mode == "bilinear":
            return [(low, 1 - share), (low + 1, share)]
        return [(low + k, _keys(np.abs(share - k))) for k in (-1, 0, 1, 2)]

    def _place(self, tap: Array, size: int) -> tuple[Array, Array]:
        """Where a pixel is read, and whether it counts."""
        at = tap.astype(np.int64)
        if self.padding_mode == "zeros":
            return np.clip(at, 0, size - 1), (at >= 0) & (at < size)
        if self.padding_mode == "reflection":
            period = max(2 * (size - 1), 1) if self.align_corners else 2 * size
            at = np.mod(at, period)
            at = np.minimum(at, (period if self.align_corners else period - 1) - at)
        return np.clip(at, 0, size - 1), np.ones(at.shape, bool)


def _keys(x: Array) -> Array:
    """Keys' cubic at distances up to 2."""
    a = x.dtype.type(_CUBIC)
    inner = ((a + 2) * x - (a + 3)) * x * x + 1
    outer = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    return np.where(x < 1, inner, outer)
