"""Sums of products over named axes."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops.einsum import Einsum
from dldt.frontends.tensorflow.framework import TENSORFLOW


@TENSORFLOW.imports("Einsum")
def einsum(*inputs: Value, equation: str) -> Value:
    """The sums that the equation names."""
    return Einsum(equation)(*inputs)
