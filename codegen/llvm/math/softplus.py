"""softplus: max(x, 0) + log(1 + z) with z = e^-|x| in (0, 1], without overflow or cancellation."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.math.exp import LN2, exp
from dldt.codegen.llvm.math.floats import at_least, magnitude, polynomial
from dldt.codegen.llvm.math.log import LOG
from dldt.codegen.llvm.math.registry import math_function


@math_function("softplus", "float", "double")
def softplus(b: Builder, x: Ir) -> Ir:
    """log(1 + eˣ)"""
    z = exp(b, b.neg(magnitude(b, x)))
    # 1 + z = 2ᵏ (1 + f) with k = 0 or 1 and f within the range of log's polynomial
    upper = b.compare("gt", z, b.like(z, 0.4142))
    f = b.select(upper, b.fma(z, b.like(z, 0.5), b.like(z, -0.5)), z)
    square = b.mul(f, f)
    high, low = LN2[x.element]
    zero = b.like(x, 0.0)
    tail = b.mul(b.mul(f, square), polynomial(b, f, LOG[x.element]))
    tail = b.add(b.fma(square, b.like(x, -0.5), tail), b.select(upper, b.like(x, low), zero))
    base = b.select(upper, b.like(x, high), zero)
    total = b.add(base, f)
    tail = b.add(b.sub(f, b.sub(total, base)), tail)
    positive = at_least(b, x, 0.0)
    # The two larger terms are added first, so that the small one is rounded only once.
    return b.add(positive, b.add(total, tail))
