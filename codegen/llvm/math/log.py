"""log: x = 2ᵏ (1 + f) with 1 + f near 1, a polynomial in f, and k ln 2 added in two parts."""

from __future__ import annotations

import math

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.exp import LN2
from dldt.codegen.llvm.math.floats import bits_of, format_of, polynomial
from dldt.codegen.llvm.math.registry import math_function

# (log(1 + f) - f + f²/2) / f³ on [√½ - 1, √2 - 1] (benchmarks/fit_polynomials.py: log, log_double)
LOG = {
    "float": (
        0.3333331346511841,
        -0.2500002384185791,
        0.2000204175710678,
        -0.16667386889457703,
        0.1422082781791687,
        -0.12414652109146118,
        0.11886148899793625,
        -0.1162986233830452,
        0.0670316219329834,
    ),
    "double": (
        0.3333333333333335,
        -0.2500000000000037,
        0.19999999999993043,
        -0.16666666666546914,
        0.1428571428671005,
        -0.12500000014702178,
        0.11111111048799321,
        -0.09999999062366488,
        0.09090910879556047,
        -0.08333368212302977,
        0.07692295311287588,
        -0.071420679694351,
        0.06666041145002756,
        -0.06260736423419554,
        0.05901314216435817,
        -0.05475561422010425,
        0.05032461126713702,
        -0.05211737287261683,
        0.06054703084248936,
        -0.0535521790887785,
        0.022010302295803266,
    ),
}
_SQRT_HALF_BITS = {"float": 0x3F3504F3, "double": 0x3FE6A09E667F3BCD}


@attrs.frozen
class LogSplit:
    """x = 2ᵏ (1 + f) with 1 + f in [√½, √2]: k and f as floats."""

    k: Ir
    f: Ir


def split(b: Builder, x: Ir) -> LogSplit:
    """The parts of a positive finite x, which may be denormal; for other inputs the parts have no meaning."""
    form = format_of(x)
    denormal = b.compare("lt", x, b.like(x, 2.0**form.lowest))
    pattern = bits_of(b, b.select(denormal, b.mul(x, b.like(x, 2.0**form.mantissa)), x))
    # The sign bit is 0. It is set to 1 here so that a logical shift will do: AVX2 has no arithmetic shift of 64 bits.
    offset = b.add(b.sub(pattern, b.like(pattern, _SQRT_HALF_BITS[x.element])), b.like(pattern, 1 << (form.bits - 1)))
    biased = b.binary("lshr", offset, b.like(offset, form.mantissa))
    # Putting a small integer into the low bits of 2^mantissa gives that integer as a float, plus 2^mantissa.
    start = form.one + (form.mantissa << form.mantissa)
    k = b.bitcast(b.binary("or", biased, b.like(biased, start)), x.type)
    bias = 2.0**form.mantissa + 2.0 ** (form.bits - 1 - form.mantissa)
    k = b.sub(k, b.select(denormal, b.like(x, bias + form.mantissa), b.like(x, bias)))
    exponent = b.sub(b.binary("shl", biased, b.like(biased, form.mantissa)), b.like(biased, 1 << (form.bits - 1)))
    return LogSplit(k, b.sub(b.bitcast(b.sub(pattern, exponent), x.type), b.like(x, 1.0)))


@math_function("log", "float", "double")
def log(b: Builder, x: Ir) -> Ir:
    """The natural logarithm: log 0 = -inf, NaN below."""
    parts = split(b, x)
    k, f = parts.k, parts.f
    square = b.mul(f, f)
    ln2_high, ln2_low = LN2[x.element]
    tail = b.mul(b.mul(f, square), polynomial(b, f, LOG[x.element]))
    tail = b.fma(k, b.like(x, ln2_low), b.fma(square, b.like(x, -0.5), tail))
    # k ln2_high is exact, and it is 0 or larger than f: so the rounding error of the sum can be computed exactly.
    high = b.mul(k, b.like(x, ln2_high))
    total = b.add(high, f)
    result = b.add(total, b.add(b.sub(f, b.sub(total, high)), tail))
    return select_log_domain(b, x, result)


def select_log_domain(b: Builder, x: Ir, result: Ir) -> Ir:
    """``result`` where x is positive and finite; -inf at 0, NaN below 0; inf and NaN stay as they are."""
    infinity = b.like(x, math.inf)
    inside = b.binary("and", b.compare("gt", x, b.like(x, 0.0)), b.compare("lt", x, infinity))
    below = b.select(b.compare("lt", x, b.like(x, 0.0)), b.like(x, math.nan), x)
    outside = b.select(b.compare("eq", x, b.like(x, 0.0)), b.like(x, -math.inf), below)
    return b.select(inside, result, outside)
