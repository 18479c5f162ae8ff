"""swish: x over 1 + e⁻ˣ, a single division."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.exp import power_of_two, reduce_exp
from dldt.codegen.llvm.math.floats import at_least, at_most, format_of
from dldt.codegen.llvm.math.registry import math_function

# Below, the result is 0; above, 1 + e^-x is 1.
_DOMAIN = {"float": (-115.0, 87.0), "double": (-760.0, 708.0)}
# From e^-x = 2^n on with n above this, 1 + e^-x is e^-x. It is taken as 2 to this power then, and the quotient divided
# by the rest of the power, which rounds denormal results once.
_MOST = {"float": 100.0, "double": 1000.0}


@math_function("swish", "float", "double")
def swish(b: Builder, x: Ir) -> Ir:
    """x / (1 + e⁻ˣ)"""
    lowest, highest = _DOMAIN[x.element]
    magic, inside = b.like(x, format_of(x).magic), at_least(b, x, lowest)
    reduced = reduce_exp(b, b.neg(at_most(b, inside, highest)))
    count = at_most(b, reduced.count, _MOST[x.element])
    divisor = b.fma(power_of_two(b, b.add(count, magic)), reduced.mantissa(b), b.like(x, 1.0))
    rest = power_of_two(b, b.add(b.sub(count, reduced.count), magic))
    return b.mul(b.fdiv(inside, divisor), rest)
