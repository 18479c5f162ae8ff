"""erf of doubles: x + x p(x²) near 0, 1 - e^(-x²) q(1 / (x + 2)) beyond."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.exp import exp
from dldt.codegen.llvm.math.floats import at_most, copy_sign, magnitude, polynomial
from dldt.codegen.llvm.math.registry import math_function

_NEAR = 1.0
# erf x / x - 1 in x² on |x| <= 1 (benchmarks/fit_polynomials.py: erf_small_double)
_SMALL = (
    0.1283791670955126,
    -0.376126389031841,
    0.11283791670971104,
    -0.026866170648033247,
    0.005223977652722754,
    -0.0008548328538056135,
    0.00012055386293536783,
    -1.4926884273311154e-05,
    1.6481110023853045e-06,
    -1.6557732986999194e-07,
    1.6017677158540935e-08,
    -1.6483371477780056e-09,
    1.4377374911475944e-10,
)
_CENTRE = 0.23
# e^(x²) erfc x in 1 / (x + 2) - 0.23 on [1, 6] (benchmarks/fit_polynomials.py: erfc_double)
_LARGE = (
    0.22272715951304584,
    1.5601114619773355,
    3.566110676274221,
    4.950162464475117,
    1.6468870402513753,
    -6.616087189099604,
    -5.658862615965845,
    14.952833909824841,
    11.437064876800367,
    -48.69406804832806,
    -0.8513612152196479,
    161.054312737992,
    -209.46638058808307,
)


@math_function("erf", "double")
def erf(b: Builder, x: Ir) -> Ir:
    """The error function 2/√π ∫₀ˣ exp(-t²) dt."""
    one = b.like(x, 1.0)
    size = magnitude(b, x)
    square = b.mul(x, x)
    near = b.fma(size, polynomial(b, square, _SMALL), size)
    # from 5.93 on the nearest double is 1
    limited = at_most(b, size, 6.0)
    v = b.sub(b.fdiv(one, b.add(limited, b.like(x, 2.0))), b.like(x, _CENTRE))
    complement = b.mul(exp(b, b.neg(b.mul(limited, limited))), polynomial(b, v, _LARGE))
    far = b.sub(one, complement)
    return copy_sign(b, b.select(b.compare("lt", size, b.like(x, _NEAR)), near, far), x)
