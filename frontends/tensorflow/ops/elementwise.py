"""Element-wise operations that have an operation of the same meaning, and those that are a few of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.activation import Sigmoid
from dldt.compiler.ops.arithmetic import (
    Add,
    Divide,
    FloorMod,
    Maximum,
    Minimum,
    Mod,
    Multiply,
    Power,
    SquaredDifference,
    Subtract,
)
from dldt.compiler.ops.bitwise import (
    BitwiseAnd,
    BitwiseLeftShift,
    BitwiseNot,
    BitwiseOr,
    BitwiseRightShift,
    BitwiseXor,
)
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual
from dldt.compiler.ops.logical import IsFinite, IsInf, IsNaN, LogicalAnd, LogicalNot, LogicalOr
from dldt.compiler.ops.reshape import Reshape
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
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.named import named
from dldt.frontends.tensorflow.numbers import like


def _reciprocal(x: Value) -> Value:
    return Divide()(x.graph.constant(like(x, 1)), x)


def _rsqrt(x: Value) -> Value:
    return _reciprocal(Sqrt()(x))


def _log1p(x: Value) -> Value:
    """log(1 + x), exact for a small x: x times log(u) / (u - 1), where u is 1 + x as it is rounded."""
    one, zero = like(x, 1), like(x, 0)
    u = Add()(x, one)
    exact = Equal()(u, one)
    rest = Select()(exact, one, Subtract()(u, one))
    ratio = Divide()(Multiply()(Log()(u), x), rest)
    return Select()(exact, x, Select()(LogicalOr()(IsInf()(u), Equal()(u, zero)), Log()(u), ratio))


def _expm1(x: Value) -> Value:
    """exp(x) - 1, exact for a small x: tanh(x / 2) * (exp(x) + 1)"""
    u = Exp()(x)
    small = Multiply()(Tanh()(Multiply()(x, like(x, 0.5))), Add()(u, like(x, 1)))
    return Select()(Less()(Abs()(x), like(x, 0.5)), small, Subtract()(u, like(x, 1)))


def _erfc(x: Value) -> Value:
    return Subtract()(x.graph.constant(like(x, 1)), Erf()(x))


def _rint(x: Value) -> Value:
    return Round("half_to_even")(x) if x.type.dtype.is_float else x


def _square(x: Value) -> Value:
    return Multiply()(x, x)


def _kept_integers(op: Op) -> Callable[[Value], Value]:
    return lambda x: op(x) if x.type.dtype.is_float else x


_UNARY: tuple[tuple[str, Callable[..., Value]], ...] = (
    ("Abs", Abs()),
    ("Acos", Acos()),
    ("Acosh", Acosh()),
    ("Asin", Asin()),
    ("Asinh", Asinh()),
    ("Atan", Atan()),
    ("Atanh", Atanh()),
    ("Ceil", _kept_integers(Ceiling())),
    ("Cos", Cos()),
    ("Cosh", Cosh()),
    ("Erf", Erf()),
    ("Erfc", _erfc),
    ("Exp", Exp()),
    ("Expm1", _expm1),
    ("Floor", _kept_integers(Floor())),
    ("Inv", _reciprocal),
    ("Invert", BitwiseNot()),
    ("IsFinite", IsFinite()),
    ("IsInf", IsInf()),
    ("IsNan", IsNaN()),
    ("Log", Log()),
    ("Log1p", _log1p),
    ("LogicalNot", LogicalNot()),
    ("Neg", Negative()),
    ("Reciprocal", _reciprocal),
    ("Rint", _rint),
    ("Round", _rint),
    ("Rsqrt", _rsqrt),
    ("Sigmoid", Sigmoid()),
    ("Sign", Sign()),
    ("Sin", Sin()),
    ("Sinh", Sinh()),
    ("Sqrt", Sqrt()),
    ("Square", _square),
    ("Tan", Tan()),
    ("Tanh", Tanh()),
)
"""Operations of one input ``x``."""


def _div(x: Value, y: Value) -> Value:
    """Integers are divided towards zero."""
    return Divide(m_pythondiv=False)(x, y) if not x.type.dtype.is_float else Divide()(x, y)


def _floor_div(x: Value, y: Value) -> Value:
    return Floor()(Divide()(x, y)) if x.type.dtype.is_float else Divide(m_pythondiv=True)(x, y)


def _div_no_nan(x: Value, y: Value) -> Value:
    return _no_nan(x, y, lambda divisor: Divide()(x, divisor))


def _mul_no_nan(x: Value, y: Value) -> Value:
    """0 where y is 0, whatever x is."""
    return _no_nan(x, y, lambda factor: Multiply()(x, factor))


def _no_nan(x: Value, y: Value, made: Callable[[Value], Value]) -> Value:
    zero = Equal()(y, like(y, 0))
    return Select()(zero, like(x, 0), made(Select()(zero, like(y, 1), y)))


def _log_times(x: Value, y: Value) -> Value:
    """x * log(y), 0 where x is 0"""
    return _no_nan(y, x, lambda factor: Multiply()(Log()(y), factor))


def _log1p_times(x: Value, y: Value) -> Value:
    return _no_nan(y, x, lambda factor: Multiply()(_log1p(y), factor))


def atan2(y: Value, x: Value) -> Value:
    """The angle of the point (x, y)."""
    zero, pi = like(x, 0), like(x, np.pi)
    on_axis = Equal()(x, zero)
    angle = Atan()(Divide()(y, Select()(on_axis, like(x, 1), x)))
    turned = Select()(Less()(y, zero), Subtract()(angle, pi), Add()(angle, pi))
    beside = Select()(Less()(x, zero), turned, angle)
    return Select()(on_axis, Multiply()(Sign()(y), like(x, np.pi / 2)), beside)


_BINARY: tuple[tuple[str, Callable[..., Value]], ...] = (
    ("Add", Add()),
    ("AddV2", Add()),
    ("BitwiseAnd", BitwiseAnd()),
    ("BitwiseOr", BitwiseOr()),
    ("BitwiseXor", BitwiseXor()),
    ("Div", _div),
    ("DivNoNan", _div_no_nan),
    ("FloorDiv", _floor_div),
    ("FloorMod", FloorMod()),
    ("Greater", Greater()),
    ("GreaterEqual", GreaterEqual()),
    ("LeftShift", BitwiseLeftShift()),
    ("Less", Less()),
    ("LessEqual", LessEqual()),
    ("LogicalAnd", LogicalAnd()),
    ("LogicalOr", LogicalOr()),
    ("Maximum", Maximum()),
    ("Minimum", Minimum()),
    ("Mod", Mod()),
    ("Mul", Multiply()),
    ("MulNoNan", _mul_no_nan),
    ("Pow", Power()),
    ("RealDiv", Divide()),
    ("RightShift", BitwiseRightShift()),
    ("SquaredDifference", SquaredDifference()),
    ("Sub", Subtract()),
    ("TruncateDiv", _div),
    ("TruncateMod", Mod()),
    ("Xdivy", lambda x, y: _no_nan(y, x, lambda number: Divide()(number, y))),
    ("Xlogy", _log_times),
    ("Xlog1py", _log1p_times),
)
"""Operations of two inputs ``x`` and ``y``, which broadcast."""

for _name, _make in _UNARY:
    TENSORFLOW.imports(_name)(named(_make, "x"))
for _name, _make in _BINARY:
    TENSORFLOW.imports(_name)(named(_make, "x y"))
TENSORFLOW.imports("Atan2")(named(atan2, "y x"))


@TENSORFLOW.imports("Equal")
def equal(x: Value, y: Value, *, incompatible_shape_error: bool = True) -> Value:
    """Whether elements are equal."""
    return Equal()(x, y)


@TENSORFLOW.imports("NotEqual")
def not_equal(x: Value, y: Value, *, incompatible_shape_error: bool = True) -> Value:
    """Whether elements differ."""
    return NotEqual()(x, y)


@TENSORFLOW.imports("ApproximateEqual")
def approximate_equal(x: Value, y: Value, *, tolerance: float = 1e-5) -> Value:
    """Whether elements differ by less than the tolerance."""
    return Less()(Abs()(Subtract()(x, y)), like(x, tolerance))


@TENSORFLOW.imports("AddN")
def add_n(*inputs: Value) -> Value:
    """The sum of all."""
    return _chain(Add(), inputs)


@TENSORFLOW.imports("AccumulateNV2")
def accumulate_n_v2(*inputs: Value, shape: tuple[int | None, ...] | None) -> Value:
    """The sum of all."""
    return _chain(Add(), inputs)


@TENSORFLOW.imports("ClipByValue")
def clip_by_value(t: Value, clip_value_min: Value, clip_value_max: Value) -> Value:
    """t held between two bounds."""
    return Maximum()(Minimum()(t, clip_value_max), clip_value_min)


@TENSORFLOW.imports("Select")
def select(condition: Value, t: Value, e: Value) -> Value:
    """t where the condition holds, else e. A vector chooses slices along the first axis."""
    if condition.type.rank == 1 and t.type.rank > 1:
        from_last = np.array([-1] + [1] * (t.type.rank - 1), np.int64)
        return Select()(Reshape()(condition, from_last), t, e)
    if condition.type.rank not in (0, t.type.rank):
        raise UnsupportedError(f"a condition {condition.type} does not choose in {t.type}")
    return Select()(condition, t, e)


@TENSORFLOW.imports("SelectV2")
def select_v2(condition: Value, t: Value, e: Value) -> Value:
    """t where the condition holds, else e, with broadcasting."""
    return Select()(condition, t, e)


def _chain(op: Op, values: tuple[Value, ...]) -> Value:
    return reduce(lambda a, b: op(a, b), values)
