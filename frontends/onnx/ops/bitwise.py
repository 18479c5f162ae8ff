"""Operations on the bits of integers."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops.bitwise import (
    BitwiseAnd,
    BitwiseLeftShift,
    BitwiseNot,
    BitwiseOr,
    BitwiseRightShift,
    BitwiseXor,
)
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("BitwiseAnd", since=18)
def bitwise_and_18(A: Value, B: Value) -> Value:
    """The bits that both have."""
    return BitwiseAnd()(A, B)


@ONNX.imports("BitwiseOr", since=18)
def bitwise_or_18(A: Value, B: Value) -> Value:
    """The bits that one of them has."""
    return BitwiseOr()(A, B)


@ONNX.imports("BitwiseXor", since=18)
def bitwise_xor_18(A: Value, B: Value) -> Value:
    """The bits that one of them has, but not both."""
    return BitwiseXor()(A, B)


@ONNX.imports("BitwiseNot", since=18)
def bitwise_not_18(X: Value) -> Value:
    """The bits that X lacks."""
    return BitwiseNot()(X)


@ONNX.imports("BitShift", since=11)
def bit_shift_11(X: Value, Y: Value, *, direction: str) -> Value:
    """X with its bits Y places to the left or to the right."""
    left = one_of("direction", direction, ("LEFT", "RIGHT")) == "LEFT"
    return (BitwiseLeftShift() if left else BitwiseRightShift())(X, Y)
