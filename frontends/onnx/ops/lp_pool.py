"""Pooling by norms."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Multiply, Power
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.unary import Sqrt
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.window_sums import Windows


@ONNX.imports("LpPool", since=2)
def lp_pool_2(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    p: int = 2,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """(sum of |x|^p)^(1/p) of each window"""
    windows = Windows.of(kernel_shape, strides, None, pads, auto_pad, 0)
    return _root(windows.sums(_power(X, p)), p)


@ONNX.imports("LpPool", since=18)
def lp_pool_18(
    X: Value,
    *,
    kernel_shape: tuple[int, ...],
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: tuple[int, ...] | None = None,
    p: int = 2,
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """As before, with dilated windows and `ceil_mode`."""
    windows = Windows.of(kernel_shape, strides, dilations, pads, auto_pad, ceil_mode)
    return _root(windows.sums(_power(X, p)), p)


@ONNX.imports("GlobalLpPool", since=2)
def global_lp_pool_2(X: Value, *, p: int = 2) -> Value:
    """The norm over all spatial axes, which stay with one element."""
    if X.type.rank < 3:
        raise ShapeError(f"{X.type} has no spatial axes")
    return _root(ReduceSum(True)(_power(X, p), np.arange(2, X.type.rank)), p)


def _power(x: Value, p: int) -> Value:
    if p < 1:
        raise InputError(f"p is {p}, at least 1 is needed")
    if p == 2:
        return Multiply()(x, x)
    return Abs()(x) if p == 1 else Power()(Abs()(x), float(p))


def _root(x: Value, p: int) -> Value:
    if p == 2:
        return Sqrt()(x)
    return x if p == 1 else Power()(x, 1.0 / p)
