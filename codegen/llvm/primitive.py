"""The primitives of element expressions as LLVM IR, on scalars or vectors."""

from __future__ import annotations

from collections.abc import Callable

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.instructions import mangle
from dldt.codegen.llvm.ir import LLVM_TYPES, Ir, constant, vector
from dldt.codegen.llvm.math import MATH, emit_math
from dldt.codegen.llvm.rescaled import high_product, shift_away
from dldt.codegen.loop.buffers import Buffer
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.types import DType

COMPUTE = {**LLVM_TYPES, DType.f16: "float", DType.bf16: "float", DType.boolean: "i1"}
"""The type in which an element is computed: half types as float, booleans as one bit."""
_HALVES = {DType.f16: "half", DType.bf16: "bfloat"}

_BINARY = {"add": "add", "sub": "sub", "mul": "mul"}
_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def emit_primitive(b: Builder, name: str, arguments: list[Ir], source: DType, result: DType) -> Ir:
    """``name`` on the arguments. ``source`` is the first argument's dtype, ``result`` the result's.

    Raises UnsupportedError where the primitive has no code for the dtype.
    """
    if name == "cast":
        return emit_cast(b, arguments[0], source, result)
    if name == "bitcast":
        return emit_bit_cast(b, arguments[0], source, result)
    if name == "select":
        return b.select(*_match(b, arguments))
    if name in _COMPARISONS:
        return b.compare(name, *arguments, signed=source.is_signed)
    if name in ("and", "or", "xor"):
        return b.binary(name, *arguments)
    if name == "not":
        return b.binary("xor", arguments[0], b.like(arguments[0], 1))
    if name in _BINARY:
        first, second = arguments
        return {"add": b.add, "sub": b.sub, "mul": b.mul}[name](first, second)
    special = _FLOAT.get(name) if source.is_float else _INTEGER.get(name)
    if special is not None:
        return special(b, source, *arguments)
    if source.is_float and name in MATH:
        return emit_math(b, name, *b.unify(*arguments))
    raise UnsupportedError(f"no native code for {name} on {source}")


def emit_cast(b: Builder, x: Ir, source: DType, result: DType) -> Ir:
    """A conversion in compute types: float to integer truncates and saturates, anything to boolean compares with 0."""
    if result is DType.boolean:
        return x if source is DType.boolean else b.compare("ne", x, b.like(x, 0))
    if result.is_float:
        signed = source.is_signed and source is not DType.boolean
        if source is DType.f64 and result in _HALVES:
            return b.convert(b.convert(x, _HALVES[result]), COMPUTE[result])
        return round_half(b, b.convert(x, COMPUTE[result], signed=signed), result)
    return b.convert(x, COMPUTE[result], signed=result.is_signed if source.is_float else source.is_signed)


def emit_bit_cast(b: Builder, x: Ir, source: DType, result: DType) -> Ir:
    """The bits that an element has in memory, as an element of another type, both in compute types."""
    stored = b.convert(x, _HALVES[source]) if source in _HALVES else x
    stored = b.convert(x, "i8", signed=False) if source is DType.boolean else stored
    if result is DType.boolean:
        return b.compare("ne", b.bitcast(stored, vector("i8", x.lanes)), b.like(stored, 0))
    found = b.bitcast(stored, vector(_HALVES.get(result, LLVM_TYPES[result]), x.lanes))
    return b.convert(found, COMPUTE[result])


def round_half(b: Builder, x: Ir, dtype: DType) -> Ir:
    """A computed element of type ``dtype``, rounded to a value that the type holds."""
    return b.convert(b.convert(x, _HALVES[dtype]), COMPUTE[dtype]) if dtype in _HALVES else x


def to_memory(b: Builder, x: Ir, buffer: Buffer) -> Ir:
    """The computed element, converted to the type in which the buffer stores it."""
    dtype = buffer.dtype
    if dtype is DType.boolean:
        return b.convert(x, "i8", signed=False)
    if buffer.rounded and dtype is DType.bf16:
        return b.bitcast(b.round_to_bfloat(x), vector("i16", x.lanes))
    if dtype in _HALVES:
        return b.bitcast(b.convert(x, _HALVES[dtype]), vector("i16", x.lanes))
    return b.convert(x, LLVM_TYPES[dtype])


def from_memory(b: Builder, x: Ir, dtype: DType) -> Ir:
    """An element from memory, converted to the type in which it is computed."""
    if dtype is DType.boolean:
        return b.compare("ne", x, b.like(x, 0))
    if dtype in _HALVES:
        x = b.bitcast(x, vector(_HALVES[dtype], x.lanes))
    return b.convert(x, COMPUTE[dtype])


def _match(b: Builder, arguments: list[Ir]) -> list[Ir]:
    condition, *sides = arguments
    count = max(a.lanes for a in arguments)
    sides = [b.splat(side, count) for side in sides] if count else sides
    return [condition, *sides]


def _maximum(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    return _extremum(b, "gt", "maximum", x, y)


def _minimum(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    return _extremum(b, "lt", "minimum", x, y)


def _extremum(b: Builder, predicate: str, name: str, x: Ir, y: Ir) -> Ir:
    """The larger or smaller of two; NaN wins, as in numpy, and of two zeros either may be returned. A constant second
    operand needs no check for NaN: ``y pred x ? y : x`` keeps x's NaN."""
    if not y.name.startswith("%"):
        return b.select(b.compare(predicate, y, x), *b.unify(y, x))
    x, y = b.unify(x, y)
    symbol = f"llvm.{name}.{mangle(x.type)}"
    b.declare(symbol, f"declare {x.type} @{symbol}({x.type}, {x.type})")
    return b.emit(x.type, f"call nsz {x.type} @{symbol}({x}, {y})")


def _integer_extremum(kind: str) -> Callable[..., Ir]:
    def emit(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
        x, y = b.unify(x, y)
        if x.element == "i1":
            return b.binary("or" if kind == "max" else "and", x, y)
        return b.intrinsic(f"llvm.{'s' if dtype.is_signed else 'u'}{kind}", x.type, x, y)

    return emit


def _relu(b: Builder, dtype: DType, x: Ir) -> Ir:
    zero = b.like(x, 0)
    return b.select(b.compare("lt", x, zero, signed=dtype.is_signed), zero, x)


def _abs(b: Builder, dtype: DType, x: Ir) -> Ir:
    if dtype.is_float:
        return b.intrinsic("llvm.fabs", x.type, x)
    return b.select(b.compare("lt", x, b.like(x, 0)), b.neg(x), x) if dtype.is_signed else x


def _neg(b: Builder, dtype: DType, x: Ir) -> Ir:
    return b.neg(x)


def _div(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    return b.fdiv(x, y)


def _safe_divisor(b: Builder, dtype: DType, x: Ir, y: Ir) -> tuple[Ir, Ir]:
    """Dividend and divisor. The divisor becomes 1 where the division would trap on x86: division by zero, and the one
    overflow (MIN / -1)."""
    x, y = b.unify(x, y)
    trap = b.compare("eq", y, b.like(y, 0))
    if dtype.is_signed:
        width = int(x.element[1:])
        lowest = b.compare("eq", x, b.like(x, -(1 << (width - 1))))
        trap = b.binary("or", trap, b.binary("and", lowest, b.compare("eq", y, b.like(y, -1))))
    return x, b.select(trap, b.like(y, 1), y)


def _truncdiv(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    if dtype.is_float:
        return emit_math(b, "trunc", b.fdiv(x, y))
    x, divisor = _safe_divisor(b, dtype, x, y)
    quotient = b.binary("sdiv" if dtype.is_signed else "udiv", x, divisor)
    y, zero = b.unify(y, b.like(quotient, 0))
    return b.select(b.compare("eq", y, zero), zero, quotient)


def _truncmod(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    if dtype.is_float:
        return emit_math(b, "fmod", *b.unify(x, y))
    x, y = _safe_divisor(b, dtype, x, y)
    return b.binary("srem" if dtype.is_signed else "urem", x, y)


def _floordiv(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    if dtype.is_float:
        return emit_math(b, "floor", b.fdiv(x, y))
    quotient = _truncdiv(b, dtype, x, y)
    if not dtype.is_signed:
        return quotient
    return b.select(_signs_differ(b, dtype, x, y), b.sub(quotient, b.like(quotient, 1)), quotient)


def _floormod(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    if dtype.is_float:
        return emit_math(b, "mod", *b.unify(x, y))
    rest = _truncmod(b, dtype, x, y)
    if not dtype.is_signed:
        return rest
    return b.select(_signs_differ(b, dtype, x, y), b.add(rest, y), rest)


def _signs_differ(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    rest = _truncmod(b, dtype, x, y)
    inexact = b.compare("ne", rest, b.like(rest, 0))
    return b.binary("and", inexact, b.compare("lt", b.binary("xor", rest, y), b.like(rest, 0)))


def _sign(b: Builder, dtype: DType, x: Ir) -> Ir:
    if dtype.is_float:
        return emit_math(b, "sign", x)
    zero, one = b.like(x, 0), b.like(x, 1)
    positive = b.select(b.compare("gt", x, zero, signed=dtype.is_signed), one, zero)
    return b.select(b.compare("lt", x, zero), b.like(x, -1), positive) if dtype.is_signed else positive


def _same(b: Builder, dtype: DType, x: Ir) -> Ir:
    return x


def _integer_power(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    """Square and multiply over the bits of the exponent. With a negative exponent 1/x^n is 0, except for the bases 1
    and -1, for which the bits of the exponent give the right sign."""
    x, y = b.unify(x, y)
    result, square, rest = b.like(x, 1), x, y
    for _ in range(min(int(x.element[1:]), 64)):
        odd = b.compare("ne", b.binary("and", rest, b.like(rest, 1)), b.like(rest, 0))
        result = b.select(odd, b.mul(result, square), result)
        square = b.mul(square, square)
        rest = b.binary("lshr", rest, b.like(rest, 1))
    if not dtype.is_signed:
        return result
    unit = b.binary("or", b.compare("eq", x, b.like(x, 1)), b.compare("eq", x, b.like(x, -1)))
    whole = b.binary("or", unit, b.compare("ge", y, b.like(y, 0)))
    return b.select(whole, result, b.like(result, 0))


def _sqrt(b: Builder, dtype: DType, x: Ir) -> Ir:
    return b.intrinsic("llvm.sqrt", x.type, x)


def _bits(opcode: str) -> Callable[..., Ir]:
    return lambda b, dtype, x, y: b.binary(opcode, x, y)


def _bit_not(b: Builder, dtype: DType, x: Ir) -> Ir:
    return b.binary("xor", x, b.like(x, -1))


def _shift_left(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    x, y = b.unify(x, y)
    inside = b.compare("lt", y, b.like(y, 8 * dtype.size), signed=False)
    shifted = b.binary("shl", x, b.select(inside, y, b.like(y, 0)))
    return b.select(inside, shifted, b.like(x, 0))


def _shift_right(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    x, y = b.unify(x, y)
    last = 8 * dtype.size - 1
    inside = b.compare("le", y, b.like(y, last), signed=False)
    if dtype.is_signed:  # a shift by all bits but one leaves the sign
        return b.binary("ashr", x, b.select(inside, y, b.like(y, last)))
    shifted = b.binary("lshr", x, b.select(inside, y, b.like(y, 0)))
    return b.select(inside, shifted, b.like(x, 0))


def _isnan(b: Builder, dtype: DType, x: Ir) -> Ir:
    return b.compare("ne", x, x)


def _isinf(b: Builder, dtype: DType, x: Ir) -> Ir:
    return b.compare("eq", _abs(b, dtype, x), b.like(x, float("inf")))


def _float_power(b: Builder, dtype: DType, x: Ir, y: Ir) -> Ir:
    """Powers with small constant exponents become products and roots; all others call the math library's pow."""
    if _is_constant(y, 2.0):
        return b.mul(x, x)
    if _is_constant(y, 0.5):
        return _sqrt(b, dtype, x)
    if _is_constant(y, 1.0):
        return x
    return emit_math(b, "pow", *b.unify(x, y))


def _is_constant(x: Ir, value: float) -> bool:
    return x.name in (constant(x.type, value).name, constant(x.element, value).name)


_FLOAT: dict[str, Callable[..., Ir]] = {
    "maximum": _maximum,
    "minimum": _minimum,
    "relu": _relu,
    "abs": _abs,
    "neg": _neg,
    "div": _div,
    "sqrt": _sqrt,
    "truncdiv": _truncdiv,
    "floordiv": _floordiv,
    "floormod": _floormod,
    "truncmod": _truncmod,
    "pow": _float_power,
    "sign": _sign,
    "isnan": _isnan,
    "isinf": _isinf,
}
_INTEGER: dict[str, Callable[..., Ir]] = {
    "bitand": _bits("and"),
    "bitor": _bits("or"),
    "bitxor": _bits("xor"),
    "bitnot": _bit_not,
    "shl": _shift_left,
    "shr": _shift_right,
    "maximum": _integer_extremum("max"),
    "minimum": _integer_extremum("min"),
    "relu": _relu,
    "abs": _abs,
    "neg": _neg,
    "truncdiv": _truncdiv,
    "floordiv": _floordiv,
    "truncmod": _truncmod,
    "floormod": _floormod,
    "pow": _integer_power,
    "sign": _sign,
    "floor": _same,
    "ceil": _same,
    "round_even": _same,
    "round_away": _same,
    "highmul": high_product,
    "shift_away": shift_away,
}

IDENTITY = {"sum": 0.0, "prod": 1.0, "max": float("-inf"), "min": float("inf"), "and": 1, "or": 0}


def reduction_identity(kind: str, dtype: DType) -> Ir:
    """The neutral element of a reduction in the compute type."""
    type = COMPUTE[dtype]
    if kind in ("max", "min") and not dtype.is_float:
        info = _integer_range(dtype)
        return constant(type, info[0] if kind == "max" else info[1])
    return constant(type, IDENTITY[kind])


def combine(b: Builder, kind: str, x: Ir, y: Ir, dtype: DType) -> Ir:
    """One step of a reduction."""
    names = {"sum": "add", "prod": "mul", "max": "maximum", "min": "minimum", "and": "and", "or": "or"}
    return emit_primitive(b, names[kind], [x, y], dtype, dtype)


def horizontal(b: Builder, kind: str, x: Ir, dtype: DType) -> Ir:
    """The lanes of a vector combined in a fixed tree: each step combines the two halves."""
    while x.lanes > 1:
        half = x.lanes // 2
        low = b.emit(vector(x.element, half), f"shufflevector {x}, {x.type} poison, {_range(0, half)}")
        high = b.emit(vector(x.element, half), f"shufflevector {x}, {x.type} poison, {_range(half, half)}")
        x = combine(b, kind, low, high, dtype)
    return b.extract(x, 0)


def _range(start: int, count: int) -> str:
    return f"<{count} x i32> <{', '.join(f'i32 {start + i}' for i in range(count))}>"


def _integer_range(dtype: DType) -> tuple[int, int]:
    if dtype is DType.boolean:
        return 0, 1
    width = dtype.size * 8
    return (-(1 << (width - 1)), (1 << (width - 1)) - 1) if dtype.is_signed else (0, (1 << width) - 1)


__all__ = [
    "COMPUTE",
    "combine",
    "emit_cast",
    "emit_primitive",
    "from_memory",
    "horizontal",
    "reduction_identity",
    "round_half",
    "to_memory",
]
