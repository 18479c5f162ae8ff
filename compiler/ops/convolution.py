"""Convolution over one, two or three spatial axes."""

from __future__ import annotations

import itertools

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError, UndecidedShapeError
from dldt.compiler.inference import same
from dldt.compiler.op import op
from dldt.compiler.ops.attributes import ints, lower, one_of
from dldt.compiler.ops.axes import require_equal, require_float, require_rank, require_same_type, text
from dldt.compiler.ops.linear import Linear
from dldt.compiler.ops.window import AUTO_PADS, Window, window
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape, TensorType


@attrs.frozen
class ConvolutionBase(Linear):
    """What dense and grouped convolution share."""

    traits = Linear.traits | Trait.CONVOLUTION

    strides: tuple[int, ...] = attrs.field(converter=ints)
    pads_begin: tuple[int, ...] = attrs.field(converter=ints)
    pads_end: tuple[int, ...] = attrs.field(converter=ints)
    dilations: tuple[int, ...] = attrs.field(converter=ints)
    auto_pad: str = attrs.field(default="explicit", converter=lower, validator=one_of(*AUTO_PADS))

    def window(self, space: Shape, kernel: Shape) -> Window:
        """The geometry over the spatial dims ``space`` with a kernel of static dims."""
        return window(
            self.type, space, static_kernel(kernel, self.type), self.strides, self.dilations, self.pads_begin,
            self.pads_end, self.auto_pad,
        )  # fmt: skip


@op("opset1")
class Convolution(ConvolutionBase):
    """y[n, o, p] = sum over c, k of x[n, c, p*stride + k*dilation - pad] * filters[o, c, k]"""

    def output_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (0,)

    def input_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (1,)

    def infer(self, data: TensorType, filters: TensorType) -> TensorType:
        check_operands(data, filters, filters.rank, self.type)
        if not same(data.shape[1], filters.shape[1], "the channels of the data"):
            raise ShapeError(
                f"Convolution: data {text(data.shape)} has {data.shape[1]} channels, filters {text(filters.shape)} "
                f"take {filters.shape[1]}"
            )
        where = self.window(data.shape[2:], filters.shape[2:])
        return TensorType(data.dtype, (data.shape[0], filters.shape[0], *where.output))

    def evaluate(self, data: Array, filters: Array) -> Array:
        return convolve(data, filters[None], self.window(data.shape[2:], filters.shape[2:]))


@op("opset1", traits=Trait.GROUPED)
class GroupConvolution(ConvolutionBase):
    """Convolution group by group: filters are [groups, out/groups, in/groups, kernel...]"""

    def output_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (0, 1)

    def input_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (0, 2)

    def infer(self, data: TensorType, filters: TensorType) -> TensorType:
        check_operands(data, filters, filters.rank - 1, self.type)
        groups, outputs, inputs = filters.shape[:3]
        require_equal(data.shape[1], groups * inputs, f"channels of data {text(data.shape)} and of filters", self.type)
        where = self.window(data.shape[2:], filters.shape[3:])
        return TensorType(data.dtype, (data.shape[0], groups * outputs, *where.output))

    def evaluate(self, data: Array, filters: Array) -> Array:
        return convolve(data, filters, self.window(data.shape[2:], filters.shape[3:]))


def check_operands(data: TensorType, filters: TensorType, filter_rank: int, what: str) -> None:
    """ShapeError unless data and filters are floats of one type and of fitting ranks (3, 4 or 5)."""
    require_float(data, "data", what)
    require_same_type(data, filters, what)
    require_rank(data, "data", (3, 4, 5), what)
    if filter_rank != data.rank:
        raise ShapeError(f"{what}: filters {text(filters.shape)} do not fit data {text(data.shape)}: ranks differ")


def static_kernel(kernel: Shape, what: str) -> tuple[int, ...]:
    """The kernel's dims as ints."""
    found = tuple(dim for dim in kernel if isinstance(dim, int))
    if len(found) != len(kernel):
        raise UndecidedShapeError(f"{what}: the kernel's size {text(kernel)} must be known at compile time")
    return found


def accumulator(dtype: np.dtype[np.generic]) -> np.dtype[np.generic]:
    """The type that sums are taken in: at least f32."""
    return np.dtype(np.float32) if dtype.itemsize < 4 else dtype


def convolve(data: Array, filters: Array, where: Window) -> Array:
    """Convolution with filters [groups, outputs, inputs, kernel...]: one matrix product a kernel tap."""
    groups, outputs, inputs = filters.shape[:3]
    sums = accumulator(data.dtype)
    pads = [(0, 0), (0, 0)] + [(int(b), int(e)) for b, e in zip(where.pads_begin, where.pads_end, strict=True)]
    padded = np.pad(data.astype(sums), pads)
    space = tuple(int(dim) for dim in where.output)
    total = np.zeros((data.shape[0], groups, outputs, int(np.prod(space))), sums)
    weights = filters.reshape(groups, outputs, inputs, -1).astype(sums)
    for i, tap in enumerate(itertools.product(*(range(k) for k in where.kernel))):
        picked = padded[(slice(None), slice(None), *tap_slices(tap, where))]
        columns = picked.reshape(data.shape[0], groups, inputs, -1)
        total += np.matmul(weights[..., i], columns)
    return total.reshape(data.shape[0], groups * outputs, *space).astype(data.dtype)


def tap_slices(tap: tuple[int, ...], where: Window) -> list[slice]:
    """For one kernel tap, the slice an axis of the padded data that it meets, window by window."""
    slices = []
    for k, stride, dilation, count in zip(tap, where.strides, where.dilations, where.output, strict=True):
        first = k * dilation
        slices.append(slice(first, first + (int(count) - 1) * stride + 1, stride))
    return slices
