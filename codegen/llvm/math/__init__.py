"""Vector mathematical functions as LLVM IR."""

from dldt.codegen.llvm.math import (
    erf,
    erf_double,
    exp,
    gelu,
    hyperbolic,
    inverse_trig,
    log,
    mish,
    power,
    power_double,
    remainder,
    roots,
    rounding,
    sigmoid,
    sign,
    softplus,
    tanh,
    trig,
    trig_double,
)
from dldt.codegen.llvm.math.registry import MATH, emit_math

__all__ = ["MATH", "emit_math"]

_REGISTERED = (
    erf,
    erf_double,
    exp,
    gelu,
    hyperbolic,
    inverse_trig,
    log,
    mish,
    power,
    power_double,
    remainder,
    roots,
    rounding,
    sigmoid,
    sign,
    softplus,
    tanh,
    trig,
    trig_double,
)
