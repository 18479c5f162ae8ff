"""The quotient of two dims that rounds towards zero, as integers divide in C."""

from __future__ import annotations

from dldt.compiler.dims import Dim, floordiv, maximum, minimum_of
from dldt.compiler.errors import UndecidedShapeError


def truncdiv(a: Dim, b: Dim) -> Dim:
    """``a / b`` rounded towards zero; ShapeError where ``b`` may be 0 or less."""
    if minimum_of(b) < 1:
        raise UndecidedShapeError(f"cannot tell at compile time whether the divisor {b} is positive")
    return floordiv(maximum(a, 0), b) - floordiv(maximum(-1 * a, 0), b)
