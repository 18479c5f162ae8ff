"""Transposed convolution: the gradient of a convolution with respect to its data."""

from __future__ import annotations

import itertools

import attrs
import numpy as np

from dldt.compiler.dims import Dim, floordiv, maximum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import op
from dldt.compiler.ops.attributes import ints, lower, not_negative, one_of
from dldt.compiler.ops.axes import known_dims, require_equal, text
from dldt.compiler.ops.convolution import accumulator, check_operands, static_kernel, tap_slices
from dldt.compiler.ops.linear import Linear
from dldt.compiler.ops.window import AUTO_PADS, Window, check_attributes
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape, TensorType


@attrs.frozen
class DeconvolutionBase(Linear):
    """What dense and grouped transposed convolution share."""

    traits = Linear.traits | Trait.CONVOLUTION | Trait.TRANSPOSED

    strides: tuple[int, ...] = attrs.field(converter=ints)
    pads_begin: tuple[int, ...] = attrs.field(converter=ints)
    pads_end: tuple[int, ...] = attrs.field(converter=ints)
    dilations: tuple[int, ...] = attrs.field(converter=ints)
    auto_pad: str = attrs.field(default="explicit", converter=lower, validator=one_of(*AUTO_PADS))
    output_padding: tuple[int, ...] = attrs.field(default=(), converter=ints, validator=not_negative)

    def window(self, space: Shape, kernel: Shape, wanted: tuple[Dim, ...] | None) -> Window:
        """The geometry of the convolution whose transpose this is: the data of that convolution has the size of this
        operation's result, and ``output`` is that size. ``wanted`` is the size of the result where the model gives it
        as an input."""
        taps = static_kernel(kernel, self.type)
        check_attributes(self.type, len(space), strides=self.strides, dilations=self.dilations, kernel=taps)
        extra = self.output_padding or (0,) * len(space)
        if len(extra) != len(space) or (wanted is not None and len(wanted) != len(space)):
            raise ShapeError(f"{self.type}: output_padding and output_shape must have one number a spatial axis")
        begins: list[Dim] = []
        ends: list[Dim] = []
        output: list[Dim] = []
        for i, size in enumerate(space):
            full = (size - 1) * self.strides[i] + (taps[i] - 1) * self.dilations[i] + 1 + extra[i]
            begin, end = self._pads(i, full, None if wanted is None else wanted[i], len(space))
            result = full - begin - end
            if maximum_of(result) < 1:
                raise ShapeError(f"{self.type}: spatial axis {i} has {full} elements before {begin}+{end} are cut off")
            begins.append(begin)
            ends.append(end)
            output.append(result)
        return Window(taps, self.strides, self.dilations, tuple(begins), tuple(ends), tuple(output))

    def _pads(self, i: int, full: Dim, wanted: Dim | None, axes: int) -> tuple[Dim, Dim]:
        if wanted is not None and self.auto_pad in ("same_upper", "same_lower"):
            total = full - wanted
            small = floordiv(total, 2)
            return (small, total - small) if self.auto_pad == "same_lower" else (total - small, small)
        if self.auto_pad != "explicit":
            return 0, 0 if wanted is None else full - wanted
        if len(self.pads_begin) != axes or len(self.pads_end) != axes:
            raise ShapeError(f"{self.type}: pads_begin and pads_end must have one number a spatial axis, {axes}")
        begin = self.pads_begin[i]
        return begin, self.pads_end[i] if wanted is None else full - wanted - begin


@op("opset1")
class ConvolutionBackpropData(DeconvolutionBase):
    """y[n, o, p*stride + k*dilation - pad] = sum over c, k of x[n, c, p] * filters[c, o, k]"""

    def output_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (1,)

    def input_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (0,)

    def infer(self, data: TensorType, filters: TensorType, output_shape: TensorType | None = None) -> TensorType:
        check_operands(data, filters, filters.rank, self.type)
        require_equal(data.shape[1], filters.shape[0], f"channels of data {text(data.shape)} and of filters", self.type)
        where = self.window(data.shape[2:], filters.shape[2:], _wanted(output_shape, self.type))
        return TensorType(data.dtype, (data.shape[0], filters.shape[1], *where.output))

    def evaluate(self, data: Array, filters: Array, output_shape: Array | None = None) -> Array:
        wanted = None if output_shape is None else ints(output_shape.ravel())
        return scatter(data, filters[None], self.window(data.shape[2:], filters.shape[2:], wanted))


@op("opset1", traits=Trait.GROUPED)
class GroupConvolutionBackpropData(DeconvolutionBase):
    """Transposed convolution group by group: filters are [groups, in/groups, out/groups, kernel...]"""

    def output_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (0, 2)

    def input_channel_axes(self, rank: int) -> tuple[int, ...]:
        return (0, 1)

    def infer(self, data: TensorType, filters: TensorType, output_shape: TensorType | None = None) -> TensorType:
        check_operands(data, filters, filters.rank - 1, self.type)
        groups, inputs, outputs = filters.shape[:3]
        require_equal(data.shape[1], groups * inputs, f"channels of data {text(data.shape)} and of filters", self.type)
        where = self.window(data.shape[2:], filters.shape[3:], _wanted(output_shape, self.type))
        return TensorType(data.dtype, (data.shape[0], groups * outputs, *where.output))

    def evaluate(self, data: Array, filters: Array, output_shape: Array | None = None) -> Array:
        wanted = None if output_shape is None else ints(output_shape.ravel())
        return scatter(data, filters, self.window(data.shape[2:], filters.shape[3:], wanted))


def scatter(data: Array, filters: Array, where: Window) -> Array:
    """Transposed convolution with filters [groups, inputs, outputs, kernel...]: every tap's product is added where the
    window puts it, then the padding is cut off."""
    groups, inputs, outputs = filters.shape[:3]
    batch, space = data.shape[0], data.shape[2:]
    sums = accumulator(data.dtype)
    begins, ends = [int(p) for p in where.pads_begin], [int(p) for p in where.pads_end]
    result = [int(dim) for dim in where.output]
    full = [n + b + e for n, b, e in zip(result, begins, ends, strict=True)]
    over = attrs.evolve(where, output=space)
    total = np.zeros((batch, groups * outputs, *full), sums)
    columns = data.reshape(batch, groups, inputs, -1).astype(sums)
    weights = np.swapaxes(filters, 1, 2).reshape(groups, outputs, inputs, -1).astype(sums)
    for i, tap in enumerate(itertools.product(*(range(k) for k in where.kernel))):
        part = np.matmul(weights[..., i], columns)
        total[(slice(None), slice(None), *tap_slices(tap, over))] += part.reshape(batch, groups * outputs, *space)
    padded = np.pad(total, [(0, 0), (0, 0)] + [(max(-b, 0), max(-e, 0)) for b, e in zip(begins, ends, strict=True)])
    kept = tuple(slice(max(b, 0), max(b, 0) + n) for b, n in zip(begins, result, strict=True))
    return padded[(slice(None), slice(None), *kept)].astype(data.dtype)


def _wanted(output_shape: TensorType | None, what: str) -> tuple[Dim, ...] | None:
    return None if output_shape is None else known_dims(output_shape, "output_shape", what)
