"""NumPy-style operations on whole arrays: reductions, products, parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide, Multiply, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.einsum import Einsum
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reduce import (
    ReduceLogicalAnd,
    ReduceLogicalOr,
    ReduceMax,
    ReduceMean,
    ReduceMin,
    ReduceProd,
    ReduceSum,
)
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Sqrt
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.element_types import element_type
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, cast, ints, number
from dldt.frontends.mxnet.new_shape import broadcast_to, dims
from dldt.frontends.mxnet.ops.binary import truth
from dldt.frontends.mxnet.ops.creation import arange, eye, ones, zeros
from dldt.frontends.mxnet.ops.numpy_elementwise import real
from dldt.frontends.mxnet.ops.products import dot
from dldt.frontends.mxnet.ops.reduction import Axes, place, reduced
from dldt.frontends.mxnet.ops.slicing import reverse, split_v2

_END = np.iinfo(np.int64).max


def _typed(x: Value, dtype: str | None) -> Value:
    return x if dtype is None else cast(x, element_type(dtype))


def _no_initial(initial: float | None) -> None:
    if initial is not None:
        raise UnsupportedError(f"initial={initial} is not supported; add it behind the reduction")


@MXNET.imports("_np_sum")
def np_sum(
    a: Value, *, axis: Axes = None, dtype: str | None = None, keepdims: bool = False, initial: float | None = None
) -> Value:
    """The sum over axes, or of all."""
    _no_initial(initial)
    return reduced(_typed(a, dtype), ReduceSum, axis, keepdims, scalars=True)


@MXNET.imports("_np_prod")
def np_prod(
    a: Value, *, axis: Axes = None, dtype: str | None = None, keepdims: bool = False, initial: float | None = None
) -> Value:
    """The product over axes, or of all."""
    _no_initial(initial)
    return reduced(_typed(a, dtype), ReduceProd, axis, keepdims, scalars=True)


@MXNET.imports("_npi_mean")
def npi_mean(
    a: Value, *, axis: Axes = None, dtype: str | None = None, keepdims: bool = False, initial: float | None = None
) -> Value:
    """The mean over axes, or of all; of integers in f32."""
    _no_initial(initial)
    return reduced(_typed(real(a), dtype), ReduceMean, axis, keepdims, scalars=True)


@MXNET.imports("_np_max")
def np_max(a: Value, *, axis: Axes = None, keepdims: bool = False, initial: float | None = None) -> Value:
    """The largest over axes, or of all."""
    _no_initial(initial)
    return reduced(a, ReduceMax, axis, keepdims, scalars=True)


@MXNET.imports("_np_min")
def np_min(a: Value, *, axis: Axes = None, keepdims: bool = False, initial: float | None = None) -> Value:
    """The smallest over axes, or of all."""
    _no_initial(initial)
    return reduced(a, ReduceMin, axis, keepdims, scalars=True)


@MXNET.imports("_np_any")
def np_any(data: Value, *, axis: Axes = None, keepdims: bool = False) -> Value:
    """Whether one is not 0."""
    return reduced(truth(data), ReduceLogicalOr, axis, keepdims, scalars=True)


@MXNET.imports("_np_all")
def np_all(data: Value, *, axis: Axes = None, keepdims: bool = False) -> Value:
    """Whether none is 0."""
    return reduced(truth(data), ReduceLogicalAnd, axis, keepdims, scalars=True)


@MXNET.imports("_npi_var")
def npi_var(a: Value, *, axis: Axes = None, dtype: str | None = None, ddof: int = 0, keepdims: bool = False) -> Value:
    """The variance over axes, or of all."""
    return _variance(_typed(real(a), dtype), axis, ddof, keepdims)


@MXNET.imports("_npi_std")
def npi_std(a: Value, *, axis: Axes = None, dtype: str | None = None, ddof: int = 0, keepdims: bool = False) -> Value:
    """The root of the variance."""
    return Sqrt()(_variance(_typed(real(a), dtype), axis, ddof, keepdims))


def _variance(x: Value, axis: Axes, ddof: int, keepdims: bool) -> Value:
    centred = Subtract()(x, reduced(x, ReduceMean, axis, True, scalars=True))
    squares = Multiply()(centred, centred)
    if ddof == 0:
        return reduced(squares, ReduceMean, axis, keepdims, scalars=True)
    axes = tuple(axis_of(each, x) for each in axis) if axis else tuple(range(x.type.rank))
    count = 1
    for each in axes:
        dim = x.type.shape[each]
        if not isinstance(dim, int):
            raise UnsupportedError(f"ddof={ddof} needs fixed dims, the data is {x.type}")
        count *= dim
    total = reduced(squares, ReduceSum, axis, keepdims, scalars=True)
    return Divide()(total, number(count - ddof, x))


@MXNET.imports("_npi_average")
def npi_average(
    a: Value, weights: Value | None = None, *, axis: Axes = None, returned: bool = False, weighted: bool = True
) -> Value:
    """The mean, of elements that are weighed."""
    if returned:
        raise UnsupportedError("average with returned=True is not supported")
    source = real(a)
    if weights is None or not weighted:
        return reduced(source, ReduceMean, axis, False, scalars=True)
    if weights.type.rank != source.type.rank:
        if axis is None or len(axis) != 1 or weights.type.rank != 1:
            raise InputError(f"weights {weights.type} do not fit the data {a.type}")
        at = axis_of(axis[0], source)
        others = [each for each in range(source.type.rank) if each != at]
        weights = Unsqueeze()(weights, ints(*others)) if others else weights
    spread = Broadcast()(real(weights), ShapeOf()(source))
    total = reduced(Multiply()(source, spread), ReduceSum, axis, False, scalars=True)
    return Divide()(total, reduced(spread, ReduceSum, axis, False, scalars=True))


@MXNET.imports("_npi_argmax")
def npi_argmax(data: Value, *, axis: int | None = None, keepdims: bool = False) -> Value:
    """Where the largest is, as i64."""
    return place(data, "max", axis, keepdims)


@MXNET.imports("_npi_argmin")
def npi_argmin(data: Value, *, axis: int | None = None, keepdims: bool = False) -> Value:
    """Where the smallest is, as i64."""
    return place(data, "min", axis, keepdims)


@MXNET.imports("_np_dot")
def np_dot(a: Value, b: Value) -> Value:
    """Over the last axis of a and the last but one of b."""
    if not a.type.rank or not b.type.rank:
        return Multiply()(a, b)
    if b.type.rank > 2:
        order = (b.type.rank - 2, *range(b.type.rank - 2), b.type.rank - 1)
        b = Transpose()(b, ints(*order))
    made = dot(a, b)
    return Reshape()(made, ints()) if a.type.rank == b.type.rank == 1 else made


@MXNET.imports("_npi_matmul")
def npi_matmul(a: Value, b: Value) -> Value:
    """The product of matrices, of vectors too, broadcast over the axes before."""
    return MatMul()(a, b)


@MXNET.imports("_npi_tensordot_int_axes")
def npi_tensordot_int_axes(a: Value, b: Value, *, axes: int) -> Value:
    """Over the last axes of a and the first of b."""
    if not 0 <= axes <= min(a.type.rank, b.type.rank):
        raise InputError(f"axes {axes} are more than {a.type} and {b.type} have")
    return _tensordot(a, b, range(a.type.rank - axes, a.type.rank), range(axes))


@MXNET.imports("_npi_tensordot")
def npi_tensordot(a: Value, b: Value, *, a_axes_summed: tuple[int, ...], b_axes_summed: tuple[int, ...]) -> Value:
    """Over pairs of axes."""
    left, right = ([axis_of(axis, x) for axis in axes] for x, axes in ((a, a_axes_summed), (b, b_axes_summed)))
    if len(left) != len(right):
        raise InputError(f"a_axes_summed {left} and b_axes_summed {right} have different lengths")
    return _tensordot(a, b, left, right)


def _tensordot(a: Value, b: Value, left: Sequence[int], right: Sequence[int]) -> Value:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if a.type.rank + b.type.rank > len(letters):
        raise UnsupportedError(f"tensordot of {a.type} and {b.type}: there are too many axes")
    first = list(letters[: a.type.rank])
    second = list(letters[a.type.rank : a.type.rank + b.type.rank])
    for own, other in zip(left, right, strict=True):
        second[other] = first[own]
    kept = [label for axis, label in enumerate(first) if axis not in left]
    kept += [label for axis, label in enumerate(second) if axis not in right]
    return Einsum(f"{''.join(first)},{''.join(second)}->{''.join(kept)}")(a, b)


@MXNET.imports("_npi_einsum")
def npi_einsum(*data: Value, subscripts: str = "") -> Value:
    """Sums of products by Einstein's convention."""
    return Einsum(subscripts)(*data)


@MXNET.imports("_npi_concatenate")
def npi_concatenate(*data: Value, axis: int | None = 0) -> Value:
    """All inputs behind one another along an axis; without one, all elements in one row."""
    if axis is None:
        return Concat(0)(*(Reshape()(value, ints(-1)) for value in data))
    return Concat(axis_of(axis, data[0]))(*data)


@MXNET.imports("_npi_stack")
def npi_stack(*data: Value, axis: int = 0) -> Value:
    """All inputs along a new axis."""
    at = axis + data[0].type.rank + 1 if axis < 0 else axis
    return Concat(at)(*(Unsqueeze()(value, ints(at)) for value in data))


@MXNET.imports("_npi_vstack")
def npi_vstack(*data: Value) -> Value:
    """As rows, one behind the other."""
    return Concat(0)(*(_at_least(value, 2) for value in data))


@MXNET.imports("_npi_hstack")
def npi_hstack(*data: Value, dim: int = 1) -> Value:
    """Along axis 1, of vectors along their only one."""
    parts = [_at_least(value, 1) for value in data]
    return Concat(min(1, parts[0].type.rank - 1))(*parts)


def _at_least(x: Value, rank: int) -> Value:
    missing = rank - x.type.rank
    return Unsqueeze()(x, ints(*range(missing))) if missing > 0 else x


@MXNET.imports("_npi_broadcast_to")
def npi_broadcast_to(array: Value, *, shape: tuple[int, ...] = ()) -> Value:
    """Repeated to a shape; -2 keeps a dim."""
    own = dims(array)
    behind = len(shape) - len(own)
    if behind < 0:
        raise InputError(f"shape {list(shape)} has fewer dims than {array.type}")
    wanted = [own[axis - behind] if dim == -2 and axis >= behind else dim for axis, dim in enumerate(shape)]
    return broadcast_to(array, wanted)


@MXNET.imports("_npi_flip")
def npi_flip(data: Value, *, axis: tuple[int, ...]) -> Value:
    """From last to first along some axes."""
    return reverse(data, axis=axis)


@MXNET.imports("_npi_pad")
def npi_pad(
    data: Value,
    *,
    pad_width: tuple[int, ...],
    mode: str = "constant",
    constant_value: float = 0.0,
    reflect_type: str = "even",
) -> Value:
    """Elements put round axes: (before, behind) for each."""
    one_of("mode", mode, ("constant", "edge", "reflect", "symmetric"))
    one_of("reflect_type", reflect_type, ("even",))
    if len(pad_width) != 2 * data.type.rank:
        raise InputError(f"pad_width has {len(pad_width)} numbers, {2 * data.type.rank} are needed")
    begins, ends = ints(*pad_width[::2]), ints(*pad_width[1::2])
    if mode == "constant":
        return Pad()(data, begins, ends, number(constant_value, data))
    return Pad(mode)(data, begins, ends)


@MXNET.imports("_npi_diff")
def npi_diff(a: Value, *, n: int = 1, axis: int = -1) -> Value:
    """Differences of neighbours, n times."""
    at = ints(axis_of(axis, a))
    if not 0 <= n <= 64:
        raise UnsupportedError(f"n={n} is not supported (0 to 64 are)")
    for _ in range(n):
        a = Subtract()(Slice()(a, ints(1), ints(_END), ints(1), at), Slice()(a, ints(0), ints(-1), ints(1), at))
    return a


@MXNET.imports("_npi_hsplit")
def npi_hsplit(
    data: Value, *, indices: tuple[int, ...], axis: int = 1, squeeze_axis: bool = False, sections: int = 0
) -> tuple[Value, ...]:
    """Parts along axis 1, of vectors along their only one."""
    at = min(1, data.type.rank - 1)
    return split_v2(data, indices=indices, axis=at, squeeze_axis=squeeze_axis, sections=sections)


@MXNET.imports("_npi_full_like")
def npi_full_like(a: Value, *, fill_value: float, dtype: str | None = None) -> Value:
    """One number in the shape of the input."""
    kind = a.type.dtype if dtype is None else element_type(dtype)
    return Broadcast()(a.graph.constant(np.array(fill_value).astype(kind.numpy)), ShapeOf()(a))


@MXNET.imports("_npi_zeros")
def npi_zeros(*, shape: tuple[int, ...] = (), dtype: str = "float32", context: Context) -> Value:
    """Zeros."""
    return zeros(shape=shape, dtype=dtype, context=context)


@MXNET.imports("_npi_ones")
def npi_ones(*, shape: tuple[int, ...] = (), dtype: str = "float32", context: Context) -> Value:
    """Ones."""
    return ones(shape=shape, dtype=dtype, context=context)


@MXNET.imports("_npi_identity")
def npi_identity(*, shape: tuple[int, ...] = (), dtype: str = "float32", context: Context) -> Value:
    """Ones on the diagonal."""
    if len(shape) != 2:
        raise InputError(f"shape {list(shape)} is none of a matrix")
    return eye(N=shape[0], M=shape[1], dtype=dtype, context=context)


@MXNET.imports("_npi_arange")
def npi_arange(
    *,
    start: float,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    dtype: str = "float32",
    context: Context,
) -> Value:
    """start, start + step, … below stop."""
    return arange(start=start, stop=stop, step=step, repeat=repeat, dtype=dtype, context=context)
