"""Functions of each element."""

from __future__ import annotations

import math

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Elu, HSwish, ReLU, Sigmoid, SoftPlus
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.arithmetic import Power as PowerOf
from dldt.compiler.ops.comparison import Greater
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.parametric import PReLU, Swish
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.unary import Exp, Log, Tanh
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.engine.reshaped import reshaped

_INFINITY = float("inf")


@CAFFE.imports("AbsVal")
def abs_val(bottom: Value) -> Value:
    """|x|"""
    return Abs()(bottom)


@CAFFE.imports("Binarization")
def binarization(bottom: Value) -> Value:
    """1 where x > 0, else -1"""
    return Select()(Greater()(bottom, _f32(0)), _f32(1), _f32(-1))


@CAFFE.imports("BNLL")
def bnll(bottom: Value) -> Value:
    """log(1 + exp(x))"""
    return SoftPlus()(bottom)


@CAFFE.imports("Clip")
def clip(bottom: Value, *, min: float, max: float) -> Value:
    """x between two bounds"""
    return Clamp(min, max)(bottom)


@CAFFE.imports("ELU")
def elu(bottom: Value, *, alpha: float = 1.0) -> Value:
    """x for x > 0, else alpha · (exp(x) - 1)"""
    return Elu(alpha)(bottom)


@CAFFE.imports("Exp")
def exp(bottom: Value, *, base: float = -1.0, scale: float = 1.0, shift: float = 0.0) -> Value:
    """base ^ (shift + scale · x); a base of -1 is e"""
    logarithm = _logarithm(base)
    inner = scale * logarithm
    value = Exp()(bottom if inner == 1 else Multiply()(bottom, _f32(inner)))
    outer = math.exp(min(shift * logarithm, 700.0))
    return value if outer == 1 else Multiply()(value, _f32(outer))


@CAFFE.imports("HardSwish")
def hard_swish(bottom: Value) -> Value:
    """x · min(max(x + 3, 0), 6) / 6"""
    return HSwish()(bottom)


@CAFFE.imports("Log")
def log(bottom: Value, *, base: float = -1.0, scale: float = 1.0, shift: float = 0.0) -> Value:
    """The logarithm of shift + scale · x to a base; one of -1 is e"""
    value = Log()(_linear(bottom, scale, shift))
    logarithm = _logarithm(base)
    return value if logarithm == 1 else Multiply()(value, _f32(1 / logarithm if logarithm else _INFINITY))


@CAFFE.imports("Power")
def power(bottom: Value, *, power: float = 1.0, scale: float = 1.0, shift: float = 0.0) -> Value:
    """(shift + scale · x) ^ power"""
    value = _linear(bottom, scale, shift)
    return value if power == 1 else PowerOf()(value, _f32(power))


@CAFFE.imports("PReLU")
def prelu(bottom: Value, slope: Value, *, channel_shared: bool = False) -> Value:
    """x for x > 0, else slope · x, a slope a channel"""
    if channel_shared or slope.type.elements == 1:
        return PReLU()(bottom, reshaped(slope, (1,)))
    channels = slope.type.elements
    return PReLU()(bottom, reshaped(slope, (channels, *(1,) * (bottom.type.rank - 2))))


@CAFFE.imports("ReLU")
def relu(bottom: Value, *, negative_slope: float = 0.0) -> Value:
    """x for x > 0, else negative_slope · x"""
    return PReLU()(bottom, np.array([negative_slope], np.float32)) if negative_slope else ReLU()(bottom)


@CAFFE.imports("ReLU6")
def relu6(bottom: Value, *, n: float = 6.0) -> Value:
    """x between 0 and n"""
    return Clamp(0.0, n)(bottom)


@CAFFE.imports("Sigmoid")
def sigmoid(bottom: Value) -> Value:
    """1 / (1 + exp(-x))"""
    return Sigmoid()(bottom)


@CAFFE.imports("Swish")
def swish(bottom: Value, *, beta: float = 1.0) -> Value:
    """x · sigmoid(beta · x)"""
    return Swish()(bottom) if beta == 1 else Swish()(bottom, _f32(beta))


@CAFFE.imports("TanH")
def tanh(bottom: Value) -> Value:
    """tanh(x)"""
    return Tanh()(bottom)


@CAFFE.imports("Threshold")
def threshold(bottom: Value, *, threshold: float = 0.0) -> Value:
    """1 where x > threshold, else 0"""
    return Convert(bottom.type.dtype)(Greater()(bottom, _f32(threshold)))


def _linear(x: Value, scale: float, shift: float) -> Value:
    scaled = x if scale == 1 else Multiply()(x, _f32(scale))
    return scaled if shift == 0 else Add()(scaled, _f32(shift))


def _logarithm(base: float) -> float:
    if base == -1:
        return 1.0
    if not 0 < base < _INFINITY:
        raise InputError(f"base is {base}; it must be above 0, or -1 for e")
    return math.log(base)


def _f32(number: float) -> np.ndarray[tuple[()], np.dtype[np.float32]]:
    with np.errstate(over="ignore"):
        return np.array(number, np.float32)
