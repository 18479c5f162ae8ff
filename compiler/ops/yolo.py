"""The last layers of the YOLO detectors."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import product
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import at_least, at_most, finite, floats, ints, positive
from dldt.compiler.ops.axes import normal_axis, require_equal, require_float, require_rank, text
from dldt.compiler.ops.shuffle import exact
from dldt.compiler.ops.softmax import softmax
from dldt.compiler.types import Array, TensorType

_MOST = 1 << 24


@op("opset1")
class RegionYolo(Op):
    """For x [N, boxes · (coords + 1 + classes), H, W] of ``num`` boxes a cell (those of ``mask`` with ``do_softmax``
    off): the sigmoid of a box's first two coordinates and of its objectness, the other coordinates as they are, and
    the softmax (else the sigmoid) of its classes. With ``do_softmax`` the axes ``axis`` … ``end_axis`` are joined"""

    axis: int = attrs.field(converter=int)
    coords: int = attrs.field(converter=int, validator=[at_least(2), at_most(_MOST)])
    classes: int = attrs.field(converter=int, validator=[positive, at_most(_MOST)])
    end_axis: int = attrs.field(converter=int)
    num: int = attrs.field(converter=int, validator=[positive, at_most(_MOST)])
    do_softmax: bool = attrs.field(default=True)
    mask: tuple[int, ...] = attrs.field(default=(), converter=ints)
    anchors: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)

    @property
    def entries(self) -> int:
        """The channels of a box."""
        return self.coords + 1 + self.classes

    @property
    def boxes(self) -> int:
        """The boxes of a cell."""
        return self.num if self.do_softmax else len(self.mask)

    def infer(self, data: TensorType) -> TensorType:
        require_rank(data, "data", (4,), self.type)
        require_float(data, "data", self.type)
        if self.boxes < 1:
            raise ShapeError(f"{self.type}: mask names no box, and do_softmax is off")
        wanted = self.boxes * self.entries
        require_equal(data.shape[1], wanted, f"the channels and {self.boxes} boxes of {self.entries}", self.type)
        if not self.do_softmax:
            return TensorType(data.dtype, data.shape)
        first, last = normal_axis(self.axis, 4, self.type), normal_axis(self.end_axis, 4, self.type)
        if first > last:
            raise ShapeError(f"{self.type}: axis {self.axis} is behind end_axis {self.end_axis}")
        return TensorType(
            data.dtype, (*data.shape[:first], product(data.shape[first : last + 1]), *data.shape[last + 1 :])
        )

    def evaluate(self, data: Array) -> Array:
        wide = data.astype(np.result_type(data.dtype, np.float32))
        x = wide.reshape(data.shape[0], self.boxes, self.entries, *data.shape[2:]).copy()
        ends = [2, self.coords, self.coords + 1]
        x[:, :, :2], x[:, :, ends[1] : ends[2]] = _sigmoid(x[:, :, :2]), _sigmoid(x[:, :, ends[1] : ends[2]])
        rest = x[:, :, ends[2] :]
        x[:, :, ends[2] :] = softmax(rest, 2) if self.do_softmax else _sigmoid(rest)
        made = x.reshape(data.shape).astype(data.dtype)
        if not self.do_softmax:
            return made
        first, last = self.axis % 4, self.end_axis % 4
        return made.reshape(*data.shape[:first], -1, *data.shape[last + 1 :])


@op("opset2")
class ReorgYolo(Op):
    """[N, C, H, W] → [N, C·s², H/s, W/s] (s: ``stride``), as Darknet moves the elements: as x's memory were an array
    [N, C/s², H, s, W, s], whose s x s become the outer part of the channels"""

    stride: tuple[int, ...] = attrs.field(converter=ints, validator=[positive, at_most(_MOST)])

    @property
    def factor(self) -> int:
        """By how much height and width shrink."""
        return self.stride[0]

    def infer(self, data: TensorType) -> TensorType:
        require_rank(data, "data", (4,), self.type)
        if len(self.stride) != 1:
            raise ShapeError(f"{self.type}: stride has {len(self.stride)} numbers, must have 1")
        batch, channels, *_ = data.shape
        exact(data.shape, 1, self.factor**2, self.type)
        space = (exact(data.shape, axis, self.factor, self.type) for axis in (2, 3))
        if not isinstance(channels, int):
            raise ShapeError(f"{self.type}: the channels of {text(data.shape)} must be fixed")
        return TensorType(data.dtype, (batch, channels * self.factor**2, *space))

    def evaluate(self, data: Array) -> Array:
        n, c, h, w = data.shape
        s = self.factor
        parts = data.reshape(n, c // s**2, h, s, w, s).transpose(0, 3, 5, 1, 2, 4)
        return parts.reshape(n, c * s**2, h // s, w // s)


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))
