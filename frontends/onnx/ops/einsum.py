"""Einsum, as products of matrices."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.frontends.onnx.framework import ONNX
from dldt.passes.einsum_products import einsum_products


@ONNX.imports("Einsum", since=12)
def einsum_12(*Inputs: Value, equation: str) -> Value:
    """Sums of products over the labels that the result lacks."""
    return einsum_products(equation, Inputs)
