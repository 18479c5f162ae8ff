"""Element-wise bases: one input, or two with numpy broadcasting."""

from __future__ import annotations

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op
from dldt.compiler.types import Shape, TensorType


class Unary(Op):
    """y = f(x), element by element; type and shape stay."""

    def infer(self, x: TensorType, *rest: TensorType) -> TensorType:
        return TensorType(x.dtype, x.shape)


class Binary(Op):
    """y = f(a, b) with numpy broadcasting; both have one dtype."""

    def infer(self, a: TensorType, b: TensorType) -> TensorType:
        if a.dtype != b.dtype:
            raise ShapeError(f"{self.type}: the inputs have different element types, {a.dtype} and {b.dtype}")
        return TensorType(a.dtype, broadcast(a.shape, b.shape, self.type))


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
    raise ShapeError(f"{what}: shapes {_text(a)} and {_text(b)} do not broadcast ({x} against {y})")


def _text(shape: Shape) -> str:
    return f"[{','.join(map(str, shape))}]"
