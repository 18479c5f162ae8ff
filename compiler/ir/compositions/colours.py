"""Pictures of brightness and colour differences as red, green and blue."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, number, size_of
from dldt.compiler.ops.activation import Clamp
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Round
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.types import DType

_FIRST, _ONE, _LAST = np.array([0]), np.array([1]), np.array([-1])


def picture(y: Value, u: Value, v: Value, backwards: bool) -> Value:
    """[N, H, W, 3] from Y [N, H, W, 1] and U and V of half its height and width, in limited range (BT.601)."""
    kind = y.type.dtype
    bright = Multiply()(Subtract()(_wide(y), 16.0), 1.164)
    first, second = (Subtract()(_doubled(_wide(x), y), 128.0) for x in (u, v))
    red = Add()(bright, Multiply()(second, 1.596))
    both = Add()(Multiply()(second, 0.813), Multiply()(first, 0.391))
    green, blue = Subtract()(bright, both), Add()(bright, Multiply()(first, 2.018))
    parts = [blue, green, red] if backwards else [red, green, blue]
    made = Clamp(0, 255)(Concat(3)(*parts))
    return made if kind is DType.f32 else Convert(kind)(Round("half_to_even")(made))


def _doubled(x: Value, y: Value) -> Value:
    """Each element twice along height and width."""
    for axis in (1, 2):
        x = Gather()(x, Divide()(counted(size_of(y, axis)), number(2)), number(axis))
    return x


def _wide(x: Value) -> Value:
    return x if x.type.dtype is DType.f32 else Convert(DType.f32)(x)


def _planes(whole: Value) -> tuple[Value, Value]:
    """Y [N, H, W, 1], and the rest [N, H/2, W, 1], of one plane with three halves of the height."""
    height = Reshape()(Divide()(Multiply()(size_of(whole, 1), number(2)), number(3)), _ONE)
    end = Reshape()(size_of(whole, 1), _ONE)
    return Slice()(whole, _FIRST, height, _ONE, _ONE), Slice()(whole, height, end, _ONE, _ONE)


def _halved(y: Value, more: int) -> Value:
    """The shape [N, H/2, W/2, more]."""
    shape = ShapeOf()(y)
    half = Divide()(Gather()(shape, np.array([1, 2]), number(0)), np.array([2]))
    return Concat(0)(Gather()(shape, _FIRST, number(0)), half, np.array([more]))


def two_planes(*planes: Value, backwards: bool) -> tuple[Value, ...]:
    """NV12: U and V lie side by side."""
    y, pairs = planes if len(planes) == 2 else _planes(_checked(planes[0]))
    pairs = pairs if len(planes) == 2 else Reshape()(pairs, _halved(y, 2))
    u, v = (Gather()(_checked(pairs), np.array([k]), number(3)) for k in range(2))
    return (picture(_checked(y), u, v, backwards),)


def three_planes(*planes: Value, backwards: bool) -> tuple[Value, ...]:
    """I420: U and V one after the other."""
    if len(planes) == 3:
        y, u, v = (_checked(plane) for plane in planes)
        return (picture(y, u, v, backwards),)
    y, rest = _planes(_checked(planes[0]))
    shape = _halved(y, 1)
    batch, image = Slice()(shape, _FIRST, _ONE, _ONE), Slice()(shape, _ONE, np.array([4]), _ONE)
    both = Reshape()(rest, Concat(0)(batch, np.array([2]), image))
    u, v = (Gather()(both, number(k), number(1)) for k in range(2))
    return (picture(y, u, v, backwards),)


def _checked(plane: Value) -> Value:
    if plane.type.rank != 4 or plane.type.dtype not in (DType.u8, DType.f32):
        raise ShapeError(f"a plane [N, H, W, C] of u8 or f32 is needed, this is {plane.type}")
    return plane


@composed("NV12toRGB")
class NV12toRGB(Composition):
    """Two planes, or one that holds both; red first."""

    def compose(self, y: Value, uv: Value | None = None) -> tuple[Value, ...]:
        return two_planes(*(x for x in (y, uv) if x is not None), backwards=False)


@composed("NV12toBGR")
class NV12toBGR(Composition):
    """Two planes, or one that holds both; blue first."""

    def compose(self, y: Value, uv: Value | None = None) -> tuple[Value, ...]:
        return two_planes(*(x for x in (y, uv) if x is not None), backwards=True)


@composed("I420toRGB")
class I420toRGB(Composition):
    """Three planes, or one that holds them; red first."""

    def compose(self, y: Value, u: Value | None = None, v: Value | None = None) -> tuple[Value, ...]:
        return three_planes(*(x for x in (y, u, v) if x is not None), backwards=False)


@composed("I420toBGR")
class I420toBGR(Composition):
    """Three planes, or one that holds them; blue first."""

    def compose(self, y: Value, u: Value | None = None, v: Value | None = None) -> tuple[Value, ...]:
        return three_planes(*(x for x in (y, u, v) if x is not None), backwards=True)
