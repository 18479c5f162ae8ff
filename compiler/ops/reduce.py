"""Reductions along axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.arithmetic import LARGER, SMALLER
from dldt.compiler.ops.attributes import ints
from dldt.compiler.ops.axes import known_ints, normal_axes, require_float
from dldt.compiler.ops.convolution import accumulator
from dldt.compiler.ops.logical import require_boolean
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType


@attrs.frozen
class Reduction(Op):
    """y = x reduced along ``axes``, which stay as dims of 1 where ``keep_dims``; no axes: x itself."""

    traits = Trait.READS_ONCE

    keep_dims: bool = attrs.field(default=False)

    def check(self, data: TensorType) -> None:
        """ShapeError where the element type does not fit."""
        if data.dtype is DType.boolean:
            raise ShapeError(f"{self.type}: data must be a tensor of numbers, got {data}")

    def infer(self, data: TensorType, axes: TensorType) -> TensorType:
        self.check(data)
        along = normal_axes(known_ints(axes, "axes", self.type), data.rank, self.type)
        if self.keep_dims:
            return TensorType(data.dtype, tuple(1 if i in along else dim for i, dim in enumerate(data.shape)))
        return TensorType(data.dtype, tuple(dim for i, dim in enumerate(data.shape) if i not in along))


@op("opset1", traits=Trait.IDENTITY_IF_TYPED_ALIKE | Trait.LAYOUT_AGNOSTIC)
class ReduceSum(Reduction):
    """y = the sum"""

    shape_values = True

    def evaluate(self, data: Array, axes: Array) -> Array:
        return _total(data, axes, self.keep_dims, data.dtype)


@op("opset1", traits=Trait.IDENTITY_IF_TYPED_ALIKE)
class ReduceProd(Reduction):
    """y = the product"""

    shape_values = True

    def evaluate(self, data: Array, axes: Array) -> Array:
        return np.prod(data, axis=ints(axes.ravel()), keepdims=self.keep_dims, dtype=data.dtype)


@op("opset1", traits=Trait.IDENTITY_IF_TYPED_ALIKE | Trait.LAYOUT_AGNOSTIC | Trait.EXACT)
class ReduceMax(Reduction):
    """y = the largest; of no elements -inf, or the least integer"""

    shape_values = True

    def evaluate(self, data: Array, axes: Array) -> Array:
        if data.dtype == object:
            return _extreme(data, axes, LARGER, self.keep_dims)
        lowest = _edges(data.dtype)[0]
        return np.max(data, axis=ints(axes.ravel()), keepdims=self.keep_dims, initial=lowest)


@op("opset1", traits=Trait.IDENTITY_IF_TYPED_ALIKE | Trait.EXACT)
class ReduceMin(Reduction):
    """y = the smallest; of no elements inf, or the largest integer"""

    shape_values = True

    def evaluate(self, data: Array, axes: Array) -> Array:
        if data.dtype == object:
            return _extreme(data, axes, SMALLER, self.keep_dims)
        highest = _edges(data.dtype)[1]
        return np.min(data, axis=ints(axes.ravel()), keepdims=self.keep_dims, initial=highest)


@op("opset1", traits=Trait.IDENTITY_IF_TYPED_ALIKE | Trait.LAYOUT_AGNOSTIC)
class ReduceMean(Reduction):
    """y = the mean; of integers, the mean's integer part"""

    def evaluate(self, data: Array, axes: Array) -> Array:
        sums = np.dtype(np.float64) if np.issubdtype(data.dtype, np.integer) else accumulator(data.dtype)
        mean = np.mean(data, axis=ints(axes.ravel()), keepdims=self.keep_dims, dtype=sums)
        return np.asarray(mean).astype(data.dtype)


@op("opset4", traits=Trait.NONNEGATIVE)
class ReduceL1(Reduction):
    """y = the sum of |x|"""

    def evaluate(self, data: Array, axes: Array) -> Array:
        return _total(np.abs(data), axes, self.keep_dims, data.dtype)


@op("opset4", traits=Trait.NONNEGATIVE)
class ReduceL2(Reduction):
    """y = the square root of the sum of x^2"""

    def check(self, data: TensorType) -> None:
        require_float(data, "data", self.type)

    def evaluate(self, data: Array, axes: Array) -> Array:
        wide = data.astype(accumulator(data.dtype))
        return np.sqrt(_total(wide * wide, axes, self.keep_dims, wide.dtype)).astype(data.dtype)


@op("opset1", traits=Trait.IDENTITY_IF_TYPED_ALIKE)
class ReduceLogicalAnd(Reduction):
    """y = whether all are true"""

    shape_values = True

    def check(self, data: TensorType) -> None:
        require_boolean(data, "data", self.type)

    def evaluate(self, data: Array, axes: Array) -> Array:
        return np.asarray(np.all(data.astype(bool), axis=ints(axes.ravel()), keepdims=self.keep_dims))


@op("opset1", traits=Trait.IDENTITY_IF_TYPED_ALIKE)
class ReduceLogicalOr(Reduction):
    """y = whether any is true"""

    shape_values = True

    def check(self, data: TensorType) -> None:
        require_boolean(data, "data", self.type)

    def evaluate(self, data: Array, axes: Array) -> Array:
        return np.asarray(np.any(data.astype(bool), axis=ints(axes.ravel()), keepdims=self.keep_dims))


def _total(data: Array, axes: Array, keep_dims: bool, dtype: np.dtype[Any]) -> Array:
    """The sum as ``dtype``, taken in a wider type where that is a half-precision one."""
    exact = dtype.kind in "Oiu"
    total = np.sum(data, ints(axes.ravel()), dtype if exact else accumulator(dtype), keepdims=keep_dims)
    return np.asarray(total, dtype=dtype)


def _extreme(data: Array, axes: Array, pick: Callable[[Array, Array], Array], keep_dims: bool) -> Array:
    """The extreme dim along the axes, one axis after the other."""
    result = data
    for axis in sorted({int(axis) % data.ndim for axis in axes.ravel()}, reverse=True):
        parts = np.moveaxis(result, axis, 0)
        best = parts[0]
        for part in parts[1:]:
            best = np.asarray(pick(best, part), dtype=object)
        result = np.expand_dims(best, axis) if keep_dims else np.asarray(best, dtype=object)
    return result


def _edges(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """The least and the largest value of an element type."""
    kind = DType.of(dtype)
    low, high = kind.bounds if kind.is_integer else (-np.inf, np.inf)
    return dtype.type(low), dtype.type(high)
