"""log: x = 2ᵏ (1 + f) with 1 + f near 1, a polynomial in f, and k ln 2 added in two parts."""

from __future__ import annotations

import math

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.ir import Ir
from dldt.codegen.math.exp import LN2
from dldt.codegen.math.floats import bits_of, horner
from dldt.codegen.math.registry import math_function

# (log(1 + f) - f + f²/2) / f³ on [√½ - 1, √2 - 1] (benchmarks/fit_polynomials.py: log)
_LOG = (
    0.3333331346511841,
    -0.2500002384185791,
    0.2000204175710678,
    -0.16667386889457703,
    0.1422082781791687,
    -0.12414652109146118,
    0.11886148899793625,
    -0.1162986233830452,
    0.0670316219329834,
)
_SQRT_HALF_BITS = 0x3F3504F3
_SMALLEST_NORMAL = 2.0**-126


@math_function("log", "float")
def log(b: Builder, x: Ir) -> Ir:
    """The natural logarithm: log 0 = -inf, NaN below."""
    denormal = b.compare("lt", x, b.like(x, _SMALLEST_NORMAL))
    pattern = bits_of(b, b.select(denormal, b.mul(x, b.like(x, 2.0**23)), x))
    offset = b.sub(pattern, b.like(pattern, _SQRT_HALF_BITS))
    k = b.convert(b.binary("ashr", offset, b.like(offset, 23)), "float")
    k = b.sub(k, b.select(denormal, b.like(x, 23.0), b.like(x, 0.0)))
    exponent = b.binary("and", offset, b.like(offset, 0xFF800000))
    f = b.sub(b.bitcast(b.sub(pattern, exponent), x.type), b.like(x, 1.0))
    square = b.mul(f, f)
    tail = b.mul(b.mul(f, square), horner(b, f, _LOG))
    ln2_high, ln2_low = LN2["float"]
    tail = b.fma(k, b.like(x, ln2_low), b.fma(square, b.like(x, -0.5), tail))
    # k ln2_high is exact and 0 or larger than f: what the sum loses is known exactly
    high = b.mul(k, b.like(x, ln2_high))
    total = b.add(high, f)
    result = b.add(total, b.add(b.sub(f, b.sub(total, high)), tail))
    return select_log_domain(b, x, result)


def select_log_domain(b: Builder, x: Ir, result: Ir) -> Ir:
    """``result`` where x is positive and finite, else -inf at 0, NaN below 0, inf and NaN kept."""
    infinity = b.like(x, math.inf)
    inside = b.binary("and", b.compare("gt", x, b.like(x, 0.0)), b.compare("lt", x, infinity))
    below = b.select(b.compare("lt", x, b.like(x, 0.0)), b.like(x, math.nan), x)
    outside = b.select(b.compare("eq", x, b.like(x, 0.0)), b.like(x, -math.inf), below)
    return b.select(inside, result, outside)
