"""Convolution whose taps are moved by offsets that are computed."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import ints, lower, one_of, positive
from dldt.compiler.ops.axes import require_equal, require_float, require_rank, require_same_type, text
from dldt.compiler.ops.convolution import accumulator, static_kernel
from dldt.compiler.ops.window import AUTO_PADS, Window, window
from dldt.compiler.types import Array, Shape, TensorType


@attrs.frozen
class DeformableBase(Op):
    """What the versions share: all but what lies between the pixels at the border and those outside."""

    strides: tuple[int, ...] = attrs.field(converter=ints)
    pads_begin: tuple[int, ...] = attrs.field(converter=ints)
    pads_end: tuple[int, ...] = attrs.field(converter=ints)
    dilations: tuple[int, ...] = attrs.field(converter=ints)
    auto_pad: str = attrs.field(default="explicit", converter=lower, validator=one_of(*AUTO_PADS))
    group: int = attrs.field(default=1, converter=int, validator=positive)
    deformable_group: int = attrs.field(default=1, converter=int, validator=positive)

    @property
    def fades(self) -> bool:
        """Whether pixels outside are zeros, so that elements between them and the border fade; else an element outside
        of the picture is 0, and one behind the last pixel is that."""
        return False

    def window(self, space: Shape, kernel: Shape) -> Window:
        """The geometry over the spatial dims ``space`` with a kernel of static dims."""
        return window(
            self.type, space, static_kernel(kernel, self.type), self.strides, self.dilations, self.pads_begin,
            self.pads_end, self.auto_pad,
        )  # fmt: skip

    def result(self, data: TensorType, offsets: TensorType, filters: TensorType, mask: TensorType | None) -> TensorType:
        """The type of the result."""
        for t, port in ((data, "data"), (offsets, "offsets"), (filters, "filters"), (mask, "mask")):
            if t is not None:
                require_rank(t, port, (4,), self.type)
                require_float(t, port, self.type)
                require_same_type(data, t, self.type)
        where = self.window(data.shape[2:], filters.shape[2:])
        taps, channels = where.kernel[0] * where.kernel[1], data.shape[1]
        outputs, inputs = filters.shape[:2]
        require_equal(channels, inputs * self.group, f"channels of data {text(data.shape)} and of filters", self.type)
        if not isinstance(outputs, int) or not isinstance(channels, int):
            raise ShapeError(f"{self.type}: the channels of {data} and {filters} must be fixed")
        if outputs % self.group or channels % self.deformable_group:
            raise ShapeError(
                f"{self.type}: {outputs} outputs do not divide into {self.group} groups, or {channels} channels not "
                f"into {self.deformable_group} groups of offsets"
            )
        if not all(isinstance(pad, int) for pad in where.pads_begin):
            raise UnsupportedError(f"{self.type}: auto_pad {self.auto_pad} of a picture of free size; give the padding")
        for t, port, each in ((offsets, "offsets", 2 * taps), (mask, "mask", taps)):
            if t is None:
                continue
            require_equal(t.shape[0], data.shape[0], f"the batches of {port} and data", self.type)
            meaning = f"the channels of {port} and {each} of each of {self.deformable_group} groups"
            require_equal(t.shape[1], each * self.deformable_group, meaning, self.type)
            for axis, dim in enumerate(where.output):
                require_equal(t.shape[2 + axis], dim, f"a dim of {port} and of the result", self.type)
        return TensorType(data.dtype, (data.shape[0], outputs, *where.output))

    def convolved(self, data: Array, offsets: Array, filters: Array, mask: Array | None) -> Array:
        """The result: samples for each tap, then one product of matrices."""
        sums = accumulator(data.dtype)
        where = self.window(data.shape[2:], filters.shape[2:])
        batch, channels, own = len(data), data.shape[1], self.deformable_group
        space = tuple(int(dim) for dim in where.output)
        taps = list(np.ndindex(*where.kernel))
        pictures = data.astype(sums).reshape(batch, own, channels // own, *data.shape[2:])
        moves = offsets.astype(sums).reshape(batch, own, len(taps), 2, *space)
        columns = np.zeros((batch, own, channels // own, len(taps), *space), sums)
        for k, tap in enumerate(taps):
            at = []
            for axis in (0, 1):
                walk = np.arange(space[axis]) * where.strides[axis] + int(where.origin(axis))
                walk = walk + tap[axis] * where.dilations[axis]
                shape = (-1, 1) if axis == 0 else (1, -1)
                at.append(walk.astype(sums).reshape(shape) + moves[:, :, k, axis])
            columns[:, :, :, k] = _sampled(pictures, at, fades=self.fades)
        if mask is not None:
            columns *= mask.astype(sums).reshape(batch, own, 1, len(taps), *space)
        rows = columns.reshape(batch, self.group, -1, int(np.prod(space)))
        weights = filters.astype(sums).reshape(self.group, len(filters) // self.group, -1)
        return np.matmul(weights, rows).reshape(batch, len(filters), *space).astype(data.dtype)


@op("opset1")
class DeformableConvolution(DeformableBase):
    """y[n, o, p] = sum over c, k of x[n, c, p*stride + k*dilation - pad + offsets[n, k, p]] * filters[o, c, k], between
    pixels by their distance. Channels are in ``group`` groups as in a grouped convolution, and have offsets of their
    own in each of ``deformable_group`` groups"""

    def infer(self, data: TensorType, offsets: TensorType, filters: TensorType) -> TensorType:
        return self.result(data, offsets, filters, None)

    def evaluate(self, data: Array, offsets: Array, filters: Array) -> Array:
        return self.convolved(data, offsets, filters, None)


@op("opset8", "DeformableConvolution")
class DeformableConvolution8(DeformableBase):
    """As before; ``mask`` weighs each tap, and with ``bilinear_interpolation_pad`` pixels outside are zeros"""

    bilinear_interpolation_pad: bool = attrs.field(default=False)

    @property
    def fades(self) -> bool:
        return self.bilinear_interpolation_pad

    def infer(
        self, data: TensorType, offsets: TensorType, filters: TensorType, mask: TensorType | None = None
    ) -> TensorType:
        return self.result(data, offsets, filters, mask)

    def evaluate(self, data: Array, offsets: Array, filters: Array, mask: Array | None = None) -> Array:
        return self.convolved(data, offsets, filters, mask)


def _sampled(pictures: Array, at: list[Array], *, fades: bool) -> Array:
    """[N, G, C, ...] of ``pictures`` [N, G, C, H, W] at rows and columns [N, G, ...]."""
    batch, group = np.arange(len(pictures)).reshape(-1, 1, 1, 1), np.arange(pictures.shape[1]).reshape(1, -1, 1, 1)
    inside = np.logical_and.reduce([(a >= 0) & (a < size) for a, size in zip(at, pictures.shape[3:], strict=True)])
    total = np.zeros((), pictures.dtype)
    for down in (0, 1):
        for over in (0, 1):
            weight, good, place = np.ones_like(at[0]), np.ones(at[0].shape, bool), []
            for a, step, size in zip(at, (down, over), pictures.shape[3:], strict=True):
                low = np.floor(a)
                weight = weight * (a - low if step else 1 - (a - low))
                good &= (low + step >= 0) & (low + step < size)
                place.append(np.clip(low + step, 0, size - 1).astype(np.int64))
            found = np.moveaxis(pictures[batch, group, :, place[0], place[1]], -1, 2)
            total = total + np.where(good if fades else inside, weight, 0)[:, :, None] * found
    return total
