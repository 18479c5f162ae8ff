"""Other shapes for the same elements."""

from __future__ import annotations

import math

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.shown import shown
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, ints
from dldt.frontends.mxnet.new_shape import Entry, dim, dims, over, reshaped_to, times

Axes = tuple[int, ...] | None


@MXNET.imports("Flatten")
def flatten(data: Value) -> Value:
    """A matrix: all axes but the batch in one."""
    return data if data.type.rank == 2 else Reshape(special_zero=True)(data, ints(0, -1))


@MXNET.imports("Reshape")
def reshape(
    data: Value,
    *,
    shape: tuple[int, ...] = (),
    reverse: bool = False,
    target_shape: tuple[int, ...] = (),
    keep_highest: bool = False,
) -> Value:
    """Codes in the shape: 0 keeps a dim, -1 is the rest, -2 keeps all that follow, -3 joins two, -4 parts one in two.
    `reverse`: dims are matched from the last one. `target_shape` is the older form: its 0 is the rest."""
    if not shape:
        old = [number or -1 for number in target_shape]
        return reshaped_to(data, [dim(data, 0), *old[1:]] if keep_highest else old)
    if not reverse:
        return reshaped_to(data, _decoded(dims(data), shape))
    return reshaped_to(data, _decoded(dims(data)[::-1], _reversed(shape))[::-1])


def _reversed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """From the last code to the first; the two numbers behind a -4 stay behind it, in turn."""
    groups: list[tuple[int, ...]] = []
    at = 0
    while at < len(shape):
        width = 3 if shape[at] == -4 else 1
        groups.append(shape[at : at + width])
        at += width
    return tuple(code for group in groups[::-1] for code in (group[:1] + group[:0:-1]))


def _decoded(source: list[Entry], shape: tuple[int, ...]) -> list[Entry]:
    made: list[Entry] = []
    codes, left = list(shape), list(source)
    while codes:
        code = codes.pop(0)
        if code == -2:
            made += left
            left = []
        elif code == -3:
            made.append(times(_next(left, shape), _next(left, shape)))
        elif code == -4:
            if len(codes) < 2:
                raise InputError(f"shape {list(shape)}: two numbers must follow -4")
            made += _parted(_next(left, shape), codes.pop(0), codes.pop(0), shape)
        elif code == 0:
            made.append(_next(left, shape))
        elif code > 0 or code == -1:
            made.append(code)
            del left[:1]
        else:
            raise InputError(f"shape {list(shape)} holds the unknown code {code}")
    if sum(entry == -1 for entry in made if isinstance(entry, int)) > 1:
        raise InputError(f"shape {list(shape)} holds -1 twice")
    return made


def _next(left: list[Entry], shape: tuple[int, ...]) -> Entry:
    if not left:
        raise InputError(f"shape {list(shape)} asks for more dims than the data has")
    return left.pop(0)


def _parted(whole: Entry, first: int, second: int, shape: tuple[int, ...]) -> list[Entry]:
    """A dim in two, of which one may be -1."""
    known = [number for number in (first, second) if number > 0]
    if not known or (isinstance(whole, int) and whole % math.prod(known)):
        raise InputError(f"shape {list(shape)}: {whole} cannot be parted into {first} and {second}")
    rest = over(whole, math.prod(known)) if len(known) == 1 else -1
    return [number if number > 0 else rest for number in (first, second)]


@MXNET.imports("_np_reshape")
def np_reshape(a: Value, *, newshape: tuple[int, ...], order: str = "C") -> Value:
    """As in numpy: -1 is the rest."""
    if order != "C":
        raise UnsupportedError(f"order {shown(order)} is not supported (C is)")
    return Reshape()(a, ints(*newshape))


@MXNET.imports("_npx_reshape")
def npx_reshape(a: Value, *, newshape: tuple[int, ...], reverse: bool = False, order: str = "C") -> Value:
    """Codes in the shape: -2 keeps a dim, -1 is the rest, -3 drops a dim of 1, -4 keeps all that follow, -5 joins two,
    -6 parts one in two."""
    if reverse or order != "C":
        raise UnsupportedError("reverse=True and order other than C are not supported")
    codes = {-2: 0, -4: -2, -5: -3, -6: -4}
    source: list[Entry] = dims(a)
    kept, at = [], 0
    for code in newshape:
        if code == -3:
            if at >= len(source) or source[at] != 1:
                raise InputError(f"newshape {list(newshape)} drops a dim that is not 1")
            del source[at]
            continue
        kept.append(codes.get(code, code))
        at += {-4: len(source), -5: 2}.get(code, 1)
    return reshaped_to(a, _decoded(source, tuple(kept)))


@MXNET.imports("reshape_like")
def reshape_like(
    lhs: Value,
    rhs: Value,
    *,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
) -> Value:
    """The dims of rhs from `rhs_begin` to `rhs_end` in place of those of lhs."""
    left, right = range(lhs.type.rank)[lhs_begin:lhs_end], range(rhs.type.rank)[rhs_begin:rhs_end]
    if (lhs_begin, lhs_end, rhs_begin, rhs_end) == (None,) * 4:
        return Reshape()(lhs, ShapeOf()(rhs))
    source = dims(lhs)
    return reshaped_to(lhs, [*source[: left.start], *dims(rhs)[right.start : right.stop], *source[left.stop :]])


@MXNET.imports("expand_dims")
def expand_dims(data: Value, *, axis: int) -> Value:
    """With a new axis of one element."""
    return Unsqueeze()(data, ints(axis))


@MXNET.imports("squeeze")
def squeeze(data: Value, *, axis: Axes = None) -> Value:
    """Without axes of one element: the given ones, or all."""
    return _squeezed(data, axis)


@MXNET.imports("_np_squeeze")
def np_squeeze(a: Value, *, axis: Axes = None) -> Value:
    """Without axes of one element: the given ones, or all."""
    return _squeezed(a, axis)


def _squeezed(x: Value, axis: Axes) -> Value:
    """A free dim is not taken to be 1 where no axes are given."""
    return Squeeze()(x) if axis is None else Squeeze()(x, ints(*axis))


@MXNET.imports("transpose")
def transpose(data: Value, *, axes: tuple[int, ...] = ()) -> Value:
    """The axes in another order; from last to first where none is given."""
    return _transposed(data, axes)


@MXNET.imports("_np_transpose")
def np_transpose(a: Value, *, axes: Axes = None) -> Value:
    """The axes in another order; from last to first where none is given."""
    return _transposed(a, axes)


def _transposed(x: Value, axes: Axes) -> Value:
    order = tuple(axis_of(axis, x) for axis in axes or range(x.type.rank - 1, -1, -1))
    if sorted(order) != list(range(x.type.rank)):
        raise InputError(f"axes {list(axes or ())} are not an order of {x.type.rank} axes")
    return Transpose()(x, ints(*order))


@MXNET.imports("SwapAxis")
def swap_axis(data: Value, *, dim1: int = 0, dim2: int = 0) -> Value:
    """Two axes change places."""
    order = list(range(data.type.rank))
    first, second = axis_of(dim1, data), axis_of(dim2, data)
    order[first], order[second] = second, first
    return Transpose()(data, ints(*order))


@MXNET.imports("_np_moveaxis")
def np_moveaxis(a: Value, *, source: tuple[int, ...], destination: tuple[int, ...]) -> Value:
    """Axes moved to other places, the others in order."""
    if len(source) != len(destination):
        raise InputError(f"source {list(source)} and destination {list(destination)} have different lengths")
    pairs = sorted((axis_of(d, a), axis_of(s, a)) for s, d in zip(source, destination, strict=True))
    order = [axis for axis in range(a.type.rank) if axis not in {axis for _, axis in pairs}]
    for place, axis in pairs:
        order.insert(place, axis)
    return _transposed(a, tuple(order))
