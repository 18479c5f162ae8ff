"""Numbers rounded to bytes: the end of every quantisation, as few vector instructions."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, vector
from dldt.codegen.loop.ir import Apply, Expr, Number
from dldt.compiler.types import DType

JOINED = 4
"""Vectors of 32-bit numbers that become one of bytes."""
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

    def join(self, b: Builder, values: Sequence[Ir], *, fits: bool) -> Ir:
        """The bytes of up to ``JOINED`` vectors, one after the other in one vector; what is behind them is undefined.
        For targets that pack words: packing saturates, so that only what is too large for 32 bits is bounded before.
        ``fits``: nothing is, and nothing is NaN."""
        wholes = [self._whole(b, x if fits else self._bounded(b, x)) for x in values]
        while len(wholes) < JOINED:
            wholes.append(wholes[-1])
        words = [self._shifted(b, b.pack(*pair, signed=True)) for pair in zip(wholes[::2], wholes[1::2], strict=True)]
        mixed = b.pack(*words, signed=self.dtype.is_signed)
        # Packing joins parts of 128 bits: each of them now holds four bytes of every vector.
        parts = mixed.lanes // 16
        fours = b.bitcast(mixed, vector("i32", mixed.lanes // 4))
        order = [JOINED * part + k for k in range(JOINED) for part in range(parts)]
        return b.bitcast(b.shuffle(fours, order), mixed.type)

    def _bounded(self, b: Builder, x: Ir) -> Ir:
        """A vector of numbers that as integers of 32 bits saturate to the right byte; NaN as what becomes 0."""
        if self.dtype.is_signed:
            x = b.select(b.compare("eq", x, x), x, b.like(x, -self.zero))
        most = b.like(x, self.dtype.bounds[1] - self.zero)
        # NaN stays, and becomes -2^31 like all that is too small.
        return b.select(b.compare("lt", most, x), most, x)

    def _whole(self, b: Builder, x: Ir) -> Ir:
        return b.intrinsic("llvm.lrint", vector("i32", x.lanes), x, suffix=f"v{x.lanes}i32.v{x.lanes}f32")

    def _shifted(self, b: Builder, words: Ir) -> Ir:
        """Words plus the zero point, saturated."""
        if not self.zero:
            return words
        return b.intrinsic("llvm.sadd.sat", words.type, words, b.like(words, self.zero))
