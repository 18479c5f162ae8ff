"""The primitives of the loop IR: the one table of their names, numbers of operands, and meaning in numpy.

Half-precision floats are computed in f32; integers wrap; an integer divided by zero gives 0.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from dldt.compiler.errors import InternalError
from dldt.compiler.ops.activation import sigmoid, softplus
from dldt.compiler.ops.bit_cast import reinterpreted
from dldt.compiler.ops.bitwise import BitwiseLeftShift, BitwiseRightShift
from dldt.compiler.ops.convert import cast
from dldt.compiler.ops.unary import erf
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType


@attrs.frozen
class Primitive:
    """A function of elements. ``meaning`` takes ``arity`` arrays, of the type in which they are computed."""

    name: str
    arity: int
    meaning: Callable[..., Array]


def compute_type(dtype: DType) -> DType:
    """The type that elements of ``dtype`` are computed in."""
    return DType.f32 if dtype in (DType.f16, DType.bf16) else dtype


def convert(x: Array, dtype: DType) -> Array:
    """``x`` as ``dtype``, in the type in which it is computed. Floats become integers by truncation toward zero; values
    outside the integer type saturate, and NaN gives 0. Anything but 0 becomes true. Half precision is rounded to a
    value that it can hold."""
    if dtype is DType.boolean:
        return np.asarray(x != 0)
    if dtype.is_float:
        with np.errstate(over="ignore"):
            return x.astype(dtype.numpy).astype(compute_type(dtype).numpy)
    return cast(x, dtype.numpy)


def bits_as(x: Array, source: DType, dtype: DType) -> Array:
    """The bits of ``x``, an element of type ``source``, as an element of type ``dtype``, in the type in which that is
    computed."""
    return reinterpreted(x.astype(source.numpy), dtype.numpy).astype(compute_type(dtype).numpy)


_ROUNDINGS = ("floor", "ceil", "round_even", "round_away", "truncdiv", "truncmod", "floordiv", "floormod")
_STEPS = frozenset(("eq", "ne", "lt", "le", "gt", "ge", "isinf", "sign", "cast", "bitcast", *_ROUNDINGS))


def shows_rounding(name: str) -> bool:
    """Whether the primitive has steps, or gives its operand another type: then it matters whether an operand of half
    precision, which is computed in f32, was rounded before."""
    return name in _STEPS


def primitive(name: str) -> Primitive:
    """The primitive called ``name``. Raises InternalError where there is none."""
    found = PRIMITIVES.get(name)
    if found is None:
        raise InternalError(f"the loop IR has no primitive {shown(name)}")
    return found


def _integer(x: Array) -> bool:
    return bool(np.issubdtype(x.dtype, np.integer))


def _floordiv(a: Array, b: Array) -> Array:
    if not _integer(a):
        return np.asarray(np.floor(a / b))
    return np.asarray(
        np.where(b == 0, np.zeros((), a.dtype), np.floor_divide(a, np.where(b == 0, 1, b).astype(b.dtype)))
    )


def _truncdiv(a: Array, b: Array) -> Array:
    if not _integer(a):
        return np.asarray(np.trunc(a / b))
    quotient = _floordiv(a, b)
    return np.asarray(quotient + ((quotient * b != a) & (quotient < 0) & (b != 0)).astype(a.dtype))


def _power(a: Array, b: Array) -> Array:
    if not _integer(a):
        return np.asarray(np.power(a, b))
    magnitude = np.power(a, np.maximum(b, 0))  # 1 / a^-b is a whole number for a = 1 and a = -1 alone
    parity = np.where(b % 2 == 0, 1, a)
    return np.asarray(np.where(b >= 0, magnitude, np.where(np.abs(a) == 1, parity, 0)).astype(a.dtype))


def _round_away(x: Array) -> Array:
    whole = np.trunc(x)
    return np.asarray((whole + np.sign(x) * (np.abs(x - whole) >= 0.5)).astype(x.dtype))


def _highmul(a: Array, b: Array) -> Array:
    return np.asarray(((a.astype(np.int64) * b + (1 << 30)) >> 31).astype(np.int32))


def _shift_away(x: Array, exponent: Array) -> Array:
    return np.asarray((((x - (x < 0)) >> (exponent - 1)) + 1) >> 1)


def _gelu(x: Array) -> Array:
    wide = x.astype(np.float64)
    return np.asarray((0.5 * wide * (1 + erf(wide / np.sqrt(2)))).astype(x.dtype))


def _gelu_tanh(x: Array) -> Array:
    wide = x.astype(np.float64)
    return np.asarray((0.5 * wide * (1 + np.tanh(np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3)))).astype(x.dtype))


def _table(arity: int, **meanings: Callable[..., Array]) -> dict[str, Primitive]:
    return {name: Primitive(name, arity, meaning) for name, meaning in meanings.items()}


PRIMITIVES: dict[str, Primitive] = {
    **_table(
        2,
        add=np.add,
        sub=np.subtract,
        mul=np.multiply,
        div=np.divide,
        floordiv=_floordiv,
        truncdiv=_truncdiv,
        floormod=np.mod,
        truncmod=np.fmod,
        pow=_power,
        maximum=np.maximum,
        minimum=np.minimum,
        eq=np.equal,
        ne=np.not_equal,
        lt=np.less,
        le=np.less_equal,
        gt=np.greater,
        ge=np.greater_equal,
        xor=np.logical_xor,
        bitand=np.bitwise_and,
        bitor=np.bitwise_or,
        bitxor=np.bitwise_xor,
        shl=BitwiseLeftShift().evaluate,
        shr=BitwiseRightShift().evaluate,
    ),
    "and": Primitive("and", 2, np.logical_and),
    "or": Primitive("or", 2, np.logical_or),
    "not": Primitive("not", 1, np.logical_not),
    **_table(
        1,
        relu=lambda x: np.maximum(x, np.zeros((), x.dtype)),
        neg=np.negative,
        abs=np.abs,
        sign=np.sign,
        floor=np.floor,
        ceil=np.ceil,
        round_even=np.rint,
        round_away=_round_away,
        sqrt=np.sqrt,
        exp=np.exp,
        expm1=np.expm1,
        log=np.log,
        log1p=np.log1p,
        tanh=np.tanh,
        sigmoid=sigmoid,
        erf=erf,
        sin=np.sin,
        cos=np.cos,
        tan=np.tan,
        asin=np.arcsin,
        acos=np.arccos,
        atan=np.arctan,
        sinh=np.sinh,
        cosh=np.cosh,
        asinh=np.arcsinh,
        acosh=np.arccosh,
        atanh=np.arctanh,
        softplus=softplus,
        mish=lambda x: x * np.tanh(softplus(x)),
        swish=lambda x: x * sigmoid(x),
        gelu=_gelu,
        gelu_tanh=_gelu_tanh,
        isnan=np.isnan,
        isinf=np.isinf,
        cast=lambda x: x,  # converted to the dtype that the expression names, as every result is; see ``convert``
    ),
    "bitcast": Primitive("bitcast", 1, lambda x: x),  # see ``bits_as``, which is told the types
    "bitnot": Primitive("bitnot", 1, np.bitwise_not),
    "select": Primitive("select", 3, np.where),
    "highmul": Primitive("highmul", 2, _highmul),
    "shift_away": Primitive("shift_away", 2, _shift_away),
}
"""The primitives by name. The operands of a comparison have one type, as have the two sides of ``select``. The result's
type is that of the expression."""
