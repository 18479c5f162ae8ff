"""Integers times a fixed-point number: the end of contractions of bytes in integer kernels."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, aligned, apply, lowers
from dldt.codegen.loop.primitives import primitive
from dldt.compiler.op import Op
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType, TensorType

Types = tuple[TensorType, ...]


@attrs.frozen
class Rescaled(Op):
    """y = x · multiplier / 2^31, rounded, a half up; then, where it ``shifts``, y / 2^exponent, rounded, a half away
    from zero, all as i32; exponents are at least 1 there. Multipliers are not negative.

    The compiler makes it while it generates native code; it is in no operation set.
    """

    shifts: bool = True

    type = "Rescaled"
    opset = ""
    ports = ("x", "multiplier", "exponent")
    required = 3
    variadic = False
    traits = Trait.ELEMENTWISE

    def infer(self, x: TensorType, multiplier: TensorType, exponent: TensorType) -> TensorType:
        """See the class."""
        return TensorType(DType.i32, x.shape)

    def evaluate(self, x: Array, multiplier: Array, exponent: Array) -> Array:
        """See the class."""
        product = primitive("highmul").meaning(x, multiplier)
        return primitive("shift_away").meaning(product, exponent) if self.shifts else np.asarray(product)


@lowers(Rescaled, kind="map")
def rescaled(op: Rescaled, types: Types, x: Access, multiplier: Access, exponent: Access) -> Access:
    """One primitive, or two."""
    operands = aligned(types[0].shape, x, multiplier, exponent)

    def element(index: Index) -> Expr:
        data, factor, places = operands(index)
        product = apply("highmul", data, factor)
        return apply("shift_away", product, places) if op.shifts else product

    return Access(types[0], element)
