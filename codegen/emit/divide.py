"""A flat position taken apart."""

from __future__ import annotations

from dldt.codegen.emit.expression import ExpressionEmitter, Scope
from dldt.codegen.emit.ir import Ir
from dldt.compiler.dims import Dim


def divide(emitter: ExpressionEmitter, position: Ir, by: Dim, scope: Scope) -> tuple[Ir, Ir]:
    """Quotient and remainder of a position (≥ 0); no instruction where ``by`` is 1."""
    b = emitter.b
    if by == 1:
        return position, b.index(0)
    divisor = emitter.dim(by, scope)
    outer = b.binary("udiv", position, divisor)
    return outer, b.sub(position, b.mul(outer, divisor))
