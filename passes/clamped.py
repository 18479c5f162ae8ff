"""Patterns of values between two bounds."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Clamp
from dldt.passes.pattern import Pattern, node


def clamped(inner: Pattern, low: float, high: float) -> Pattern:
    """A Clamp of ``inner`` between exactly these bounds."""

    def fits(value: Value) -> bool:
        return isinstance(value.op, Clamp) and (value.op.min, value.op.max) == (low, high)

    return node(Clamp, inner, where=fits)
