"""Division of vectors of integers, for which processors have no instruction: by floats wide enough to be exact."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.instructions import mangle
from dldt.codegen.llvm.ir import Ir, bits, vector

_HALF = 1 << 31


def integer_quotient(b: Builder, x: Ir, y: Ir, *, signed: bool) -> Ir:
    """x / y without its fraction. ``y`` is not 0, nor does the quotient overflow.

    Quotients of numbers of 16 bits are exact in floats, those of 32 bits in doubles: where x / y is no integer, it is
    further from the next one than they round. Numbers of more bits are mostly small: all lanes are looked at first.
    """
    width = bits(x.element)
    if not x.lanes or not y.name.startswith("%"):  # LLVM multiplies by the inverse of a constant
        return _plain(b, x, y, signed=signed)
    if width <= 16:
        return b.convert(_divided(b, _as_i32(b, x, signed), _as_i32(b, y, signed), "float"), x.element)
    if width == 32 and signed:
        return _divided(b, x, y, "double")
    large = b.binary("or", _is_large(b, x, signed=signed), _is_large(b, y, signed=signed))
    return b.choose(
        b.intrinsic("llvm.vector.reduce.or", "i1", large, suffix=mangle(large.type)),
        lambda: _plain(b, x, y, signed=signed),
        lambda: b.convert(_divided(b, _as_i32(b, x, signed), _as_i32(b, y, signed), "double"), x.element),
    )


def _as_i32(b: Builder, x: Ir, signed: bool) -> Ir:
    return b.convert(x, "i32", signed=signed)


def _plain(b: Builder, x: Ir, y: Ir, *, signed: bool) -> Ir:
    return b.binary("sdiv" if signed else "udiv", x, y)


def _is_large(b: Builder, x: Ir, *, signed: bool) -> Ir:
    """Which lanes are not in -2^31 < x < 2^31."""
    if not signed:
        return b.compare("ge", x, b.like(x, _HALF), signed=False)
    moved = b.add(x, b.like(x, _HALF - 1))
    return b.compare("ge", moved, b.like(x, 2 * _HALF - 1), signed=False)


def _divided(b: Builder, x: Ir, y: Ir, wide: str) -> Ir:
    """The quotient of i32 numbers, computed in floats of type ``wide``."""
    quotient = b.fdiv(b.convert(x, wide), b.convert(y, wide))
    kind = vector("i32", x.lanes)
    return b.emit(kind, f"fptosi {quotient} to {kind}")
