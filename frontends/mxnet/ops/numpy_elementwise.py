"""NumPy-style operations element by element (``_npi_add``): types are promoted, comparisons give booleans."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Divide, Multiply, Power
from dldt.compiler.ops.bitwise import BitwiseAnd, BitwiseNot, BitwiseOr, BitwiseXor
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual
from dldt.compiler.ops.logical import IsInf, IsNaN, LogicalNot, LogicalOr
from dldt.compiler.ops.rounding import Round
from dldt.compiler.ops.select import Select
from dldt.compiler.types import DType
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import cast, number
from dldt.frontends.mxnet.ops.binary import ARITHMETIC, truth
from dldt.frontends.mxnet.ops.elementwise import FUNCTIONS

_KEEPING = frozenset(("negative", "sign", "absolute", "square"))
"""Functions that are whole of integers; the others are computed in f32."""
_WHOLE = frozenset(("ceil", "floor", "trunc", "fix", "rint"))
_ORDER = (DType.boolean, DType.u8, DType.i8, DType.i32, DType.i64, DType.f16, DType.f32, DType.f64)
"""Of two types the later one, but for bytes with and without a sign."""
_COMPARISONS: dict[str, Op] = {
    "equal": Equal(),
    "greater": Greater(),
    "greater_equal": GreaterEqual(),
    "less": Less(),
    "less_equal": LessEqual(),
    "not_equal": NotEqual(),
}
_NAMES = {"add": "add", "subtract": "sub", "multiply": "mul", "mod": "mod", "power": "power"}
_BITS: dict[str, Op] = {"bitwise_and": BitwiseAnd(), "bitwise_or": BitwiseOr(), "bitwise_xor": BitwiseXor()}


def promoted(a: Value, b: Value) -> tuple[Value, Value]:
    """Both in the type that holds both."""
    kinds = {a.type.dtype, b.type.dtype}
    if kinds == {DType.u8, DType.i8}:
        raise UnsupportedError(f"bytes with and without a sign together, {a.type} and {b.type}, are not supported")
    wider = max(kinds, key=_ORDER.index) if kinds <= set(_ORDER) else a.type.dtype
    return cast(a, wider), cast(b, wider)


def real(x: Value) -> Value:
    """f32 of integers and booleans."""
    return x if x.type.dtype.is_float else cast(x, DType.f32)


def _of_x(name: str, function: Callable[[Value], Value]) -> Callable[[Value], Value]:
    def importer(x: Value) -> Value:
        if name in _WHOLE and not x.type.dtype.is_float:
            return x
        return function(x) if name in _KEEPING else cast(function(real(x)), x.type.dtype)

    return importer


def _whether(operation: Op) -> Callable[[Value], Value]:
    def importer(x: Value) -> Value:
        return operation(real(x))

    return importer


def _of_two(function: Callable[[Value, Value], Value]) -> Callable[[Value, Value], Value]:
    def importer(lhs: Value, rhs: Value) -> Value:
        return function(*promoted(lhs, rhs))

    return importer


def _true_divide(a: Value, b: Value) -> Value:
    return Divide()(real(a), real(b))


def _with_number(function: Callable[[Value, Value], Value], *, swapped: bool) -> Callable[..., Value]:
    """A number with a fraction makes f64 of integers."""

    def importer(data: Value, *, scalar: float = 1.0, is_int: bool = True) -> Value:
        source = data if is_int or data.type.dtype.is_float else cast(data, DType.f64)
        constant = source.graph.constant(number(scalar, source))
        return function(constant, source) if swapped else function(source, constant)

    return importer


_SPELT = {"abs": "absolute"}
for _name, _function in FUNCTIONS.items():
    if _name not in ("erf", "relu", "sigmoid", "round", "rsqrt"):
        _own = _SPELT.get(_name, _name)
        MXNET.imports(f"_npi_{_own}")(_of_x(_own, _function))
MXNET.imports("_npi_trunc")(_of_x("trunc", FUNCTIONS["fix"]))
_TRUTHS = {"isnan": IsNaN(), "isinf": IsInf(), "isposinf": IsInf(False, True), "isneginf": IsInf(True, False)}
for _name, _truth in _TRUTHS.items():
    MXNET.imports(f"_npi_{_name}")(_whether(_truth))

for _name, _old in _NAMES.items():
    MXNET.imports(f"_npi_{_name}")(_of_two(ARITHMETIC[_old]))
    MXNET.imports(f"_npi_{_name}_scalar")(_with_number(ARITHMETIC[_old], swapped=False))
for _name, _old in (("rsubtract", "sub"), ("rmod", "mod"), ("rpower", "power")):
    MXNET.imports(f"_npi_{_name}_scalar")(_with_number(ARITHMETIC[_old], swapped=True))
MXNET.imports("_npi_true_divide")(_of_two(_true_divide))
MXNET.imports("_npi_true_divide_scalar")(_with_number(_true_divide, swapped=False))
MXNET.imports("_npi_rtrue_divide_scalar")(_with_number(_true_divide, swapped=True))
for _name, _operation in _COMPARISONS.items():
    MXNET.imports(f"_npi_{_name}")(_of_two(_operation.__call__))
    MXNET.imports(f"_npi_{_name}_scalar")(_with_number(_operation.__call__, swapped=False))
for _name, _operation in _BITS.items():
    MXNET.imports(f"_npi_{_name}")(_of_two(_operation.__call__))


@MXNET.imports("_npi_isfinite")
def isfinite(x: Value) -> Value:
    """Neither infinite nor no number."""
    return LogicalNot()(LogicalOr()(IsInf()(x), IsNaN()(x)))


@MXNET.imports("_npi_logical_not")
def logical_not(x: Value) -> Value:
    """Where x is 0."""
    return LogicalNot()(truth(x))


@MXNET.imports("_npi_bitwise_not")
def bitwise_not(x: Value) -> Value:
    """Each bit the other way round."""
    return LogicalNot()(x) if x.type.dtype is DType.boolean else BitwiseNot()(x)


@MXNET.imports("_npi_hypot")
def hypot(x1: Value, x2: Value) -> Value:
    """sqrt(a^2 + b^2)"""
    return ARITHMETIC["hypot"](*promoted(x1, x2))


@MXNET.imports("_npi_around")
def around(x: Value, *, decimals: int = 0) -> Value:
    """Rounded to decimals; of two the even one."""
    if not x.type.dtype.is_float:
        return x
    if decimals == 0:
        return Round("half_to_even")(x)
    if not -30 <= decimals <= 30:
        raise UnsupportedError(f"decimals {decimals} are not supported (-30 to 30 are)")
    factor = number(10.0 ** abs(decimals), x)
    if decimals > 0:
        return Divide()(Round("half_to_even")(Multiply()(x, factor)), factor)
    return Multiply()(Round("half_to_even")(Divide()(x, factor)), factor)


@MXNET.imports("_npi_where")
def where(condition: Value, x: Value, y: Value) -> Value:
    """x where the condition holds, else y."""
    return Select()(truth(condition), *promoted(x, y))


@MXNET.imports("_npi_where_lscalar")
def where_lscalar(condition: Value, x: Value, *, scalar: float = 0.0) -> Value:
    """A number where the condition holds, else x."""
    return Select()(truth(condition), number(scalar, x), x)


@MXNET.imports("_npi_where_rscalar")
def where_rscalar(condition: Value, y: Value, *, scalar: float = 0.0) -> Value:
    """y where the condition holds, else a number."""
    return Select()(truth(condition), y, number(scalar, y))


@MXNET.imports("_npi_nan_to_num")
def nan_to_num(data: Value, *, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Value:
    """Numbers in place of what is none, or infinite."""
    if not data.type.dtype.is_float:
        return data
    limits = np.finfo(np.zeros(0, data.type.dtype.numpy).dtype.name)
    high, low = (
        float(limit) if given is None else given for given, limit in ((posinf, limits.max), (neginf, limits.min))
    )
    finite = Select()(IsNaN()(data), number(nan, data), data)
    lower = Select()(IsInf(True, False)(finite), number(low, data), finite)
    return Select()(IsInf(False, True)(lower), number(high, data), lower)


@MXNET.imports("_npi_ldexp")
def ldexp(lhs: Value, rhs: Value) -> Value:
    """lhs * 2^rhs"""
    a, b = promoted(real(lhs), real(rhs))
    return Multiply()(a, Power()(a.graph.constant(number(2, a)), b))


@MXNET.imports("_npx_relu")
def relu(data: Value) -> Value:
    """max(x, 0)"""
    return FUNCTIONS["relu"](data)


@MXNET.imports("_npx_sigmoid")
def sigmoid(data: Value) -> Value:
    """1 / (1 + exp(-x))"""
    return FUNCTIONS["sigmoid"](data)


@MXNET.imports("_np_copy")
def copy(a: Value) -> Value:
    """The input itself."""
    return a
