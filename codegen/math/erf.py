"""erf: x + x p(x²) near 0, 1 - q(|x|) beyond: erfc need only be right in absolute terms there."""

from __future__ import annotations

from dldt.codegen.emit.builder import Builder
from dldt.codegen.emit.ir import Ir
from dldt.codegen.math.floats import at_most, copy_sign, horner, magnitude
from dldt.codegen.math.registry import math_function

_NEAR = 0.9
# erf x / x - 1 in x² on |x| <= 0.94 (benchmarks/fit_polynomials.py: erf_small)
_SMALL = (
    0.12837916612625122,
    -0.3761262893676758,
    0.11283625662326813,
    -0.026855740696191788,
    0.0051924604922533035,
    -0.0008050802862271667,
    8.0027588410303e-05,
)
_CENTRE = 2.4
# 1 - erf in |x| - 2.4 on [0.9, 3.93] (benchmarks/fit_polynomials.py: erf_large)
_LARGE = (
    0.0006885129841975868,
    -0.003555634757503867,
    0.008533610962331295,
    -0.01246874500066042,
    0.012117155827581882,
    -0.007890959270298481,
    0.0030842386186122894,
    -0.00023834608145989478,
    -0.0005225254571996629,
    0.0003282311372458935,
    -6.03088119532913e-05,
    -3.0055469323997386e-05,
    1.8879605704569258e-05,
    -1.467911033614655e-06,
    -1.3627432053908706e-06,
    2.992248937516706e-07,
)


@math_function("erf", "float")
def erf(b: Builder, x: Ir) -> Ir:
    """The error function 2/√π ∫₀ˣ exp(-t²) dt."""
    size = magnitude(b, x)
    square = b.mul(x, x)
    near = b.fma(size, horner(b, square, _SMALL), size)
    # from 3.92 on the nearest float is 1
    distance = b.sub(at_most(b, size, 3.93), b.like(x, _CENTRE))
    far = b.sub(b.like(x, 1.0), horner(b, distance, _LARGE))
    return copy_sign(b, b.select(b.compare("lt", size, b.like(x, _NEAR)), near, far), x)
