"""Numbers rounded to bytes: the end of every quantisation, as few vector instructions."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, vector
from dldt.codegen.loop.ir import Apply, Expr, Number
from dldt.compiler.types import DType

_LARGEST = 255
"""The largest zero point."""


@attrs.frozen
class Requantized:
    """``x`` rounded to even, plus ``zero``, saturated as ``dtype``. As integers, this is exact: the bounds are whole
    numbers, so that saturating before rounding gives the same."""

    x: Expr
    zero: int
    dtype: DType

    @staticmethod
    def of(expr: Apply) -> Requantized | None:
        """The expression as such a rounding: ``cast(round_even(x) + zero)`` of f32 to bytes; None where it is none."""
        if expr.name != "cast" or expr.dtype not in (DType.u8, DType.i8) or expr.arguments[0].dtype is not DType.f32:
            return None
        (inner,) = expr.arguments
        zero = 0.0
        if isinstance(inner, Apply) and inner.name == "add":
            inner, shift = inner.arguments
            if not isinstance(shift, Number) or shift.value != round(shift.value) or abs(shift.value) > _LARGEST:
                return None
            zero = shift.value
        if not isinstance(inner, Apply) or inner.name != "round_even":
            return None
        return Requantized(inner.arguments[0], int(zero), expr.dtype)

    def emit(self, b: Builder, x: Ir) -> Ir:
        """The vector of bytes. NaN gives 0: as unsigned it becomes the lower bound; signed, it stays NaN, whose
        conversion gives -2^31 or 0, both with a low byte of 0."""
        low, high = (bound - self.zero for bound in self.dtype.bounds)
        if self.dtype.is_signed and self.zero:
            x = b.select(b.compare("eq", x, x), x, b.like(x, -self.zero))
        least, most = b.like(x, low), b.like(x, high)
        if self.dtype.is_signed:
            x = b.select(b.compare("lt", x, least), least, x)
            x = b.select(b.compare("gt", x, most), most, x)
        else:
            x = b.select(b.compare("gt", x, least), x, least)
            x = b.select(b.compare("lt", x, most), x, most)
        kind = vector("i32", x.lanes)
        whole = b.intrinsic("llvm.lrint", kind, x, suffix=f"v{x.lanes}i32.v{x.lanes}f32")
        whole = b.add(whole, b.like(whole, self.zero)) if self.zero else whole
        return b.convert(whole, "i8")
