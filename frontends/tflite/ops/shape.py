"""Shapes, and tensors in other shapes."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.broadcast import Broadcast, Tile
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.shuffle import DepthToSpace, SpaceToDepth
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.types import DType
from dldt.frontends.engine.channels_last import channels_first, channels_last, transposed
from dldt.frontends.engine.known import required_int, required_ints
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tflite.activated import activated
from dldt.frontends.tflite.element_types import required_type
from dldt.frontends.tflite.framework import TFLITE


@TFLITE.imports("RESHAPE")
def reshape(input: Value, shape: Value | None = None, *, new_shape: tuple[int, ...] = ()) -> Value:
    """The elements in another shape; an input precedes the attribute."""
    if shape is None or shape.type.rank != 1:
        return Reshape()(input, np.array(new_shape, np.int64))
    return Reshape()(input, shape)


@TFLITE.imports("SQUEEZE")
def squeeze(input: Value, *, squeeze_dims: tuple[int, ...] = ()) -> Value:
    """Without dims of 1: those that are named, or all."""
    axes = squeeze_dims or tuple(axis for axis, dim in enumerate(input.type.shape) if dim == 1)
    return Squeeze()(input, np.array(axes, np.int64)) if axes else input


@TFLITE.imports("EXPAND_DIMS")
def expand_dims(input: Value, axis: Value) -> Value:
    """With a new dim of 1."""
    return Unsqueeze()(input, np.array([required_int(axis, "input 'axis'")], np.int64))


@TFLITE.imports("TRANSPOSE")
def transpose(input: Value, perm: Value) -> Value:
    """With the axes in another order."""
    order = required_ints(perm, "input 'perm'")
    rank = input.type.rank
    axes = [axis + rank if axis < 0 else axis for axis in order]
    if sorted(axes) != list(range(rank)):
        raise InputError(f"perm {list(order)} is no order of {rank} axes")
    return transposed(input, axes)


@TFLITE.imports("SHAPE")
def shape(input: Value, *, out_type: str = "FLOAT32") -> Value:
    """The shape as a vector."""
    kind = required_type(out_type, "out_type")
    return ShapeOf(kind if kind in (DType.i32, DType.i64) else DType.i32)(input)


@TFLITE.imports("RANK")
def rank(input: Value) -> Value:
    """The number of axes."""
    return input.graph.constant(np.array(input.type.rank, np.int32))


@TFLITE.imports("CONCATENATION")
def concatenation(*values: Value, axis: int = 0, fused_activation_function: str = "NONE") -> Value:
    """The tensors one behind the other."""
    return activated(Concat(axis)(*values), fused_activation_function)


@TFLITE.imports("PACK")
def pack(*values: Value, values_count: int = 0, axis: int = 0) -> Value:
    """The tensors along a new axis."""
    at = np.array([axis], np.int64)
    return Concat(axis)(*(Unsqueeze()(value, at) for value in values))


@TFLITE.imports("UNPACK")
def unpack(input: Value, *, num: int = 0, axis: int = 0) -> tuple[Value, ...]:
    """The parts along an axis, without it."""
    if num < 1:
        raise InputError(f"UNPACK makes {num} tensors; it must make at least 1")
    at = np.array([axis], np.int64)
    return tuple(Squeeze()(part, at) for part in Split(num).all(input, np.array(axis, np.int64)))


@TFLITE.imports("PAD")
def pad(input: Value, paddings: Value) -> Value:
    """Zeros round the data."""
    return _padded(input, paddings, None, "constant")


@TFLITE.imports("PADV2")
def pad_v2(input: Value, paddings: Value, constant_values: Value) -> Value:
    """One number round the data."""
    return _padded(input, paddings, reshaped(constant_values, ()), "constant")


@TFLITE.imports("MIRROR_PAD")
def mirror_pad(input: Value, paddings: Value, *, mode: str = "REFLECT") -> Value:
    """The mirror image of the data round it, with the edge (SYMMETRIC) or without."""
    return _padded(input, paddings, None, mode)


def _padded(data: Value, paddings: Value, number: Value | None, mode: str) -> Value:
    wide = paddings if paddings.type.dtype in (DType.i32, DType.i64) else Convert(DType.i64)(paddings)
    halves = Split(2).all(wide, np.array(1, np.int64))
    begins, ends = (Squeeze()(half, np.array([1], np.int64)) for half in halves)
    return Pad(mode)(data, begins, ends) if number is None else Pad(mode)(data, begins, ends, number)


@TFLITE.imports("TILE")
def tile(input: Value, multiples: Value) -> Value:
    """The tensor again and again along each axis."""
    return Tile()(input, multiples)


@TFLITE.imports("BROADCAST_TO")
def broadcast_to(input: Value, shape: Value) -> Value:
    """The tensor repeated to a shape."""
    return Broadcast()(input, shape)


@TFLITE.imports("FILL")
def fill(dims: Value, value: Value) -> Value:
    """One number in every place."""
    return Broadcast()(reshaped(value, ()), dims)


@TFLITE.imports("ZEROS_LIKE")
def zeros_like(input: Value) -> Value:
    """Zeros in the shape of a tensor."""
    zero = input.graph.constant(np.array(0, input.type.dtype.numpy))
    return Broadcast()(zero, ShapeOf()(input)) if input.type.rank else zero


@TFLITE.imports("RANGE")
def range_(start: Value, limit: Value, delta: Value) -> Value:
    """start, start + delta, … before limit"""
    return Range(start.type.dtype)(*(reshaped(value, ()) for value in (start, limit, delta)))


@TFLITE.imports("DEPTH_TO_SPACE")
def depth_to_space(input: Value, *, block_size: int = 0) -> Value:
    """Channels as blocks of space."""
    _check_block(input, block_size)
    return channels_last(DepthToSpace("blocks_first", block_size)(channels_first(input)))


@TFLITE.imports("SPACE_TO_DEPTH")
def space_to_depth(input: Value, *, block_size: int = 0) -> Value:
    """Blocks of space as channels."""
    _check_block(input, block_size)
    return channels_last(SpaceToDepth("blocks_first", block_size)(channels_first(input)))


def _check_block(input: Value, block_size: int) -> None:
    if input.type.rank != 4 or block_size < 1:
        raise InputError(f"blocks of {block_size} of data {input.type}; rank 4 and a size above 0 are needed")
