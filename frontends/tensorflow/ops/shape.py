"""Shapes, and tensors that are seen in another shape."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Maximum
from dldt.compiler.ops.broadcast import Broadcast, Tile
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.known import known_array, required_int, required_ints
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast, ints, joined, like, normal_axis, wide


@TENSORFLOW.imports("Shape")
def shape(input: Value, *, out_type: DType = DType.i32) -> Value:
    """The shape."""
    return ShapeOf(out_type)(input)


@TENSORFLOW.imports("ShapeN")
def shape_n(*input: Value, out_type: DType = DType.i32) -> tuple[Value, ...]:
    """The shape of each."""
    return tuple(ShapeOf(out_type)(each) for each in input)


@TENSORFLOW.imports("Size")
def size(input: Value, *, out_type: DType = DType.i32) -> Value:
    """The number of elements."""
    return ReduceProd()(ShapeOf(out_type)(input), ints(0))


@TENSORFLOW.imports("Rank")
def rank(input: Value) -> Value:
    """The number of dims."""
    return input.graph.constant(np.array(input.type.rank, np.int32))


@TENSORFLOW.imports("Reshape")
def reshape(tensor: Value, shape: Value) -> Value:
    """Another shape of as many elements; -1 is the rest."""
    return Reshape()(tensor, shape)


@TENSORFLOW.imports("EnsureShape")
def ensure_shape(input: Value, *, shape: tuple[int | None, ...] | None) -> Value:
    """The tensor, which must fit the shape: what is fixed on both sides is compared here."""
    own = input.type.shape
    fits = shape is None or (
        len(shape) == len(own)
        and all(not isinstance(a, int) or not isinstance(b, int) or a == b for a, b in zip(shape, own, strict=True))
    )
    if not fits:
        raise ShapeError(f"the input is {input.type}, the shape must be {shape}")
    return input


@TENSORFLOW.imports("Squeeze")
def squeeze(input: Value, *, squeeze_dims: tuple[int, ...] = ()) -> Value:
    """Without axes of one element: those that are named, else all."""
    if squeeze_dims:
        return Squeeze()(input, ints(*squeeze_dims))
    found = [axis for axis, dim in enumerate(input.type.shape) if dim == 1]
    return Squeeze()(input, ints(*found)) if found else input


@TENSORFLOW.imports("ExpandDims")
def expand_dims(input: Value, dim: Value) -> Value:
    """With a new axis of one element."""
    axis = normal_axis(required_int(dim, "the input 'dim'"), input.type.rank + 1)
    return Unsqueeze()(input, ints(axis))


@TENSORFLOW.imports("Transpose")
def transpose(x: Value, perm: Value) -> Value:
    """The axes in another order."""
    order = [normal_axis(axis, x.type.rank) for axis in required_ints(perm, "the input 'perm'")]
    if sorted(order) != list(range(x.type.rank)):
        raise InputError(f"perm {order} is not an order of {x.type.rank} axes")
    return Transpose()(x, ints(*order)) if order else x


@TENSORFLOW.imports("InvertPermutation")
def invert_permutation(x: Value) -> Value:
    """The order that undoes an order."""
    order = np.array(required_ints(x, "the input 'x'"), np.int64)
    if sorted(order) != list(range(order.size)):
        raise InputError(f"{order.tolist()[:16]} is not an order")
    return x.graph.constant(np.argsort(order).astype(x.type.dtype.numpy))


@TENSORFLOW.imports("Tile")
def tile(input: Value, multiples: Value) -> Value:
    """Repeated along every axis."""
    return Tile()(input, wide(multiples)) if input.type.rank else input


@TENSORFLOW.imports("BroadcastTo")
def broadcast_to(input: Value, shape: Value) -> Value:
    """Broadcast to the shape."""
    return Broadcast()(input, wide(shape))


@TENSORFLOW.imports("BroadcastArgs")
def broadcast_args(s0: Value, s1: Value) -> Value:
    """The shape to which two shapes broadcast."""
    lengths = [shape.type.elements for shape in (s0, s1)]
    if not all(isinstance(length, int) for length in lengths):
        raise ShapeError("the ranks of the two shapes must be fixed")
    most = max(int(length) for length in lengths)
    padded = []
    for given, length in zip((s0, s1), lengths, strict=True):
        ones = ints(*(1,) * (most - int(length)))
        padded.append(joined(ones, wide(given)) if ones.size else wide(given))
    known = [each.type.value for each in padded]
    if known[0] is not None and known[1] is not None and all(isinstance(d, int) for d in (*known[0], *known[1])):
        pairs = zip(known[0], known[1], strict=True)
        return s0.graph.constant(np.array([b if a == 1 else a for a, b in pairs], s0.type.dtype.numpy))
    return cast(Maximum()(*padded), s0.type.dtype)


@TENSORFLOW.imports("Fill")
def fill(dims: Value, value: Value) -> Value:
    """One number everywhere."""
    return Broadcast()(value, wide(dims)) if dims.type.elements != 0 else value


@TENSORFLOW.imports("ZerosLike")
def zeros_like(x: Value) -> Value:
    """0 everywhere."""
    return _all(x, 0)


@TENSORFLOW.imports("OnesLike")
def ones_like(x: Value) -> Value:
    """1 everywhere."""
    return _all(x, 1)


@TENSORFLOW.imports("ConcatOffset")
def concat_offset(concat_dim: Value, *shape: Value) -> tuple[Value, ...]:
    """Where each part begins in the parts joined along an axis."""
    axis = required_int(concat_dim, "the input 'concat_dim'")
    known = [known_array(each) for each in shape]
    if any(array is None for array in known):
        raise ShapeError("the shapes of the parts must be known")
    starts = np.cumsum([0, *(int(array[axis]) for array in known if array is not None)])
    row = np.eye(int(known[0].size if known[0] is not None else 0), dtype=shape[0].type.dtype.numpy)[axis]
    return tuple(shape[0].graph.constant(row * start) for start in starts[:-1].astype(row.dtype))


def _all(x: Value, number: int) -> Value:
    if x.type.is_static:
        return x.graph.constant(np.full(x.type.static_shape, number, x.type.dtype.numpy))
    return Broadcast()(x.graph.constant(like(x, number)), ShapeOf()(x))
