"""erf: x + x p(x²) near 0, 1 - q(|x|) beyond; there erfc needs only a small absolute error."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.floats import at_most, copy_sign, magnitude, polynomial
from dldt.codegen.llvm.math.registry import math_function

_NEAR = 1.0
# erf x / x - 1 in x² on |x| <= 1 (benchmarks/fit_polynomials.py: erf_small)
_SMALL = (
    0.12837916612625122,
    -0.3761262595653534,
    0.11283578723669052,
    -0.026853347197175026,
    0.005187162198126316,
    -0.0007997853099368513,
    7.806903158780187e-05,
)
_CENTRE = 2.4
# 1 - erf in |x| - 2.4 on [1, 3.93] (benchmarks/fit_polynomials.py: erf_large)
_LARGE = (
    0.0006885132752358913,
    -0.0035556424409151077,
    0.008533571846783161,
    -0.012468572705984116,
    0.012117451056838036,
    -0.007891722954809666,
    0.0030833205673843622,
    -0.00023668937501497567,
    -0.0005212061223573983,
    0.00032628895132802427,
    -6.127847882453352e-05,
    -2.8803951863665134e-05,
    1.9233566490584053e-05,
    -1.8831719899026211e-06,
    -1.4136060144664953e-06,
    3.5454687008495966e-07,
)


def erf_parts(b: Builder, x: Ir) -> tuple[Ir, Ir, Ir]:
    """erf |x| for |x| < 1, erfc |x| to 2^-28 for larger ones, and which of the two applies."""
    size = magnitude(b, x)
    square = b.mul(x, x)
    near = b.fma(size, polynomial(b, square, _SMALL), size)
    # From 3.92 on the nearest float is 1. At the bound the polynomial, with its rounding errors, is below 2^-25.
    distance = b.sub(at_most(b, size, 3.95), b.like(x, _CENTRE))
    return near, polynomial(b, distance, _LARGE), b.compare("lt", size, b.like(x, _NEAR))


@math_function("erf", "float")
def erf(b: Builder, x: Ir) -> Ir:
    """The error function 2/√π ∫₀ˣ exp(-t²) dt."""
    near, complement, is_near = erf_parts(b, x)
    return copy_sign(b, b.select(is_near, near, b.sub(b.like(x, 1.0), complement)), x)
