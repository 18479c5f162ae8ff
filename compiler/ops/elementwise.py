"""Element-wise bases: one input, or two with numpy broadcasting."""

from __future__ import annotations

from typing import ClassVar

import attrs

from dldt.compiler.dims import Dim, Extremum, FloorDiv, Poly, broadcast_size, maximum_of, minimum_of, symbols
from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import current, require, same
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
    """The shape that numpy broadcasting gives. Of dims that may both be 1 when the model runs it is the larger one."""
    rank = max(len(a), len(b))
    left = (1,) * (rank - len(a)) + a
    right = (1,) * (rank - len(b)) + b
    return tuple(_common(x, y, a, b, what) for x, y in zip(left, right, strict=True))


def _common(x: Dim, y: Dim, a: Shape, b: Shape, what: str) -> Dim:
    if x == y or y == 1:
        return x
    if x == 1:
        return y
    for whole, part in ((x, y), (y, x)):
        if _is_broadcast_of(whole, part):
            return whole
    if _may_be_one(x, y):
        return _either(x, y)
    small = _smaller_quotient(x, y)
    if small is not None and same(small, 1, f"a dim of {text(a)} and {text(b)}"):
        return y if small == x else x
    if same(x, y, f"a dim of {text(a)} and {text(b)}"):
        return _simpler(x, y)
    raise ShapeError(f"{what}: shapes {text(a)} and {text(b)} do not broadcast ({x} against {y})")


def _may_be_one(x: Dim, y: Dim) -> bool:
    """Whether one of two dims may be 1 without the other when the model runs. Dims that depend on one symbol, such as
    the sizes of an image that was made smaller and larger, are taken to be equal instead, unless one is never more
    than 1, which is how exporters say that it broadcasts."""
    if current() is None:
        return False
    if symbols(x) & symbols(y) and min(maximum_of(x), maximum_of(y)) > 1:
        return False
    return any(not isinstance(dim, int) and minimum_of(dim) <= 1 for dim in (x, y))


def _smaller_quotient(x: Dim, y: Dim) -> Dim | None:
    """The one of two quotients of one number, such as a picture's size and that of a pool over it with a window of
    fixed size, whose divisor is at least twice the other's: they are never equal unless both are 0, so it must be 1."""
    quotients = [dim for dim in (x, y) if isinstance(dim, Poly) and len(dim.terms) == 1]
    found: list[tuple[int, Dim, Poly]] = []
    for dim in quotients:
        ((monomial, factor),) = dim.terms
        if len(monomial) == 1 and factor == 1 and isinstance(monomial[0], FloorDiv):
            atom = monomial[0]
            if isinstance(atom.denominator, int):
                found.append((atom.denominator, dim, atom.numerator))
    if len(found) != 2 or found[0][2] != found[1][2]:
        return None
    (less, *_), (more, small, _) = sorted(found, key=lambda each: each[0])
    return small if more >= 2 * less else None


def _is_broadcast_of(dim: Dim, part: Dim) -> bool:
    """Whether ``dim`` is the size to which ``part`` and others broadcast: to that it broadcasts again."""
    match dim:
        case Poly(terms=(((Extremum(kind="broadcast", left=left, right=right),), 1),)):
            return part in (left, right) or _is_broadcast_of(left, part) or _is_broadcast_of(right, part)
    return False


def _either(x: Dim, y: Dim) -> Dim:
    """What two dims give of which one may be 1: the larger one, 0 if one is 0. That nothing else is possible is a
    condition; then a number, which is not 1 here, is the answer."""
    require("broadcast", x, y, "two dims that broadcast")
    return broadcast_size(x, y)


def _simpler(x: Dim, y: Dim) -> Dim:
    """The one of two equal dims that is written with less."""
    return x if isinstance(x, int) or (not isinstance(y, int) and x.weight <= y.weight) else y
