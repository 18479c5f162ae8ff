"""Resizing by interpolation."""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np

from dldt.compiler.dims import Dim, floordiv, maximum_of
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import ints, lower, not_negative, one_of
from dldt.compiler.ops.axes import known_dims, known_ints, normal_axes, text
from dldt.compiler.ops.resampling import AxisTaps, axis_taps
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape, TensorType

MODES = ("nearest", "linear", "linear_onnx", "cubic")
COORDINATES = ("half_pixel", "pytorch_half_pixel", "asymmetric", "tf_half_pixel_for_nn", "align_corners")
NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil", "simple")


@op("opset4", traits=Trait.LAYOUT_AGNOSTIC)
class Interpolate(Op):
    """y = x resized along ``axes`` to ``output_shape`` (shape_calculation_mode sizes) or by ``scales``; the axes are
    interpolated one after the other: y[p] = sum over taps of weight * x[tap]"""

    mode: str = attrs.field(converter=lower, validator=one_of(*MODES))
    shape_calculation_mode: str = attrs.field(converter=lower, validator=one_of("sizes", "scales"))
    coordinate_transformation_mode: str = attrs.field(
        default="half_pixel", converter=lower, validator=one_of(*COORDINATES)
    )
    nearest_mode: str = attrs.field(default="round_prefer_floor", converter=lower, validator=one_of(*NEAREST))
    antialias: bool = attrs.field(default=False)
    pads_begin: tuple[int, ...] = attrs.field(default=(0,), converter=ints, validator=not_negative)
    pads_end: tuple[int, ...] = attrs.field(default=(0,), converter=ints, validator=not_negative)
    cube_coeff: float = attrs.field(default=-0.75, converter=float)

    def infer(
        self, data: TensorType, output_shape: TensorType, scales: TensorType, axes: TensorType | None = None
    ) -> TensorType:
        along = self.axes(data, axes)
        shape = list(self.padded_shape(data.shape))
        if self.shape_calculation_mode == "sizes":
            sizes: tuple[Dim, ...] = known_dims(output_shape, "output_shape", self.type)
            _check_count("output_shape", len(sizes), along)
            wanted = list(sizes)
        else:
            numbers = self.known_scales(scales)
            _check_count("scales", len(numbers), along)
            wanted = [scaled_size(shape[axis], scale) for axis, scale in zip(along, numbers, strict=True)]
        for axis, size in zip(along, wanted, strict=True):
            if maximum_of(size) < 1 or maximum_of(shape[axis]) < 1:
                raise ShapeError(f"Interpolate: axis {axis} of {text(data.shape)} would become {size}")
            shape[axis] = size
        return TensorType(data.dtype, tuple(shape))

    def axes(self, data: TensorType, axes: TensorType | None) -> tuple[int, ...]:
        """The axes that are resized, counted from the front."""
        if axes is None:
            return tuple(range(data.rank))
        return normal_axes(known_ints(axes, "axes", self.type), data.rank, self.type)

    def known_scales(self, scales: TensorType) -> tuple[float, ...]:
        """The scales, which must be constant."""
        if not scales.dtype.is_float or scales.rank > 1:
            raise ShapeError(f"Interpolate: scales must be a vector of floating-point numbers, got {scales}")
        if scales.constant is None:
            raise UnsupportedError("Interpolate: scales are computed at run time; they must be a constant")
        found = tuple(float(scale) for scale in scales.constant.ravel())
        if not all(0 < scale < 2**20 for scale in found):
            raise ShapeError(f"Interpolate: scales {list(found)} must be positive and less than {2**20}")
        return found

    def padded_shape(self, shape: Shape) -> Shape:
        """The shape after ``pads_begin`` and ``pads_end`` (short lists mean 0 for the rest)."""
        begins, ends = self.pads(len(shape))
        return tuple(dim + b + e for dim, b, e in zip(shape, begins, ends, strict=True))

    def pads(self, rank: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """``pads_begin`` and ``pads_end`` an axis."""
        if len(self.pads_begin) > rank or len(self.pads_end) > rank:
            raise ShapeError(f"Interpolate: pads_begin and pads_end are longer than the rank of the data, {rank}")
        fill = (0,) * rank
        return (self.pads_begin + fill)[:rank], (self.pads_end + fill)[:rank]

    def taps(self, axis_size: int, out_size: int, scale: float) -> AxisTaps:
        """Which elements an output position of one axis mixes, with which weights: int [out, taps], f64 [out, taps]."""
        return axis_taps(self, axis_size, out_size, scale)

    def evaluate(self, data: Array, output_shape: Array, scales: Array, axes: Array | None = None) -> Array:
        begins, ends = self.pads(data.ndim)
        padded = np.pad(data, list(zip(begins, ends, strict=True)))
        along = range(data.ndim) if axes is None else [int(axis) % data.ndim for axis in axes.ravel()]
        result = padded.astype(np.float64)
        for i, axis in enumerate(along):
            size = padded.shape[axis]
            if self.shape_calculation_mode == "sizes":
                out = int(output_shape.ravel()[i])
                scale = out / size
            else:
                scale = float(scales.ravel()[i])
                out = int(scaled_size(size, scale))
            if out == size and scale == 1.0:
                continue
            result = _mix(result, axis, self.taps(size, out, scale))
        if np.issubdtype(data.dtype, np.integer):
            result = np.rint(result)
        return result.astype(data.dtype)


def scaled_size(size: Dim, scale: float) -> Dim:
    """floor(size * scale); a symbolic size needs a scale that is a simple fraction."""
    if isinstance(size, int):
        return int(np.floor(np.float32(size) * (np.float32(scale) + np.float32(1e-6))))
    ratio = Fraction(scale).limit_denominator(64)
    if abs(float(ratio) - scale) > 1e-6 * scale:
        raise UnsupportedError(f"Interpolate: scale {scale} of the symbolic dimension {size} is not a simple fraction")
    return floordiv(size * ratio.numerator, ratio.denominator)


def _check_count(port: str, count: int, axes: tuple[int, ...]) -> None:
    if count != len(axes):
        raise ShapeError(f"Interpolate: {port} has {count} numbers for {len(axes)} axes")


def _mix(data: Array, axis: int, taps: AxisTaps) -> Array:
    shape = (-1,) + (1,) * (data.ndim - 1 - axis)
    total: Array = np.zeros(())
    for index, weight in zip(taps.index.T, taps.weight.T, strict=True):
        total = total + np.take(data, index, axis) * weight.reshape(shape)
    return total
