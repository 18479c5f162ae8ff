"""x = n π/2 + r for every finite f32: three-part subtraction in double; for large x, only the needed bits of 2/π."""

from __future__ import annotations

import math
from itertools import pairwise

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.instructions import mangle
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import bits_of, magnitude, round_nearest

_TWO_OVER_PI = 0.6366197723675814
# π/2 in three parts; n times the first two is exact for n < 2^20
_HALF_PI = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)
_LIMIT = 2.0**20
# 32 zero bits, then the binary digits of 2/π
_DIGITS = (0, 0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599, 0x3C439041, 0xFE5163AB)


def quarter_turns(b: Builder, x: Ir) -> tuple[Ir, Ir]:
    """r as a double with |r| <= π/4 and a relative error of at most 2^-32, and n as an i64 of which only the low two
    bits are valid. Infinities and NaN give NaN."""
    large = b.compare("gt", magnitude(b, x), b.like(x, _LIMIT))
    anywhere = b.intrinsic("llvm.vector.reduce.or", "i1", large, suffix=mangle(large.type)) if large.lanes else large
    packed = b.choose(anywhere, lambda: _either(b, x, large), lambda: _by_parts(b, x))
    return b.bitcast(packed, b.convert(x, "double").type), packed


def _either(b: Builder, x: Ir, large: Ir) -> Ir:
    # an infinity becomes NaN where the parts are subtracted
    finite = b.compare("lt", magnitude(b, x), b.like(x, math.inf))
    return b.select(b.binary("and", large, finite), _by_digits(b, x), _by_parts(b, x))


def _pack(b: Builder, r: Ir, n: Ir) -> Ir:
    """n in the lowest two bits of r, which are below its precision: so a branch can choose one value instead of two."""
    pattern = bits_of(b, r)
    kept = b.binary("and", pattern, b.like(pattern, -4))
    return b.binary("or", kept, b.binary("and", n, b.like(n, 3)))


def _by_parts(b: Builder, x: Ir) -> Ir:
    r = b.convert(x, "double")
    count, shifted = round_nearest(b, b.mul(r, b.like(r, _TWO_OVER_PI)))
    for part in _HALF_PI:
        r = b.fma(count, b.like(r, -part), r)
    return _pack(b, r, bits_of(b, shifted))


def _by_digits(b: Builder, x: Ir) -> Ir:
    """Payne and Hanek's reduction, x = M 2ᵉ. Digits of 2/π above 2^(1-e) give whole turns and are dropped. The digits
    that follow, times the 24-bit M, give the two bits of n and 62 bits of fraction."""
    pattern = b.convert(b.binary("and", bits_of(b, x), b.like(bits_of(b, x), 0x7FFFFFFF)), "i64")
    position = b.sub(b.binary("lshr", pattern, b.like(pattern, 23)), b.like(pattern, 120))
    word = b.binary("ashr", position, b.like(position, 5))
    shift = b.binary("and", position, b.like(position, 31))
    chosen = []
    for offset in range(4):
        digits = b.like(pattern, _DIGITS[offset])
        for k in range(1, 5):
            digits = b.select(b.compare("eq", word, b.like(word, k)), b.like(word, _DIGITS[k + offset]), digits)
        chosen.append(digits)
    window = [_shifted(b, high, low, shift) for high, low in pairwise(chosen)]
    integer = b.binary("or", b.binary("and", pattern, b.like(pattern, 0x7FFFFF)), b.like(pattern, 0x800000))
    high, middle, low = (b.mul(integer, part) for part in window)
    turns = b.add(b.binary("shl", high, b.like(high, 32)), b.add(middle, b.binary("lshr", low, b.like(low, 32))))
    n = b.binary("lshr", b.add(turns, b.like(turns, 1 << 61)), b.like(turns, 62))
    fraction = b.convert(b.sub(turns, b.binary("shl", n, b.like(n, 62))), "double")
    r = b.mul(fraction, b.like(fraction, sum(_HALF_PI) * 2.0**-62))
    negative = b.compare("lt", x, b.like(x, 0.0))
    return _pack(b, b.select(negative, b.neg(r), r), b.select(negative, b.neg(n), n))


def _shifted(b: Builder, high: Ir, low: Ir, shift: Ir) -> Ir:
    """32 bits of the 64 in (high, low), from bit ``shift`` on."""
    both = b.binary("or", b.binary("shl", high, b.like(high, 32)), low)
    return b.binary("lshr", b.binary("shl", both, shift), b.like(both, 32))
