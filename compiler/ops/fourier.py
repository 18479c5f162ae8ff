"""Discrete Fourier transforms. A complex number is a pair of numbers along the last axis."""

from __future__ import annotations

import numpy as np

from dldt.compiler.dims import Dim, floordiv, maximum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_dims, known_ints, normal_axes, require_float, require_integer
from dldt.compiler.types import Array, Shape, TensorType


class Fourier(Op):
    """What the transforms share: axes, and sizes to which data are cut or filled with zeros (-1: as they are)."""

    def sizes(
        self, data: TensorType, axes: TensorType, signal_size: TensorType | None, complex_input: bool
    ) -> tuple[tuple[int, ...], tuple[Dim | None, ...]]:
        """The axes counted from the front, and the size along each (None: as it is)."""
        require_float(data, "data", self.type)
        require_integer(axes, "axes", self.type)
        if complex_input and (data.rank < 2 or data.shape[-1] != 2):
            raise ShapeError(f"{self.type}: data must be pairs of numbers along the last axis, they are {data}")
        along = normal_axes(known_ints(axes, "axes", self.type), data.rank - int(complex_input), self.type)
        if not along:
            raise ShapeError(f"{self.type}: axes must name an axis at least")
        wanted = (-1,) * len(along) if signal_size is None else known_dims(signal_size, "signal_size", self.type)
        if len(wanted) != len(along):
            raise ShapeError(f"{self.type}: signal_size has {len(wanted)} numbers for {len(along)} axes")
        sizes = tuple(None if size == -1 else size for size in wanted)
        if any(size is not None and maximum_of(size) < 1 for size in sizes):
            raise ShapeError(f"{self.type}: signal_size {list(wanted)} must be -1 or at least 1")
        return along, sizes

    def resized(self, shape: Shape, along: tuple[int, ...], sizes: tuple[Dim | None, ...]) -> Shape:
        """The shape with the sizes along the axes."""
        wanted = {axis: size for axis, size in zip(along, sizes, strict=True) if size is not None}
        return tuple(wanted.get(axis, dim) for axis, dim in enumerate(shape))


@op("opset7")
class DFT(Fourier):
    """y[k] = sum of x[j] * e^(-2 pi i j k / n) over j, along each of ``axes``"""

    def infer(self, data: TensorType, axes: TensorType, signal_size: TensorType | None = None) -> TensorType:
        return TensorType(data.dtype, self.resized(data.shape, *self.sizes(data, axes, signal_size, True)))

    def evaluate(self, data: Array, axes: Array, signal_size: Array | None = None) -> Array:
        return _pairs(np.fft.fftn(_numbers(data), *_along(data.shape[:-1], axes, signal_size))).astype(data.dtype)


@op("opset7")
class IDFT(Fourier):
    """y[j] = 1/n * sum of x[k] * e^(2 pi i j k / n) over k, along each of ``axes``"""

    def infer(self, data: TensorType, axes: TensorType, signal_size: TensorType | None = None) -> TensorType:
        return TensorType(data.dtype, self.resized(data.shape, *self.sizes(data, axes, signal_size, True)))

    def evaluate(self, data: Array, axes: Array, signal_size: Array | None = None) -> Array:
        return _pairs(np.fft.ifftn(_numbers(data), *_along(data.shape[:-1], axes, signal_size))).astype(data.dtype)


@op("opset9")
class RDFT(Fourier):
    """y = the transform of real numbers along ``axes``; along the last of them only the first n/2 + 1 elements: the
    others are their conjugates"""

    def infer(self, data: TensorType, axes: TensorType, signal_size: TensorType | None = None) -> TensorType:
        along, sizes = self.sizes(data, axes, signal_size, False)
        shape = list(self.resized(data.shape, along, sizes))
        shape[along[-1]] = floordiv(shape[along[-1]], 2) + 1
        return TensorType(data.dtype, (*shape, 2))

    def evaluate(self, data: Array, axes: Array, signal_size: Array | None = None) -> Array:
        return _pairs(np.fft.rfftn(data.astype(np.float64), *_along(data.shape, axes, signal_size))).astype(data.dtype)


@op("opset9")
class IRDFT(Fourier):
    """y = the real numbers of which x is the half of the transform along ``axes``: 2 * (h - 1) along the last of them
    where its size is not given"""

    def infer(self, data: TensorType, axes: TensorType, signal_size: TensorType | None = None) -> TensorType:
        along, sizes = self.sizes(data, axes, signal_size, True)
        last = 2 * (data.shape[along[-1]] - 1) if sizes[-1] is None else sizes[-1]
        if maximum_of(last) < 1:
            raise ShapeError(f"IRDFT: {data} has one element along axis {along[-1]}; signal_size must be given for it")
        return TensorType(data.dtype, self.resized(data.shape[:-1], along, (*sizes[:-1], last)))

    def evaluate(self, data: Array, axes: Array, signal_size: Array | None = None) -> Array:
        sizes, along = _along(data.shape[:-1], axes, signal_size)
        given = -1 if signal_size is None else int(signal_size.ravel()[-1])
        last = 2 * (data.shape[along[-1]] - 1) if given == -1 else given
        return np.fft.irfftn(_numbers(data), (*sizes[:-1], last), along).astype(data.dtype)


def _along(shape: tuple[int, ...], axes: Array, sizes: Array | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The size along each axis, and the axes."""
    along = tuple(int(axis) % len(shape) for axis in axes.ravel())
    wanted = [-1] * len(along) if sizes is None else [int(size) for size in sizes.ravel()]
    return tuple(shape[axis] if size == -1 else size for size, axis in zip(wanted, along, strict=True)), along


def _numbers(pairs: Array) -> Array:
    wide = pairs.astype(np.float64)
    return np.asarray(wide[..., 0] + 1j * wide[..., 1])


def _pairs(numbers: Array) -> Array:
    return np.stack([numbers.real, numbers.imag], axis=-1)
