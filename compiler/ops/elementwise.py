"""Element-wise bases: one input, or two with numpy broadcasting."""

from __future__ import annotations

from typing import ClassVar

import attrs

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import require_float, require_same_type, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import DType, Shape, TensorType


class Unary(Op):
    """y = f(x), element by element; type and shape stay."""

    traits = Trait.ELEMENTWISE

    def infer(self, x: TensorType, *rest: TensorType) -> TensorType:
        if x.dtype is DType.boolean:
            raise ShapeError(f"{self.type}: {self.ports[0]} must be a tensor of numbers, got {x}")
        return TensorType(x.dtype, x.shape)


class FloatUnary(Unary):
    """y = f(x) for floating-point tensors only."""

    def infer(self, x: TensorType, *rest: TensorType) -> TensorType:
        require_float(x, self.ports[0], self.type)
        return TensorType(x.dtype, x.shape)


@attrs.frozen
class Binary(Op):
    """y = f(a, b) with numpy broadcasting; both have one dtype."""

    traits = Trait.ELEMENTWISE
    neutral: ClassVar[float | None] = None
    """The second operand b for which f(a, b) = a, where there is one."""

    auto_broadcast: str = attrs.field(default="numpy", converter=lower, validator=one_of("numpy", "none"), kw_only=True)

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        require_same_type(a, b, self.type)
        if a.dtype is DType.boolean:
            raise ShapeError(f"{self.type}: the inputs must be tensors of numbers, got {a} and {b}")
        return TensorType(a.dtype, self.common_shape(a, b))

    def common_shape(self, a: TensorType, b: TensorType) -> Shape:
        """The broadcast shape of the inputs, as ``auto_broadcast`` tells."""
        if self.auto_broadcast == "none" and a.shape != b.shape:
            raise ShapeError(f"{self.type}: auto_broadcast is none, but {text(a.shape)} and {text(b.shape)} differ")
        return broadcast(a.shape, b.shape, self.type)


def broadcast(a: Shape, b: Shape, what: str) -> Shape:
    """The shape that numpy broadcasting gives. A symbol against an unequal dim other than 1 is refused."""
    rank = max(len(a), len(b))
    left = (1,) * (rank - len(a)) + a
    right = (1,) * (rank - len(b)) + b
    return tuple(_common(x, y, a, b, what) for x, y in zip(left, right, strict=True))


def _common(x: Dim, y: Dim, a: Shape, b: Shape, what: str) -> Dim:
    if x == y or y == 1:
        return x
    if x == 1:
        return y
    raise ShapeError(f"{what}: shapes {text(a)} and {text(b)} do not broadcast ({x} against {y})")
