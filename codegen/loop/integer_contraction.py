"""Contractions of bytes as operations: exact sums of products of integers."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, cast, lowers, number
from dldt.codegen.loop.lower.convolution import convolution
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.matmul import matmul
from dldt.compiler import ops
from dldt.compiler.types import Array, DType, TensorType

Types = tuple[TensorType, ...]
SUMS = DType.i32
OTHER_BYTES = {DType.u8: (DType.i8, -128), DType.i8: (DType.u8, 128)}
"""The bytes of the other sign, and what is added to a byte to become one of them."""


@attrs.frozen
class IntegerConvolution(ops.Convolution):
    """y = convolution of (data + ``shift``) with filters, as i32. The data are u8 or i8, the filters any integers; the
    padding is 0 behind the shift.

    The compiler makes it while it generates native code (``integer_sums``); it is in no operation set, and neither
    are the other two.
    """

    shift: int = 0

    type = "IntegerConvolution"
    opset = ""

    def infer(self, data: TensorType, filters: TensorType) -> TensorType:
        """See the class."""
        return attrs.evolve(super().infer(*_as_floats(data, filters)), dtype=SUMS)

    def evaluate(self, data: Array, filters: Array) -> Array:
        """See the class."""
        return super().evaluate(_moved(data, self.shift), _moved(filters, 0))


@attrs.frozen
class IntegerGroupConvolution(ops.GroupConvolution):
    """IntegerConvolution group by group."""

    shift: int = 0

    type = "IntegerGroupConvolution"
    opset = ""

    def infer(self, data: TensorType, filters: TensorType) -> TensorType:
        """See the class."""
        return attrs.evolve(super().infer(*_as_floats(data, filters)), dtype=SUMS)

    def evaluate(self, data: Array, filters: Array) -> Array:
        """See the class."""
        return super().evaluate(_moved(data, self.shift), _moved(filters, 0))


@attrs.frozen
class IntegerMatMul(ops.MatMul):
    """y = (a + ``shift``) @ (b + ``shift_b``), as i32."""

    shift: int = 0
    shift_b: int = 0

    type = "IntegerMatMul"
    opset = ""

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        """See the class."""
        return attrs.evolve(super().infer(*_as_floats(a, b)), dtype=SUMS)

    def evaluate(self, a: Array, b: Array) -> Array:
        """See the class."""
        return super().evaluate(_moved(a, self.shift), _moved(b, self.shift_b))


def _as_floats(*types: TensorType) -> tuple[TensorType, ...]:
    """The same shapes of floats, for which the ordinary operations infer."""
    return tuple(TensorType(DType.f32, t.shape) for t in types)


def _moved(x: Array, shift: int) -> Array:
    return x.astype(np.int32) + np.int32(shift)


@lowers(IntegerConvolution, IntegerGroupConvolution, kind="reduce")
def integer_convolution(
    op: IntegerConvolution | IntegerGroupConvolution, types: Types, x: Access, filters: Access, *, fresh: Fresh
) -> Access | tuple[Access, ...]:
    """The convolution of integers."""
    return convolution(op, types, _wide(x, op.shift), _wide(filters, 0), fresh=fresh)


@lowers(IntegerMatMul, kind="reduce")
def integer_matmul(
    op: IntegerMatMul, types: Types, a: Access, b: Access, *, fresh: Fresh
) -> Access | tuple[Access, ...]:
    """The matrix product of integers."""
    return matmul(op, types, _wide(a, op.shift), _wide(b, op.shift_b), fresh=fresh)


def _wide(x: Access, shift: int) -> Access:
    """The integers as i32, moved by ``shift``."""

    def element(index: Index) -> Expr:
        wide = cast(x(index), SUMS)
        return apply("add", wide, number(SUMS, shift)) if shift else wide

    return Access(attrs.evolve(x.type, dtype=SUMS), element)
