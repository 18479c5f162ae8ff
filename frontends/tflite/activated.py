"""The activation that an operation has at its end."""

from __future__ import annotations

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, ReLU
from dldt.compiler.ops.unary import Tanh
from dldt.compiler.shown import shown


def activated(x: Value, function: str) -> Value:
    """``x`` behind the attribute ``fused_activation_function``. Raises InputError, UnsupportedError."""
    if function == "NONE":
        return x
    if function == "RELU":
        return ReLU()(x)
    if function == "RELU_N1_TO_1":
        return Clamp(-1.0, 1.0)(x)
    if function == "RELU6":
        return Clamp(0.0, 6.0)(x)
    if function == "TANH":
        return Tanh()(x)
    if function == "SIGN_BIT":
        raise UnsupportedError("the activation SIGN_BIT is in the schema alone: TF Lite has no kernel for it")
    raise InputError(f"{shown(function)} is no activation")
