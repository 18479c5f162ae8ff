"""Half precision is computed in f32: which expressions have values that the half type holds all the same."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.ir import Apply, Bind, Expr, Guard, Load, Number, Reduce
from dldt.codegen.loop.primitives import compute_type, convert

_CHOOSES = frozenset(("maximum", "minimum", "relu", "neg", "abs", "select", "sign", "floor", "ceil", "round_even"))
"""Primitives whose result the type holds if it holds the operands."""


def is_rounded(expr: Expr) -> bool:
    """Whether rounding the expression's value to its type would change nothing."""
    if compute_type(expr.dtype) is expr.dtype or isinstance(expr, Load):
        return True
    if isinstance(expr, Number):
        value = np.array(expr.value, np.float32)
        return bool(convert(value, expr.dtype) == value)
    if isinstance(expr, Apply):
        return expr.name == "cast" or (expr.name in _CHOOSES and all(map(is_rounded, expr.arguments)))
    if isinstance(expr, Guard):
        return is_rounded(expr.then) and is_rounded(expr.otherwise)
    if isinstance(expr, Reduce):
        return expr.kind in ("max", "min") and is_rounded(expr.body)
    return isinstance(expr, Bind) and is_rounded(expr.body)
