"""Operations that work element by element."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Elu, Gelu, HSwish, ReLU, Sigmoid
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
from dldt.compiler.ops.bitwise import BitwiseAnd, BitwiseLeftShift, BitwiseOr, BitwiseRightShift, BitwiseXor
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.logical import LogicalAnd, LogicalNot, LogicalOr
from dldt.compiler.ops.parametric import PReLU
from dldt.compiler.ops.rounding import Abs, Ceiling, Floor, Negative, Round, Sign
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.unary import Atan, Cos, Exp, Log, Sin, Sqrt, Tanh
from dldt.compiler.types import DType
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tflite.activated import activated
from dldt.frontends.tflite.element_types import required_type
from dldt.frontends.tflite.framework import TFLITE

_One: TypeAlias = Callable[[Value], Value]
_Two: TypeAlias = Callable[[Value, Value], Value]


def _number(x: Value, number: float) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    return np.array(number, x.type.dtype.numpy)


def _reciprocal_root(x: Value) -> Value:
    return Divide()(_number(x, 1), Sqrt()(x))


def _square(x: Value) -> Value:
    return Multiply()(x, x)


def _cube_root(x: Value) -> Value:
    return Multiply()(Sign()(x), Power()(Abs()(x), _number(x, 1 / 3)))


def _floored(x: Value, y: Value) -> Value:
    """The quotient, rounded down."""
    return Floor()(Divide()(x, y)) if x.type.dtype.is_float else Divide(m_pythondiv=True)(x, y)


def _truncated(x: Value, y: Value) -> Value:
    """The quotient; of integers its integer part."""
    return Divide()(x, y) if x.type.dtype.is_float else Divide(m_pythondiv=False)(x, y)


def angle(y: Value, x: Value) -> Value:
    """The angle of the point (x, y): that of the quotient, turned by pi where x is negative; on the y axis, half a pi
    with the sign of y."""
    zero, pi = _number(x, 0), _number(x, np.pi)
    plain = Atan()(Divide()(y, x))
    turn = Select()(Less()(y, zero), Negative()(y.graph.constant(pi)), pi)
    turned = Select()(Less()(x, zero), Add()(plain, turn), plain)
    upright = Multiply()(Sign()(y), _number(x, np.pi / 2))
    return Select()(Equal()(x, zero), upright, turned)


_UNARY: dict[str, _One] = {
    "ABS": lambda x: Abs()(x),
    "CEIL": lambda x: Ceiling()(x),
    "COS": lambda x: Cos()(x),
    "ELU": lambda x: Elu(1.0)(x),
    "EXP": lambda x: Exp()(x),
    "FLOOR": lambda x: Floor()(x),
    "HARD_SWISH": lambda x: HSwish()(x),
    "LOG": lambda x: Log()(x),
    "LOGICAL_NOT": lambda x: LogicalNot()(x),
    "LOGISTIC": lambda x: Sigmoid()(x),
    "NEG": lambda x: Negative()(x),
    "RELU": lambda x: ReLU()(x),
    "RELU6": lambda x: Clamp(0.0, 6.0)(x),
    "RELU_0_TO_1": lambda x: Clamp(0.0, 1.0)(x),
    "RELU_N1_TO_1": lambda x: Clamp(-1.0, 1.0)(x),
    "ROUND": lambda x: Round("half_to_even")(x),
    "RSQRT": _reciprocal_root,
    "SIGN": lambda x: Sign()(x),
    "SIN": lambda x: Sin()(x),
    "SQRT": lambda x: Sqrt()(x),
    "SQUARE": _square,
    "TANH": lambda x: Tanh()(x),
    "STABLEHLO_ABS": lambda x: Abs()(x),
    "STABLEHLO_CBRT": _cube_root,
    "STABLEHLO_COSINE": lambda x: Cos()(x),
    "STABLEHLO_EXPONENTIAL": lambda x: Exp()(x),
    "STABLEHLO_FLOOR": lambda x: Floor()(x),
    "STABLEHLO_LOG": lambda x: Log()(x),
    "STABLEHLO_LOGISTIC": lambda x: Sigmoid()(x),
    "STABLEHLO_NEGATE": lambda x: Negative()(x),
    "STABLEHLO_RSQRT": _reciprocal_root,
    "STABLEHLO_TANH": lambda x: Tanh()(x),
}
_BINARY: dict[str, _Two] = {
    "ATAN2": angle,
    "BITWISE_XOR": lambda x, y: BitwiseXor()(x, y),
    "EQUAL": lambda x, y: Equal()(x, y),
    "FLOOR_DIV": _floored,
    "FLOOR_MOD": lambda x, y: FloorMod()(x, y),
    "GREATER": lambda x, y: Greater()(x, y),
    "GREATER_EQUAL": lambda x, y: GreaterEqual()(x, y),
    "LESS": lambda x, y: Less()(x, y),
    "LESS_EQUAL": lambda x, y: LessEqual()(x, y),
    "LOGICAL_AND": lambda x, y: LogicalAnd()(x, y),
    "LOGICAL_OR": lambda x, y: LogicalOr()(x, y),
    "MAXIMUM": lambda x, y: Maximum()(x, y),
    "MINIMUM": lambda x, y: Minimum()(x, y),
    "NOT_EQUAL": lambda x, y: NotEqual()(x, y),
    "POW": lambda x, y: Power()(x, y),
    "RIGHT_SHIFT": lambda x, y: BitwiseRightShift()(x, y),
    "SQUARED_DIFFERENCE": lambda x, y: SquaredDifference()(x, y),
    "STABLEHLO_ADD": lambda x, y: Add()(x, y),
    "STABLEHLO_AND": lambda x, y: LogicalAnd()(x, y) if x.type.dtype is DType.boolean else BitwiseAnd()(x, y),
    "STABLEHLO_DIVIDE": _truncated,
    "STABLEHLO_MAXIMUM": lambda x, y: Maximum()(x, y),
    "STABLEHLO_MINIMUM": lambda x, y: Minimum()(x, y),
    "STABLEHLO_MULTIPLY": lambda x, y: Multiply()(x, y),
    "STABLEHLO_OR": lambda x, y: LogicalOr()(x, y) if x.type.dtype is DType.boolean else BitwiseOr()(x, y),
    "STABLEHLO_POWER": lambda x, y: Power()(x, y),
    "STABLEHLO_REMAINDER": lambda x, y: Mod()(x, y),
    "STABLEHLO_SHIFT_LEFT": lambda x, y: BitwiseLeftShift()(x, y),
    "STABLEHLO_SUBTRACT": lambda x, y: Subtract()(x, y),
}


def _register_unary(name: str, make: _One) -> None:
    @TFLITE.imports(name)
    def unary(x: Value) -> Value:
        return make(x)


def _register_binary(name: str, make: _Two) -> None:
    @TFLITE.imports(name)
    def binary(x: Value, y: Value) -> Value:
        return make(x, y)


for _name, _make_one in _UNARY.items():
    _register_unary(_name, _make_one)
for _name, _make_two in _BINARY.items():
    _register_binary(_name, _make_two)


@TFLITE.imports("ADD")
def add(x: Value, y: Value, *, fused_activation_function: str = "NONE", pot_scale_int16: bool = True) -> Value:
    """x + y"""
    return activated(Add()(x, y), fused_activation_function)


@TFLITE.imports("SUB")
def sub(x: Value, y: Value, *, fused_activation_function: str = "NONE", pot_scale_int16: bool = True) -> Value:
    """x - y"""
    return activated(Subtract()(x, y), fused_activation_function)


@TFLITE.imports("MUL")
def mul(x: Value, y: Value, *, fused_activation_function: str = "NONE") -> Value:
    """x * y"""
    return activated(Multiply()(x, y), fused_activation_function)


@TFLITE.imports("DIV")
def div(x: Value, y: Value, *, fused_activation_function: str = "NONE") -> Value:
    """x / y"""
    return activated(_truncated(x, y), fused_activation_function)


@TFLITE.imports("ADD_N")
def add_n(*inputs: Value) -> Value:
    """The sum of all."""
    total = inputs[0]
    for value in inputs[1:]:
        total = Add()(total, value)
    return total


@TFLITE.imports("GELU")
def gelu(x: Value, *, approximate: bool = False) -> Value:
    """x * P(X <= x), X standard normal."""
    return Gelu("tanh" if approximate else "erf")(x)


@TFLITE.imports("LEAKY_RELU")
def leaky_relu(x: Value, *, alpha: float = 0.0) -> Value:
    """x where it is positive, else alpha * x"""
    slope = x.graph.constant(np.array([alpha], x.type.dtype.numpy))
    return PReLU()(x, slope) if x.type.rank else reshaped(PReLU()(reshaped(x, (1,)), slope), ())


@TFLITE.imports("PRELU")
def prelu(x: Value, alpha: Value) -> Value:
    """x where it is positive, else alpha * x; the slope broadcasts from the right."""
    positive = Maximum()(x, _number(x, 0))
    return Add()(positive, Multiply()(alpha, Minimum()(x, _number(x, 0))))


@TFLITE.imports("CAST")
def cast(x: Value, *, in_data_type: str = "FLOAT32", out_data_type: str = "FLOAT32") -> Value:
    """``x`` as another type."""
    return Convert(required_type(out_data_type, "out_data_type"))(x)


@TFLITE.imports("STABLEHLO_CLAMP")
def clamp(low: Value, x: Value, high: Value) -> Value:
    """min(max(x, low), high)"""
    return Minimum()(Maximum()(x, low), high)
