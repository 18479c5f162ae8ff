"""Pooling to a given size: the windows are as equal as the sizes allow."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from dldt.compiler.dims import Dim, maximum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import known_dims, require_float, require_rank
from dldt.compiler.ops.convolution import accumulator
from dldt.compiler.ops.search_sorted import check_places
from dldt.compiler.types import Array, DType, Shape, TensorType


class AdaptivePooling(Op):
    """The window of output position p of n, along an axis of ``size`` elements, is [p*size/n, (p+1)*size/n), rounded
    outwards."""

    def pooled(self, data: TensorType, output_shape: TensorType) -> Shape:
        """The shape of the result."""
        require_rank(data, "data", (3, 4, 5), self.type)
        require_float(data, "data", self.type)
        space: tuple[Dim, ...] = known_dims(output_shape, "output_shape", self.type)
        if len(space) != data.rank - 2 or any(maximum_of(dim) < 1 for dim in space):
            raise ShapeError(
                f"{self.type}: output_shape {list(space)} must have a size of 1 or more for each spatial axis of {data}"
            )
        return (*data.shape[:2], *space)


@op("opset8")
class AdaptiveAvgPool(AdaptivePooling):
    """y[n, c, p] = the mean of x in the window at p; the windows divide the space into ``output_shape`` parts"""

    def infer(self, data: TensorType, output_shape: TensorType) -> TensorType:
        return TensorType(data.dtype, self.pooled(data, output_shape))

    def evaluate(self, data: Array, output_shape: Array) -> Array:
        made = np.zeros((*data.shape[:2], *(int(dim) for dim in output_shape)), data.dtype)
        axes = tuple(range(2, data.ndim))
        for place, part in _windows(data.shape[2:], made.shape[2:]):
            made[(..., *place)] = data[(..., *part)].mean(axis=axes, dtype=accumulator(data.dtype))
        return made


@op("opset8")
class AdaptiveMaxPool(AdaptivePooling):
    """y, places: the largest of x in the window at p, and where it stands in the space of its channel, of equals the
    first"""

    index_element_type: DType = attrs.field(default=DType.i64, converter=DType)

    def infer(self, data: TensorType, output_shape: TensorType) -> tuple[TensorType, TensorType]:
        check_places(self.index_element_type, self.type)
        shape = self.pooled(data, output_shape)
        return TensorType(data.dtype, shape), TensorType(self.index_element_type, shape)

    def evaluate(self, data: Array, output_shape: Array) -> tuple[Array, Array]:
        made = np.zeros((*data.shape[:2], *(int(dim) for dim in output_shape)), data.dtype)
        where = np.zeros(made.shape, self.index_element_type.numpy)
        numbers = np.arange(int(np.prod(data.shape[2:]))).reshape(data.shape[2:])
        for place, part in _windows(data.shape[2:], made.shape[2:]):
            rows = data[(..., *part)].reshape(*data.shape[:2], -1)
            best = rows.argmax(axis=-1)
            made[(..., *place)] = np.take_along_axis(rows, best[..., None], -1)[..., 0]
            where[(..., *place)] = numbers[part].ravel()[best]
        return made, where


def _windows(space: tuple[int, ...], output: tuple[int, ...]) -> Iterator[tuple[Any, Any]]:
    """Every output position with its window, as indices of arrays."""
    for place in itertools.product(*map(range, output)):
        spans = zip(place, space, output, strict=True)
        yield place, tuple(slice(p * size // n, -(-(p + 1) * size // n)) for p, size, n in spans)
