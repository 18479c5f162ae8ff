"""Element-wise operations: one primitive, or a few, on the elements at the same (broadcast) index."""

from __future__ import annotations

import math

import numpy as np

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, aligned, apply, cast, lowers, number
from dldt.compiler import ops
from dldt.compiler.op import Op
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]

UNARY: dict[type[Op], str] = {
    ops.ReLU: "relu",
    ops.Sigmoid: "sigmoid",
    ops.Tanh: "tanh",
    ops.Exp: "exp",
    ops.Log: "log",
    ops.Sqrt: "sqrt",
    ops.Abs: "abs",
    ops.Negative: "neg",
    ops.Floor: "floor",
    ops.Ceiling: "ceil",
    ops.Sign: "sign",
    ops.Erf: "erf",
    ops.Sin: "sin",
    ops.Cos: "cos",
    ops.Tan: "tan",
    ops.Asin: "asin",
    ops.Acos: "acos",
    ops.Atan: "atan",
    ops.Sinh: "sinh",
    ops.Cosh: "cosh",
    ops.Asinh: "asinh",
    ops.Acosh: "acosh",
    ops.Atanh: "atanh",
    ops.Mish: "mish",
    ops.SoftPlus: "softplus",
    ops.LogicalNot: "not",
    ops.BitwiseNot: "bitnot",
}

BINARY: dict[type[Op], str] = {
    ops.Add: "add",
    ops.Subtract: "sub",
    ops.Multiply: "mul",
    ops.Power: "pow",
    ops.Maximum: "maximum",
    ops.Minimum: "minimum",
    ops.LogicalAnd: "and",
    ops.LogicalOr: "or",
    ops.LogicalXor: "xor",
    ops.BitwiseAnd: "bitand",
    ops.BitwiseOr: "bitor",
    ops.BitwiseXor: "bitxor",
    ops.BitwiseLeftShift: "shl",
    ops.BitwiseRightShift: "shr",
}

COMPARISON: dict[type[Op], str] = {
    ops.Equal: "eq",
    ops.NotEqual: "ne",
    ops.Less: "lt",
    ops.LessEqual: "le",
    ops.Greater: "gt",
    ops.GreaterEqual: "ge",
}


@lowers(*UNARY, kind="map")
def unary(op: Op, types: Types, x: Access) -> Access:
    """y = f(x)."""
    name = UNARY[type(op)]
    return Access(types[0], lambda index: apply(name, x(index)))


@lowers(*BINARY, kind="map")
def binary(op: Op, types: Types, a: Access, b: Access) -> Access:
    """y = f(a, b)."""
    name = BINARY[type(op)]
    operands = aligned(types[0].shape, a, b)
    return Access(types[0], lambda index: apply(name, *operands(index)))


@lowers(*COMPARISON, kind="map")
def comparison(op: Op, types: Types, a: Access, b: Access) -> Access:
    """y = a ? b, a boolean."""
    name = COMPARISON[type(op)]
    operands = aligned(types[0].shape, a, b)
    return Access(types[0], lambda index: apply(name, *operands(index), dtype=DType.boolean))


@lowers(ops.Divide, kind="map")
def divide(op: ops.Divide, types: Types, a: Access, b: Access) -> Access:
    """a / b. Integers are rounded down (m_pythondiv) or towards zero. A constant divisor becomes its reciprocal only
    where that is exact (passes decide about all other divisors)."""
    name = "div" if types[0].dtype.is_float else "floordiv" if op.m_pythondiv else "truncdiv"
    operands = aligned(types[0].shape, a, b)
    return Access(types[0], lambda index: apply(name, *operands(index)))


@lowers(ops.Mod, ops.FloorMod, kind="map")
def modulo(op: Op, types: Types, a: Access, b: Access) -> Access:
    """The remainder with the sign of the dividend (Mod) or of the divisor (FloorMod)."""
    name = "floormod" if isinstance(op, ops.FloorMod) else "truncmod"
    operands = aligned(types[0].shape, a, b)
    return Access(types[0], lambda index: apply(name, *operands(index)))


@lowers(ops.SquaredDifference, kind="map")
def squared_difference(op: Op, types: Types, a: Access, b: Access) -> Access:
    """(a - b)²."""
    operands = aligned(types[0].shape, a, b)

    def element(index: Index) -> Expr:
        difference = apply("sub", *operands(index))
        return apply("mul", difference, difference)

    return Access(types[0], element)


@lowers(ops.Select, kind="map")
def select(op: Op, types: Types, condition: Access, then: Access, otherwise: Access) -> Access:
    """condition ? then : otherwise."""
    operands = aligned(types[0].shape, condition, then, otherwise)
    return Access(types[0], lambda index: apply("select", *operands(index), dtype=types[0].dtype))


@lowers(ops.Convert, kind="map")
def convert(op: ops.Convert, types: Types, x: Access) -> Access:
    """The element converted to another type."""
    return Access(types[0], lambda index: cast(x(index), types[0].dtype))


@lowers(ops.BitCast, kind="map")
def bit_cast(op: ops.BitCast, types: Types, x: Access) -> Access:
    """The element's bits as another type."""
    return Access(types[0], lambda index: apply("bitcast", x(index), dtype=types[0].dtype))


@lowers(ops.ConvertLike, kind="map", reads=(0,))
def convert_like(op: ops.ConvertLike, types: Types, x: Access, like: Access) -> Access:
    """The element converted to the type of ``like``."""
    return Access(types[0], lambda index: cast(x(index), types[0].dtype))


@lowers(ops.IsNaN, kind="map")
def is_nan(op: ops.IsNaN, types: Types, x: Access) -> Access:
    """Whether x is not a number."""
    return Access(types[0], lambda index: apply("isnan", x(index), dtype=DType.boolean))


@lowers(ops.IsFinite, kind="map")
def is_finite(op: ops.IsFinite, types: Types, x: Access) -> Access:
    """Whether x is a number, and not infinite."""

    def element(index: Index) -> Expr:
        odd = (apply(name, x(index), dtype=DType.boolean) for name in ("isnan", "isinf"))
        return apply("not", apply("or", *odd))

    return Access(types[0], element)


@lowers(ops.IsInf, kind="map")
def is_inf(op: ops.IsInf, types: Types, x: Access) -> Access:
    """Whether x is infinite with a sign that the attributes ask for."""

    def element(index: Index) -> Expr:
        value = x(index)
        if op.detect_negative and op.detect_positive:
            return apply("isinf", value, dtype=DType.boolean)
        if not op.detect_negative and not op.detect_positive:
            return number(DType.boolean, 0)
        limit = float("inf") if op.detect_positive else float("-inf")
        return apply("eq", value, number(x.dtype, limit), dtype=DType.boolean)

    return Access(types[0], element)


@lowers(ops.Clamp, kind="map")
def clamp(op: ops.Clamp, types: Types, x: Access) -> Access:
    """min(max(x, low), high); the bounds of integers are rounded inwards."""
    low, high = op.min, op.max
    if not x.dtype.is_float:
        limits = np.iinfo(np.dtype(x.dtype.numpy.name))
        low = max(math.ceil(low), limits.min) if math.isfinite(low) else low
        high = min(math.floor(high), limits.max) if math.isfinite(high) else high
    return Access(types[0], lambda index: _clamp(x(index), low, high))


@lowers(ops.Round, kind="map")
def round_(op: ops.Round, types: Types, x: Access) -> Access:
    """To the nearest integer; halves to even or away from zero."""
    name = "round_even" if op.mode == "half_to_even" else "round_away"
    return Access(types[0], lambda index: apply(name, x(index)))


@lowers(ops.Gelu, kind="map")
def gelu(op: ops.Gelu, types: Types, x: Access) -> Access:
    """x·Φ(x), by erf or by the tanh approximation."""
    name = "gelu_tanh" if op.approximation_mode == "tanh" else "gelu"
    return Access(types[0], lambda index: apply(name, x(index)))


@lowers(ops.Swish, kind="map")
def swish(op: Op, types: Types, x: Access, beta: Access | None = None) -> Access:
    """x·sigmoid(beta·x)."""

    def element(index: Index) -> Expr:
        if beta is None:
            return apply("swish", x(index))
        scaled = apply("mul", x(index), beta(tuple(0 for _ in beta.type.shape)))
        return apply("mul", x(index), apply("sigmoid", scaled))

    return Access(types[0], element)


@lowers(ops.HSwish, kind="map")
def hswish(op: Op, types: Types, x: Access) -> Access:
    """x·min(max(x + 3, 0), 6)/6."""
    return Access(types[0], lambda index: apply("mul", x(index), _hsigmoid(x(index))))


@lowers(ops.HSigmoid, kind="map")
def hsigmoid(op: Op, types: Types, x: Access) -> Access:
    """min(max(x + 3, 0), 6)/6."""
    return Access(types[0], lambda index: _hsigmoid(x(index)))


@lowers(ops.HardSigmoid, kind="map")
def hard_sigmoid(op: Op, types: Types, x: Access, alpha: Access, beta: Access) -> Access:
    """min(max(alpha·x + beta, 0), 1)."""

    def element(index: Index) -> Expr:
        scaled = apply("mul", x(index), _scalar(alpha))
        return _clamp(apply("add", scaled, _scalar(beta)), 0, 1)

    return Access(types[0], element)


@lowers(ops.PReLU, kind="map")
def prelu(op: Op, types: Types, x: Access, slope: Access) -> Access:
    """x > 0 ? x : slope·x; a rank-1 slope goes along dim 1."""
    rank = types[0].rank
    along_channel = slope.type.rank == 1 and rank > 1 and slope.type.shape[0] in (1, types[0].shape[1])

    def element(index: Index) -> Expr:
        value = x(index)
        factor = slope(_channel(slope, index)) if along_channel else slope.broadcast(index, types[0].shape)
        positive = apply("gt", value, number(value.dtype, 0), dtype=DType.boolean)
        return apply("select", positive, value, apply("mul", value, factor), dtype=value.dtype)

    return Access(types[0], element)


@lowers(ops.Elu, kind="map")
def elu(op: ops.Elu, types: Types, x: Access) -> Access:
    """x > 0 ? x : alpha·(eˣ - 1)."""
    return Access(types[0], lambda index: _negative_exp(x(index), number(types[0].dtype, op.alpha)))


@lowers(ops.Selu, kind="map")
def selu(op: Op, types: Types, x: Access, alpha: Access, lambda_: Access) -> Access:
    """lambda·(x > 0 ? x : alpha·(eˣ - 1))."""
    return Access(types[0], lambda index: apply("mul", _scalar(lambda_), _negative_exp(x(index), _scalar(alpha))))


@lowers(ops.SoftSign, kind="map")
def softsign(op: Op, types: Types, x: Access) -> Access:
    """x/(1 + |x|)."""

    def element(index: Index) -> Expr:
        size = apply("add", apply("abs", x(index)), number(types[0].dtype, 1))
        return apply("div", x(index), size)

    return Access(types[0], element)


def _scalar(x: Access) -> Expr:
    return x(tuple(0 for _ in x.type.shape))


def _clamp(x: Expr, low: float, high: float) -> Expr:
    raised = apply("maximum", x, number(x.dtype, low)) if low > float("-inf") else x
    return apply("minimum", raised, number(x.dtype, high)) if high < float("inf") else raised


def _hsigmoid(x: Expr) -> Expr:
    shifted = apply("add", x, number(x.dtype, 3))
    return apply("mul", _clamp(shifted, 0, 6), number(x.dtype, 1 / 6))


def _negative_exp(x: Expr, alpha: Expr) -> Expr:
    positive = apply("gt", x, number(x.dtype, 0), dtype=DType.boolean)
    lowered = apply("mul", alpha, apply("expm1", x))
    return apply("select", positive, x, lowered, dtype=x.dtype)


def _channel(slope: Access, index: Index) -> Index:
    return (0 if slope.type.shape[0] == 1 else index[1],)
