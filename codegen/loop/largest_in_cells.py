"""The largest pixels of cells of regions, as an operation: what ROIPooling is made of."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.codegen.loop.lower.access import Access, lowers
from dldt.compiler.dims import Dim
from dldt.compiler.op import Op
from dldt.compiler.types import TensorType


@attrs.frozen
class LargestInCells(Op):
    """[regions, down, across, channels] of pixels [lines, width, channels]. Cell (i, j) of a region holds the pixels of
    ``high`` [regions, down] lines from ``top`` on, and of ``wide`` [regions, across] columns from ``left`` on, which
    all exist. Each channel's largest element is taken, 0 where a cell is empty.

    The compiler makes it while it generates native code (``expand_roi_pooling``); it is in no operation set.
    """

    regions: Dim
    down: int
    across: int
    width: Dim
    channels: Dim

    type = "LargestInCells"
    opset = ""
    ports = ("pixels", "top", "high", "left", "wide")
    required = 5
    variadic = False

    def infer(self, pixels: TensorType, *others: Any) -> TensorType:
        """See the class."""
        return TensorType(pixels.dtype, (self.regions, self.down, self.across, self.channels))


@lowers(LargestInCells, kind="reduce")
def largest_in_cells(*_: object) -> Access:
    """Always an error: no element is an expression of the inputs, because cells need a kernel of their own."""
    raise AssertionError("cells of regions have a kernel of their own: no element is an expression of its inputs")
