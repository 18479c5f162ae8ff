"""One spelling for arithmetic with constants: products and sums."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Divide, Multiply, Negative, Power, Subtract
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.exactness import are_powers_of_two, shows_rounding
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite


@transform
class NormalizeArithmetic(Rewrite[Match]):
    """Floating-point Divide and Subtract by constants, Negative, and Power by 2 become Multiply and Add.

    ::

        x / c → x * (1/c)      x - c → x + (-c)      c - x → x * (-1) + c      -x → x * (-1)      x ^ 2 → x * x

    A quotient of which somebody sees how it is rounded stays, unless c is a power of two.
    """

    pattern = node((Divide, Subtract, Negative, Power))

    def rewrite(self, match: Match) -> Value | None:
        """The product or sum. Division by a number without a finite reciprocal stays."""
        root = match.root
        if not root.type.dtype.is_float:
            return None
        a, b = (*root.inputs, None)[:2]
        assert a is not None
        if isinstance(root.op, Negative):
            return Multiply()(a, _like(a, -1.0))
        assert b is not None
        if a.constant is not None and b.constant is not None:
            return None
        if isinstance(root.op, Divide):
            return _divide(root, a, b)
        if isinstance(root.op, Power):
            return _square(a, b)
        return _subtract(a, b)


def _divide(root: Value, a: Value, b: Value) -> Value | None:
    if b.constant is None or not (are_powers_of_two(b.constant) or not shows_rounding(root)):
        return None
    wide = np.float64 if b.constant.dtype.itemsize == 8 else np.float32
    with np.errstate(all="ignore"):
        reciprocal = np.reciprocal(b.constant.astype(wide)).astype(b.constant.dtype)
    normal = np.isfinite(reciprocal) & (np.abs(reciprocal.astype(wide)) >= _smallest(b.constant))
    return Multiply()(a, reciprocal) if np.all(normal) else None


def _subtract(a: Value, b: Value) -> Value | None:
    if b.constant is not None:
        return Add()(a, -b.constant)
    if a.constant is None:
        return None
    return Add()(Multiply()(b, _like(b, -1.0)), a)


def _square(a: Value, b: Value) -> Value | None:
    exponent = b.constant
    if exponent is None or exponent.size != 1 or exponent.ndim > a.type.rank:
        return None
    return Multiply()(a, a) if float(exponent.reshape(())) == 2 else None


def _like(x: Value, number: float) -> Array:
    return np.asarray(number, x.type.dtype.numpy)


def _smallest(array: Array) -> float:
    """Reciprocals below the normal range would lose digits. bfloat16 has f32's range."""
    return float(np.finfo(array.dtype if array.dtype.kind == "f" else np.float32).tiny)
