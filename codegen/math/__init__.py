"""Vector mathematical functions as LLVM IR."""

from dldt.codegen.math import erf, exp, log, power, roots, rounding, sigmoid, tanh
from dldt.codegen.math.registry import MATH, emit_math

__all__ = ["MATH", "emit_math"]

_REGISTERED = (erf, exp, log, power, roots, rounding, sigmoid, tanh)
