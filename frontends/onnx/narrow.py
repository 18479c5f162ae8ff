"""Numbers to types in which they are only stored, and back."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp
from dldt.compiler.ops.arithmetic import Add, Divide, FloorMod, Minimum, Multiply, Subtract
from dldt.compiler.ops.bit_cast import BitCast
from dldt.compiler.ops.bitwise import BitwiseAnd, BitwiseRightShift
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import IsNaN, LogicalAnd, LogicalOr
from dldt.compiler.ops.rounding import Abs, Round
from dldt.compiler.ops.select import Select
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.stored import StorageType, StoredTensor


def widened(x: StoredTensor, dtype: DType = DType.f32) -> Value:
    """The numbers of a stored tensor."""
    if not x.kind.is_float:
        return Convert(dtype)(x.bits)
    table = x.bits.graph.constant(x.kind.values)
    found = Gather()(table, Convert(DType.i32)(x.bits), np.array(0, np.int64))
    return found if dtype is DType.f32 else Convert(dtype)(found)


def narrowed(x: Value, kind: StorageType, *, saturate: bool = True, rounding: str = "up") -> StoredTensor:
    """x as a stored tensor: floats are rounded to even; integers are truncated and wrap. ``rounding`` is for the type
    that has powers of two alone."""
    if kind.name == "float8_e8m0fnu":
        wide = x if x.type.dtype is DType.f32 else Convert(DType.f32)(x)
        return StoredTensor(_exponents(wide, saturate, rounding), kind)
    if kind.is_float:
        return StoredTensor(_codes(x if x.type.dtype is DType.f32 else Convert(DType.f32)(x), kind, saturate), kind)
    size = np.array(1 << kind.width, np.int32)
    low = np.array(kind.bounds[0], np.int32)
    whole = Convert(DType.i32)(x)
    return StoredTensor(Convert(kind.bits)(Add()(FloorMod()(Subtract()(whole, low), size), low)), kind)


def saturated(x: Value, kind: StorageType) -> StoredTensor:
    """Whole numbers, which become the bounds of an integer type where they are outside."""
    low, high = kind.bounds
    return StoredTensor(Convert(kind.bits)(Clamp(float(low), float(high))(x)), kind)


def _codes(x: Value, kind: StorageType, saturate: bool) -> Value:
    """The codes of the nearest numbers. Between two powers of two numbers lie evenly, so that their places there are
    found by a division that is exact."""
    saturate = saturate or kind.width < 8  # fewer bits have no code for infinity, nor for what is no number
    info: Any = ml_dtypes.finfo(kind.numpy)  # type: ignore[no-untyped-call]  # ml_dtypes does not say its types
    size = Abs()(x)
    powers = [float(2.0**e) for e in range(int(info.minexp) + 1, int(info.maxexp) + 1)]
    binade: Value | None = None
    for power in powers:
        above = Convert(DType.i32)(GreaterEqual()(size, _f32(power)))
        binade = above if binade is None else Add()(binade, above)
    assert binade is not None
    steps = np.array([2.0 ** (int(info.minexp) - int(info.nmant) + i) for i in range(len(powers) + 1)], np.float32)
    step = Gather()(x.graph.constant(steps), binade, np.array(0, np.int64))
    largest = _code(float(info.max), kind)
    place = Convert(DType.i32)(Round("half_to_even")(Divide()(Minimum()(size, _f32(2 * float(info.max))), step)))
    code = Add()(_times(binade, 1 << int(info.nmant)), place)
    code = Select()(Greater()(code, _i32(largest)), _i32(largest if saturate else _beyond(kind)), code)
    if not saturate:
        code = Select()(Equal()(size, _f32(np.inf)), _i32(_beyond(kind)), code)
    sign = LogicalOr()(Less()(x, _f32(0)), LogicalAnd()(Equal()(x, _f32(0)), Less()(Divide()(_one(x), x), _f32(0))))
    if kind.name.endswith("fnuz"):
        unsigned = Equal()(code, _i32(0)) if saturate else LogicalOr()(Equal()(code, _i32(0)), Equal()(code, _i32(128)))
        signed = Select()(unsigned, code, Add()(code, _i32(128)))
        code = Select()(sign, signed, code)
    else:
        code = Select()(sign, Add()(code, _i32(1 << (kind.width - 1))), code)
    unknown = _code(float("nan"), kind)
    return Convert(kind.bits)(Select()(IsNaN()(x), _i32(unknown), code))


def _exponents(x: Value, saturate: bool, rounding: str) -> Value:
    """The exponents of f32 numbers, of whatever sign; 255 for what is no number, and for infinity."""
    bits = BitwiseAnd()(BitCast(DType.i32)(x), _i32(0x7FFFFFFF))
    exponent = BitwiseRightShift()(bits, _i32(23))
    fraction = BitwiseAnd()(bits, _i32(0x7FFFFF))
    half = _i32(1 << 22)
    if rounding == "down":
        return Convert(DType.u8)(exponent)
    if rounding == "up":
        raised = Greater()(fraction, _i32(0))
    else:
        above = Greater()(fraction, half)
        raised = LogicalOr()(above, LogicalAnd()(Equal()(fraction, half), Greater()(exponent, _i32(0))))
    limit = _i32(0xFE if saturate else 0xFF)
    raised = LogicalAnd()(raised, Less()(exponent, limit))
    return Convert(DType.u8)(Add()(exponent, Convert(DType.i32)(raised)))


def _times(x: Value, factor: int) -> Value:
    return x if factor == 1 else Multiply()(x, _i32(factor))


def _one(x: Value) -> Value:
    return x.graph.constant(_f32(1))


def _beyond(kind: StorageType) -> int:
    """What a number that is too large becomes where it does not become the largest: infinity, or no number."""
    infinite = _code(float("inf"), kind)
    return infinite if kind.name == "float8_e5m2" else _code(float("nan"), kind) & 0xFF


def _code(number: float, kind: StorageType) -> int:
    return int(np.array([number], np.float32).astype(kind.numpy).view(np.uint8)[0])


def _f32(number: float) -> Array:
    return np.array(number, np.float32)


def _i32(number: int) -> Array:
    return np.array(number, np.int32)
