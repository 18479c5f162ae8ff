"""x = n π/2 + r for every finite double, r as a pair: four-part subtraction; for large x, only the needed digits of
2/π."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.instructions import mangle
from dldt.codegen.llvm.ir import Ir, vector
from dldt.codegen.llvm.math.double_double import Pair, constant, multiply, sum_exact, sum_ordered
from dldt.codegen.llvm.math.floats import bits_of, magnitude, round_nearest

_TWO_OVER_PI = 0.6366197723675814
_HALF_PI = (1.5707963267948966, 6.123233995736766e-17)
# π/2 in four parts; n times the first three is exact for n < 2^20
_PARTS = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32)
_LIMIT = 2.0**20
# 64 zero bits, then the binary digits of 2/π, 32 a word
_DIGITS = bytes.fromhex(
    "0000000000000000"
    "A2F9836E4E441529FC2757D1F534DDC0DB6295993C439041FE5163ABDEBBC561B7246E3A424DD2E0"
    "06492EEA09D1921CFE1DEB1CB129A73EE88235F52EBB4484E99C7026B45F7E413991D639835339F4"
    "9C845F8BBDF9283B1FF897FFDE05980FEF2F118B5A0A6D1F6D367ECF27CB09B74F463F669E5FEA2D"
    "7527BAC7EBE5F17B3D0739F78A5292EA6BFB5FB11F8D5D0856033046FC7B6BABF0CFBC209AF4361D"
)
_TABLE = "dldt_two_over_pi"
_LOW32 = 0xFFFFFFFF


def quarter_turns_double(b: Builder, x: Ir) -> tuple[Pair, Ir]:
    """r with |r| <= π/4, and n as an i64 of which only the low two bits are valid. Infinities and NaN give NaN."""
    large = b.compare("gt", magnitude(b, x), b.like(x, _LIMIT))
    anywhere = b.intrinsic("llvm.vector.reduce.or", "i1", large, suffix=mangle(large.type)) if large.lanes else large
    packed = b.choose(anywhere, lambda: _join(b, _either(b, x, large)), lambda: _join(b, _by_parts(b, x)))
    r = _part(b, packed, x, 0), _part(b, packed, x, 1)
    return Pair(*r), bits_of(b, r[1])


def _either(b: Builder, x: Ir, large: Ir) -> Pair:
    # an infinity becomes NaN where the parts are subtracted
    finite = b.compare("lt", magnitude(b, x), b.like(x, math.inf))
    far = b.binary("and", large, finite)
    digits, parts = _by_digits(b, x), _by_parts(b, x)
    return Pair(b.select(far, digits.high, parts.high), b.select(far, digits.low, parts.low))


def _join(b: Builder, r: Pair) -> Ir:
    """Both halves as one value, which a branch can choose."""
    count = r.high.lanes
    if not count:
        half = b.emit("<2 x double>", f"insertelement <2 x double> poison, {r.high}, i64 0")
        return b.emit("<2 x double>", f"insertelement {half}, {r.low}, i64 1")
    order = ", ".join(f"i32 {i}" for i in range(2 * count))
    return b.emit(vector("double", 2 * count), f"shufflevector {r.high}, {r.low}, <{2 * count} x i32> <{order}>")


def _part(b: Builder, packed: Ir, x: Ir, half: int) -> Ir:
    if not x.lanes:
        return b.extract(packed, half)
    order = ", ".join(f"i32 {i + half * x.lanes}" for i in range(x.lanes))
    return b.emit(x.type, f"shufflevector {packed}, {packed.type} poison, <{x.lanes} x i32> <{order}>")


def _with_count(b: Builder, r: Pair, n: Ir) -> Pair:
    """n in the lowest two bits of r's low half, which are below its precision."""
    pattern = bits_of(b, r.low)
    pattern = b.binary("and", pattern, b.like(pattern, -4))
    pattern = b.binary("or", pattern, b.binary("and", n, b.like(n, 3)))
    return Pair(r.high, b.bitcast(pattern, r.low.type))


def _by_parts(b: Builder, x: Ir) -> Pair:
    count, shifted = round_nearest(b, b.mul(x, b.like(x, _TWO_OVER_PI)))
    first = b.fma(count, b.like(x, -_PARTS[0]), x)
    second = sum_exact(b, first, b.mul(count, b.like(x, -_PARTS[1])))
    third = sum_exact(b, second.high, b.mul(count, b.like(x, -_PARTS[2])))
    low = b.fma(count, b.like(x, -_PARTS[3]), b.add(second.low, third.low))
    return _with_count(b, sum_ordered(b, third.high, low), bits_of(b, shifted))


def _by_digits(b: Builder, x: Ir) -> Pair:
    """Payne and Hanek's reduction, x = M 2ᵉ. Digits of 2/π above 2^(1-e) give whole turns and are dropped. The 192
    digits that follow, times the 53-bit M, give the two bits of n and 126 bits of fraction."""
    pattern = b.binary("and", bits_of(b, x), b.like(bits_of(b, x), (1 << 63) - 1))
    position = b.sub(b.binary("lshr", pattern, b.like(pattern, 52)), b.like(pattern, 1013))
    window = _window(b, position)
    integer = b.binary("or", b.binary("and", pattern, b.like(pattern, (1 << 52) - 1)), b.like(pattern, 1 << 52))
    low, high = b.binary("and", integer, b.like(integer, _LOW32)), b.binary("lshr", integer, b.like(integer, 32))
    digits = _product(b, low, high, window)
    top = digits[-1]
    n = b.binary("lshr", b.add(top, b.like(top, 1 << 29)), b.like(top, 30))
    signed = b.sub(top, b.binary("shl", n, b.like(n, 30)))
    terms = [b.convert(digit, "double") for digit in (signed, *reversed(digits[:-1]))]
    scaled = [b.mul(t, b.like(t, 2.0 ** -(30 + 32 * i))) for i, t in enumerate(terms)]
    first = sum_ordered(b, scaled[0], scaled[1])
    second = sum_ordered(b, first.high, scaled[2])
    fraction = sum_ordered(b, second.high, b.add(b.add(first.low, second.low), scaled[3]))
    r = multiply(b, fraction, constant(b, x, *_HALF_PI))
    negative = b.compare("lt", x, b.like(x, 0.0))
    signed_r = Pair(b.select(negative, b.neg(r.high), r.high), b.select(negative, b.neg(r.low), r.low))
    return _with_count(b, signed_r, b.select(negative, b.neg(n), n))


def _window(b: Builder, position: Ir) -> list[Ir]:
    """Six words of 32 digits from ``position`` on, the first word first. A position computed for any other number still
    reads inside the table."""
    words = [int.from_bytes(_DIGITS[i : i + 4], "big") for i in range(0, len(_DIGITS), 4)]
    listed = ", ".join(f"i64 {word}" for word in words)
    b.declare(f"@{_TABLE}", f"@{_TABLE} = internal unnamed_addr constant [{len(words)} x i64] [{listed}], align 8")
    index = b.binary("ashr", position, b.like(position, 5))
    inside = b.compare("lt", index, b.like(index, len(words) - 6), signed=False)
    index = b.select(inside, index, b.like(index, 0))
    shift = b.binary("and", position, b.like(position, 31))
    found = []
    for offset in range(7):
        pointer = b.gep(Ir("ptr", f"@{_TABLE}"), b.add(index, b.like(index, offset)), "i64")
        every = b.const(vector("i1", index.lanes), 1)
        found.append(b.gather(index.type, pointer, every, 8) if index.lanes else b.load("i64", pointer, 8))
    return [_shifted(b, found[i], found[i + 1], shift) for i in range(6)]


def _shifted(b: Builder, high: Ir, low: Ir, shift: Ir) -> Ir:
    """32 bits of the 64 in (high, low), from bit ``shift`` on."""
    both = b.binary("or", b.binary("shl", high, b.like(high, 32)), low)
    return b.binary("lshr", b.binary("shl", both, shift), b.like(both, 32))


def _product(b: Builder, low: Ir, high: Ir, window: list[Ir]) -> list[Ir]:
    """Words 2 to 5 (lowest first) of (high 2^32 + low) times the window. Higher words are whole turns."""
    digits: list[Ir] = []
    carry = b.like(low, 0)
    words = window[::-1]
    for k in range(6):
        products = [b.mul(low, words[k])] + ([b.mul(high, words[k - 1])] if k else [])
        total = carry
        for product in products:
            total = b.add(total, b.binary("and", product, b.like(product, _LOW32)))
        carry = b.binary("lshr", total, b.like(total, 32))
        for product in products:
            carry = b.add(carry, b.binary("lshr", product, b.like(product, 32)))
        digits.append(b.binary("and", total, b.like(total, _LOW32)))
    return digits[2:]
