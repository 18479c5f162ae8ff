"""Operations of one tensor, element by element, and those that hand their input on."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.activation import ReLU, Sigmoid
from dldt.compiler.ops.arithmetic import Add, Divide, Minimum, Multiply, Power, Subtract
from dldt.compiler.ops.comparison import Equal, Less, LessEqual
from dldt.compiler.ops.rounding import Abs, Ceiling, Floor, Negative, Round, Sign
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.unary import (
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Cos,
    Cosh,
    Erf,
    Exp,
    Log,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
)
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import cast, clipped, number, size

_LN10, _LN2 = math.log(10), math.log(2)


def _cbrt(x: Value) -> Value:
    return Multiply()(Sign()(x), Power()(Abs()(x), number(1 / 3, x)))


def _expm1(x: Value) -> Value:
    """By tanh, which is exact near 0 where exp(x) - 1 is not."""
    return Multiply()(Tanh()(Multiply()(x, number(0.5, x))), Add()(Exp()(x), number(1, x)))


def _log1p(x: Value) -> Value:
    """By atanh near 0, where log(1 + x) is not exact."""
    low = Minimum()(x, number(0.5, x))
    near = Multiply()(Atanh()(Divide()(low, Add()(low, number(2, x)))), number(2, x))
    return Select()(Less()(Abs()(x), number(0.5, x)), near, Log()(Add()(x, number(1, x))))


def _over(x: Value) -> Value:
    return Divide()(x.graph.constant(number(1, x)), x)


def _rint(x: Value) -> Value:
    """The nearest whole number, of two the lower one."""
    low, high = Floor()(x), Ceiling()(x)
    return Select()(LessEqual()(Subtract()(x, low), Subtract()(high, x)), low, high)


def _fix(x: Value) -> Value:
    """Towards zero."""
    return Select()(Less()(x, number(0, x)), Ceiling()(x), Floor()(x))


def _logical_not(x: Value) -> Value:
    return cast(Equal()(x, number(0, x)), x.type.dtype)


_OPS: dict[str, Op] = {
    "abs": Abs(),
    "arccos": Acos(),
    "arccosh": Acosh(),
    "arcsin": Asin(),
    "arcsinh": Asinh(),
    "arctan": Atan(),
    "arctanh": Atanh(),
    "ceil": Ceiling(),
    "cos": Cos(),
    "cosh": Cosh(),
    "erf": Erf(),
    "exp": Exp(),
    "floor": Floor(),
    "log": Log(),
    "negative": Negative(),
    "relu": ReLU(),
    "sigmoid": Sigmoid(),
    "round": Round("half_away_from_zero"),
    "sign": Sign(),
    "sin": Sin(),
    "sinh": Sinh(),
    "sqrt": Sqrt(),
    "tan": Tan(),
    "tanh": Tanh(),
}
"""Those that have an operation of the same meaning."""

FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    **{name: operation.__call__ for name, operation in _OPS.items()},
    "cbrt": _cbrt,
    "degrees": lambda x: Multiply()(x, number(180 / math.pi, x)),
    "expm1": _expm1,
    "fix": _fix,
    "log10": lambda x: Divide()(Log()(x), number(_LN10, x)),
    "log1p": _log1p,
    "log2": lambda x: Divide()(Log()(x), number(_LN2, x)),
    "radians": lambda x: Multiply()(x, number(math.pi / 180, x)),
    "reciprocal": _over,
    "rint": _rint,
    "rsqrt": lambda x: _over(Sqrt()(x)),
    "square": lambda x: Multiply()(x, x),
}
"""Functions of a tensor of numbers, by their names without a prefix."""


def _of_data(function: Callable[[Value], Value]) -> Callable[[Value], Value]:
    def importer(data: Value) -> Value:
        return function(data)

    return importer


for _name, _function in FUNCTIONS.items():
    MXNET.imports(_name)(_of_data(_function))
MXNET.imports("rcbrt")(_of_data(lambda x: _over(_cbrt(x))))
MXNET.imports("softsign")(_of_data(lambda x: Divide()(x, Add()(Abs()(x), number(1, x)))))
MXNET.imports("logical_not")(_of_data(_logical_not))
MXNET.imports("trunc")(_of_data(_fix))
for _name in ("BlockGrad", "_copy", "make_loss", "_copyto", "_CrossDeviceCopy"):
    MXNET.imports(_name)(_of_data(lambda x: x))
for _name in ("MakeLoss", "_contrib_gradientmultiplier"):
    MXNET.imports(_name)(_of_data(lambda x: x))


@MXNET.imports("_identity_with_attr_like_rhs")
def identity_with_attr_like_rhs(lhs: Value, rhs: Value) -> Value:
    """The first input."""
    return lhs


@MXNET.imports("hard_sigmoid")
def hard_sigmoid(data: Value, *, alpha: float = 0.2, beta: float = 0.5) -> Value:
    """min(max(alpha * x + beta, 0), 1)"""
    raised = Add()(Multiply()(data, number(alpha, data)), number(beta, data))
    return clipped(raised, 0.0, 1.0)


@MXNET.imports("clip")
def clip(data: Value, *, a_min: float | None = None, a_max: float | None = None) -> Value:
    """min(max(x, a_min), a_max)"""
    return clipped(data, a_min, a_max)


@MXNET.imports("smooth_l1")
def smooth_l1(data: Value, *, scalar: float = 1.0) -> Value:
    """0.5 * (scalar * x)^2 near 0, |x| - 0.5 / scalar^2 beyond 1 / scalar^2"""
    square = scalar * scalar
    beyond = Subtract()(Abs()(data), number(0.5 / square if square else np.inf, data))
    near = Multiply()(Multiply()(data, data), number(0.5 * square, data))
    return Select()(Less()(Abs()(data), number(1 / square if square else np.inf, data)), near, beyond)


@MXNET.imports("_contrib_quadratic")
def quadratic(data: Value, *, a: float = 0.0, b: float = 0.0, c: float = 0.0) -> Value:
    """a * x^2 + b * x + c"""
    total = Add()(Multiply()(Multiply()(data, data), number(a, data)), Multiply()(data, number(b, data)))
    return Add()(total, number(c, data))


@MXNET.imports("_contrib_div_sqrt_dim")
def div_sqrt_dim(data: Value) -> Value:
    """x / sqrt(the last dim)"""
    last = data.type.shape[-1] if data.type.rank else 1
    if isinstance(last, int):
        return Divide()(data, number(math.sqrt(max(last, 1)), data))
    return Divide()(data, Sqrt()(cast(size(data, data.type.rank - 1), data.type.dtype)))
