"""What Caffe's layers of windows have in common: one message of settings."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.frontends.caffe.window import per_axis
from dldt.frontends.engine.attribute_record import AttributeRecord


@attrs.frozen
class ConvolutionSettings(AttributeRecord):
    """The fields of ``ConvolutionParameter``. DeepLab's first Caffe calls the dilation a hole; Intel's joins a ReLU."""

    num_output: int | None = None
    bias_term: bool = True
    pad: tuple[int, ...] = ()
    kernel_size: tuple[int, ...] = ()
    stride: tuple[int, ...] = ()
    dilation: tuple[int, ...] = ()
    pad_h: int | None = None
    pad_w: int | None = None
    kernel_h: int | None = None
    kernel_w: int | None = None
    stride_h: int | None = None
    stride_w: int | None = None
    group: int = 1
    axis: int = 1
    force_nd_im2col: bool = False
    hole: int | None = None
    hole_h: int | None = None
    hole_w: int | None = None
    relu: bool = False
    negative_slope: float = 0.0

    def rank(self, bottom: Value) -> int:
        """How many spatial axes there are. Raises ShapeError, UnsupportedError."""
        rank = bottom.type.rank
        if self.axis not in (1, 1 - rank):
            raise UnsupportedError(f"axis {self.axis} is not supported, the channels must be axis 1")
        if not 3 <= rank <= 5:
            raise ShapeError(f"{bottom.type} has {max(0, rank - 2)} spatial axes; one to three are supported")
        return rank - 2

    def kernel(self, rank: int) -> tuple[int, ...]:
        """Its size along each spatial axis. Raises InputError."""
        return per_axis("kernel_size", self.kernel_size, self.kernel_h, self.kernel_w, rank, None)

    def fields(self, rank: int) -> dict[str, Any]:
        """The fields of a convolution in the opset. Raises InputError."""
        pads = per_axis("pad", self.pad, self.pad_h, self.pad_w, rank, 0)
        return dict(
            strides=per_axis("stride", self.stride, self.stride_h, self.stride_w, rank),
            pads_begin=pads,
            pads_end=pads,
            dilations=per_axis("dilation", self.dilation or self.hole, self.hole_h, self.hole_w, rank),
        )

    @property
    def outputs(self) -> int:
        """Of how many channels the result is: a multiple of the groups. Raises InputError."""
        if self.num_output is None:
            raise InputError("num_output is not given")
        if self.group < 1 or self.num_output % self.group:
            raise InputError(f"num_output {self.num_output} is no multiple of group {self.group}")
        return self.num_output
