"""asin, acos and atan of f32, computed in double."""

from __future__ import annotations

import math

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import copy_sign, magnitude, polynomial
from dldt.codegen.llvm.math.registry import math_function

# asin x / x in x² on |x| <= ½ and atan x / x in x² on |x| <= tan π/8 (benchmarks/fit_polynomials.py: asin_wide,
# atan_wide)
_ASIN = (
    1.0000000000009186,
    0.16666666608422612,
    0.0750000606853217,
    0.044640431250193895,
    0.03043023556595284,
    0.021837527585820034,
    0.020768111308867507,
    0.0017004221140613314,
    0.03317427010487058,
)
_ATAN = (
    0.9999999999992727,
    -0.3333333327847322,
    0.19999993194112728,
    -0.14285391333599942,
    0.1110353433473703,
    -0.08993196775912884,
    0.06976852558373516,
    -0.03769810224832234,
)


def _arc(b: Builder, x: Ir) -> tuple[Ir, Ir, Ir]:
    """For s = |x| as a double: whether s > ½; asin √((1 - s) / 2) if so, else asin s; and s. NaN for s > 1."""
    size = b.convert(magnitude(b, x), "double")
    half = b.like(size, 0.5)
    large = b.compare("gt", size, half)
    square = b.select(large, b.fma(size, b.like(size, -0.5), half), b.mul(size, size))
    root = b.select(large, b.intrinsic("llvm.sqrt", size.type, square), size)
    return large, b.mul(root, polynomial(b, square, _ASIN)), size


@math_function("asin", "float")
def asin(b: Builder, x: Ir) -> Ir:
    """The arc sine; NaN outside [-1, 1]."""
    large, arc, size = _arc(b, x)
    # asin s = π/2 - 2 asin √((1 - s) / 2)
    wide = b.select(large, b.fma(arc, b.like(arc, -2.0), b.like(size, math.pi / 2)), arc)
    return copy_sign(b, b.convert(wide, "float"), x)


@math_function("acos", "float")
def acos(b: Builder, x: Ir) -> Ir:
    """The arc cosine; NaN outside [-1, 1]."""
    large, arc, size = _arc(b, x)
    signed = copy_sign(b, arc, b.convert(x, "double"))
    negative = b.compare("lt", x, b.like(x, 0.0))
    base = b.select(negative, b.like(size, math.pi), b.like(size, 0.0))
    far = b.fma(signed, b.like(size, 2.0), base)
    return b.convert(b.select(large, far, b.sub(b.like(size, math.pi / 2), signed)), "float")


@math_function("atan", "float")
def atan(b: Builder, x: Ir) -> Ir:
    """The arc tangent."""
    size = b.convert(magnitude(b, x), "double")
    one = b.like(size, 1.0)
    near = b.compare("lt", size, b.like(size, math.sqrt(2) - 1))
    far = b.compare("gt", size, b.like(size, math.sqrt(2) + 1))
    dividend = b.select(far, b.neg(one), b.select(near, size, b.sub(size, one)))
    divisor = b.select(far, size, b.select(near, one, b.add(size, one)))
    base = b.select(far, b.like(size, math.pi / 2), b.select(near, b.like(size, 0.0), b.like(size, math.pi / 4)))
    t = b.fdiv(dividend, divisor)
    wide = b.fma(t, polynomial(b, b.mul(t, t), _ATAN), base)
    return copy_sign(b, b.convert(wide, "float"), x)
