"""Element-wise operations of one or two inputs that have an operation of the same meaning."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.activation import HSwish, Mish, ReLU, Sigmoid, SoftPlus, SoftSign
from dldt.compiler.ops.arithmetic import Add, Divide, FloorMod, Mod, Multiply, Power, Subtract
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.logical import IsInf, IsNaN, LogicalAnd, LogicalNot, LogicalOr, LogicalXor
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
from dldt.frontends.onnx.framework import ONNX

_OF_X: tuple[tuple[str, int, Op], ...] = (
    ("Abs", 6, Abs()),
    ("Ceil", 6, Ceiling()),
    ("Floor", 6, Floor()),
    ("HardSwish", 14, HSwish()),
    ("IsNaN", 9, IsNaN()),
    ("Mish", 18, Mish()),
    ("Neg", 6, Negative()),
    ("Not", 1, LogicalNot()),
    ("Relu", 6, ReLU()),
    ("Round", 11, Round("half_to_even")),
    ("Sigmoid", 6, Sigmoid()),
    ("Softplus", 1, SoftPlus()),
    ("Sqrt", 6, Sqrt()),
)
_OF_INPUT: tuple[tuple[str, int, Op], ...] = (
    ("Acos", 7, Acos()),
    ("Acosh", 9, Acosh()),
    ("Asin", 7, Asin()),
    ("Asinh", 9, Asinh()),
    ("Atan", 7, Atan()),
    ("Atanh", 9, Atanh()),
    ("Cos", 7, Cos()),
    ("Cosh", 9, Cosh()),
    ("Erf", 9, Erf()),
    ("Exp", 6, Exp()),
    ("Log", 6, Log()),
    ("Sign", 9, Sign()),
    ("Sin", 7, Sin()),
    ("Sinh", 9, Sinh()),
    ("Softsign", 1, SoftSign()),
    ("Tan", 7, Tan()),
    ("Tanh", 6, Tanh()),
)
_OF_A_AND_B: tuple[tuple[str, int, Op], ...] = (
    ("Add", 7, Add()),
    ("And", 7, LogicalAnd()),
    ("Equal", 7, Equal()),
    ("Greater", 7, Greater()),
    ("GreaterOrEqual", 12, GreaterEqual()),
    ("Less", 7, Less()),
    ("LessOrEqual", 12, LessEqual()),
    ("Mul", 7, Multiply()),
    ("Or", 7, LogicalOr()),
    ("Sub", 7, Subtract()),
    ("Xor", 7, LogicalXor()),
)


def _named_x(op: Op) -> Callable[..., Value]:
    def importer(X: Value) -> Value:
        return op(X)

    return importer


def _named_input(op: Op) -> Callable[..., Value]:
    def importer(input: Value) -> Value:
        return op(input)

    return importer


def _named_a_and_b(op: Op) -> Callable[..., Value]:
    def importer(A: Value, B: Value) -> Value:
        return op(A, B)

    return importer


for _table, _make in ((_OF_X, _named_x), (_OF_INPUT, _named_input), (_OF_A_AND_B, _named_a_and_b)):
    for _name, _since, _op in _table:
        ONNX.imports(_name, since=_since)(_make(_op))


@ONNX.imports("Div", since=7)
def div_7(A: Value, B: Value) -> Value:
    """Integers are divided towards zero."""
    return Divide(m_pythondiv=A.type.dtype.is_float)(A, B)


@ONNX.imports("Mod", since=10)
def mod_10(A: Value, B: Value, *, fmod: int = 0) -> Value:
    """The sign of A with `fmod`, else that of B (then integers only)."""
    return Mod()(A, B) if fmod else FloorMod()(A, B)


@ONNX.imports("Pow", since=7)
def pow_7(X: Value, Y: Value) -> Value:
    """The result has X's type; where only Y is floating, the power is taken in Y's type."""
    base, exponent = X.type.dtype, Y.type.dtype
    if base is exponent:
        return Power()(X, Y)
    if base.is_float or not exponent.is_float:
        return Power()(X, Convert(base)(Y))
    return Convert(base)(Power()(Convert(exponent)(X), Y))


@ONNX.imports("Reciprocal", since=6)
def reciprocal_6(X: Value) -> Value:
    """1 / X"""
    return Divide()(X.graph.constant(np.array(1, X.type.dtype.numpy)), X)


@ONNX.imports("IsInf", since=10)
def is_inf_10(X: Value, *, detect_negative: int = 1, detect_positive: int = 1) -> Value:
    """Whether an element is one of the infinities asked for."""
    return IsInf(detect_negative=bool(detect_negative), detect_positive=bool(detect_positive))(X)


@ONNX.imports("Where", since=9)
def where_9(condition: Value, X: Value, Y: Value) -> Value:
    """X where the condition holds, else Y"""
    return Select()(condition, X, Y)
