"""Pooling over windows, over everything, and to a given size."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Multiply, Power
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.pooling import AvgPool, MaxPool
from dldt.compiler.ops.reduce import ReduceMax, ReduceMean, ReduceSum
from dldt.compiler.ops.unary import Sqrt
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.layouts import in_layout
from dldt.frontends.mxnet.literal import ints, number
from dldt.frontends.mxnet.window import per_axis

_TYPES = ("max", "avg", "sum", "lp")
_CONVENTIONS = ("valid", "full", "same")


@MXNET.imports("Pooling")
def pooling(
    data: Value,
    *,
    kernel: tuple[int, ...] = (),
    pool_type: str = "max",
    global_pool: bool = False,
    pooling_convention: str = "valid",
    stride: tuple[int, ...] = (),
    pad: tuple[int, ...] = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: str | None = None,
) -> Value:
    """The convention says how many windows there are: as many as fit (`valid`), a last one that hangs over (`full`), or
    one for every stride (`same`). What hangs over the padding does not count in averages."""
    one_of("pool_type", pool_type, _TYPES)
    one_of("pooling_convention", pooling_convention, _CONVENTIONS)
    if data.type.rank not in (3, 4, 5):
        raise ShapeError(f"data {data.type} must have one to three spatial axes")

    def pooled(x: Value) -> Value:
        if global_pool:
            return _everything(x, pool_type, p_value)
        rank = x.type.rank - 2
        if not kernel or min(kernel) < 1:
            raise InputError(f"kernel is {list(kernel)}, {rank} positive numbers are needed")
        windows = _Windows(
            per_axis("kernel", kernel, rank, 1),
            per_axis("stride", stride, rank, 1),
            per_axis("pad", pad, rank, 0),
            pooling_convention,
        )
        return windows.pooled(x, pool_type, p_value, count_include_pad is not False)

    return in_layout(layout, data, pooled)


@MXNET.imports("Pooling_v1")
def pooling_v1(
    data: Value,
    *,
    kernel: tuple[int, ...] = (),
    pool_type: str = "max",
    global_pool: bool = False,
    pooling_convention: str = "valid",
    stride: tuple[int, ...] = (),
    pad: tuple[int, ...] = (),
) -> Value:
    """As before; averages always count the padding."""
    return pooling(
        data,
        kernel=kernel,
        pool_type=one_of("pool_type", pool_type, _TYPES[:3]),
        global_pool=global_pool,
        pooling_convention=pooling_convention,
        stride=stride,
        pad=pad,
    )


class _Windows:
    """Windows over the spatial axes."""

    def __init__(self, kernel: tuple[int, ...], stride: tuple[int, ...], pad: tuple[int, ...], convention: str) -> None:
        if min(stride) < 1:
            raise InputError(f"stride is {list(stride)}; each must be at least 1")
        self.kernel, self.stride, self.pad = kernel, stride, pad
        self.convention = convention

    def pooled(self, x: Value, kind: str, p: int | None, include: bool) -> Value:
        """``include``: whether padding counts in averages."""
        zeros = (0,) * len(self.kernel)
        if kind == "max":
            rounding, end = self._ends(x)
            return MaxPool(self.stride, self.pad, end, self.kernel, rounding)(x)
        if kind == "avg" and self.convention == "valid":
            return AvgPool(self.stride, self.pad, self.pad, self.kernel, exclude_pad=not include)(x)
        if kind == "avg":
            rounding, end = self._ends(x)
            padded = self._padded(x, self.pad) if include and any(self.pad) else x
            begin = zeros if include else self.pad
            if self.convention == "same":
                end = tuple(e - p for e, p in zip(end, self.pad, strict=True)) if include else end
            else:
                end = begin
            return AvgPool(self.stride, begin, end, self.kernel, exclude_pad=True, rounding_type=rounding)(padded)
        return self._summed(x, 1 if kind == "sum" else p)

    def _summed(self, x: Value, p: int | None) -> Value:
        """The p-th root of the sum of p-th powers."""
        zeros = (0,) * len(self.kernel)
        padded = self._padded(_powers(x, p), self._whole_ends(x))
        mean = AvgPool(self.stride, zeros, zeros, self.kernel, exclude_pad=False)(padded)
        return _root(Multiply()(mean, number(math.prod(self.kernel), x)), p)

    def _ends(self, x: Value) -> tuple[str, tuple[int, ...]]:
        """How sizes are rounded, and the padding at the ends."""
        if self.convention == "same":
            return "floor", self._whole_ends(x)
        return ("ceil" if self.convention == "full" else "floor"), self.pad

    def _whole_ends(self, x: Value) -> tuple[int, ...]:
        """The padding at the ends that makes all windows whole."""
        if self.convention == "valid":
            return self.pad
        ends = []
        for dim, k, s, p in zip(x.type.shape[2:], self.kernel, self.stride, self.pad, strict=True):
            if not isinstance(dim, int):
                raise UnsupportedError(
                    f"pooling_convention {self.convention} of this kind needs fixed spatial dims, the data is {x.type}"
                )
            size = dim + 2 * p
            count = -(-size // s) if self.convention == "same" else -(-(size - k) // s) + 1
            ends.append(max(p, (count - 1) * s + k - size + p))
        return tuple(ends)

    def _padded(self, x: Value, end: Sequence[int]) -> Value:
        if not any((*self.pad, *end)):
            return x
        return Pad()(x, ints(0, 0, *self.pad), ints(0, 0, *end), number(0, x))


def _powers(x: Value, p: int | None) -> Value:
    if p not in (1, 2, 3):
        raise InputError(f"p_value is {p}; it must be 1, 2 or 3")
    made = x
    for _ in range(p - 1):
        made = Multiply()(made, x)
    return made


def _root(x: Value, p: int | None) -> Value:
    if p == 2:
        return Sqrt()(x)
    return x if p == 1 else Power()(x, number(1 / 3, x))


def _everything(x: Value, kind: str, p: int | None) -> Value:
    axes = ints(*range(2, x.type.rank))
    reductions: dict[str, Op] = {"max": ReduceMax(True), "avg": ReduceMean(True)}
    if kind in reductions:
        return reductions[kind](x, axes)
    order = 1 if kind == "sum" else p
    return _root(ReduceSum(True)(_powers(x, order), axes), order)
