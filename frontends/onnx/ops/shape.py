"""Operations on shapes: Shape, Size, Reshape, Flatten, Squeeze, Unsqueeze, Transpose, Expand, Tile, depth and space."""

from __future__ import annotations

import numpy as np

from dldt.compiler.dims import product
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.broadcast import Broadcast, Tile
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.shuffle import DepthToSpace, SpaceToDepth
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.onnx.computed_axes import ComputedAxes
from dldt.frontends.onnx.framework import ONNX


@ONNX.imports("Shape", since=1)
def shape_1(data: Value) -> Value:
    """The shape, as int64."""
    return ShapeOf()(data)


@ONNX.imports("Shape", since=15)
def shape_15(data: Value, *, start: int = 0, end: int | None = None) -> Value:
    """A part of the shape, as int64."""
    rank = data.type.rank
    first, last, _ = slice(start, end).indices(rank)
    whole = ShapeOf()(data)
    if (first, last) == (0, rank):
        return whole
    return Slice()(whole, _list(first), _list(max(first, last)), _list(1), _list(0))


@ONNX.imports("Size", since=1)
def size_1(data: Value) -> Value:
    """The number of elements, an int64 scalar."""
    return ReduceProd(False)(ShapeOf()(data), _list(0))


@ONNX.imports("Reshape", since=5)
def reshape_5(data: Value, shape: Value) -> Value:
    """Another shape of as many elements; 0 keeps a dim, -1 is the rest."""
    return Reshape(special_zero=True)(data, shape)


@ONNX.imports("Reshape", since=14)
def reshape_14(data: Value, shape: Value, *, allowzero: int = 0) -> Value:
    """As before; with `allowzero` 0 means 0."""
    return Reshape(special_zero=not allowzero)(data, shape)


@ONNX.imports("Flatten", since=1)
def flatten_1(input: Value, *, axis: int = 1) -> Value:
    """A matrix: the dims before the axis, and the others."""
    shape, rank = input.type.shape, input.type.rank
    if not -rank <= axis <= rank:
        raise InputError(f"axis {axis} is outside rank {rank}")
    at = axis + rank if axis < 0 else axis
    rows, columns = product(shape[:at]), product(shape[at:])
    if at == 1:
        return Reshape(special_zero=True)(input, np.array([0, -1], np.int64))
    if isinstance(rows, int) and rows > 0:
        return Reshape()(input, np.array([rows, -1], np.int64))
    if isinstance(columns, int) and columns > 0:
        return Reshape()(input, np.array([-1, columns], np.int64))
    head = Slice()(ShapeOf()(input), _list(0), _list(at), _list(1), _list(0))
    target = Concat(0)(ReduceProd(True)(head, _list(0)), _list(-1))
    return Reshape()(input, target)


@ONNX.imports("Squeeze", since=1)
def squeeze_1(data: Value, *, axes: tuple[int, ...] | None = None) -> Value:
    """Without the axes, which have one element each; all such axes where none are given."""
    return Squeeze()(data) if axes is None else Squeeze()(data, np.array(axes, np.int64))


@ONNX.imports("Squeeze", since=13)
def squeeze_13(data: Value, axes: Value | None = None) -> Value:
    """As before, the axes as an input."""
    if axes is None:
        return Squeeze()(data)
    known = known_array(axes)
    if known is not None:
        return Squeeze()(data, known)
    return Reshape()(data, ComputedAxes(axes, data.type.rank).others(ShapeOf()(data)))


@ONNX.imports("Unsqueeze", since=1)
def unsqueeze_1(data: Value, *, axes: tuple[int, ...]) -> Value:
    """With new axes of one element, counted in the result."""
    return Unsqueeze()(data, np.array(axes, np.int64))


@ONNX.imports("Unsqueeze", since=13)
def unsqueeze_13(data: Value, axes: Value) -> Value:
    """As before, the axes as an input."""
    known = known_array(axes)
    if known is not None:
        return Unsqueeze()(data, known)
    count = axes.type.elements
    if not isinstance(count, int):
        raise UnsupportedError(f"the number of the axes must be fixed, their type is {axes.type}")
    return Reshape()(data, ComputedAxes(axes, data.type.rank + count).inserted(ShapeOf()(data)))


@ONNX.imports("Transpose", since=1)
def transpose_1(data: Value, *, perm: tuple[int, ...] | None = None) -> Value:
    """The axes in another order; reversed where none is given."""
    rank = data.type.rank
    order = tuple(reversed(range(rank))) if perm is None else perm
    if sorted(order) != list(range(rank)):
        raise InputError(f"perm {list(order)} is not an order of {rank} axes")
    return Transpose()(data, np.array(order, np.int64))


@ONNX.imports("Expand", since=8)
def expand_8(input: Value, shape: Value) -> Value:
    """Broadcast to the shape, and by it."""
    return Broadcast("bidirectional")(input, shape)


@ONNX.imports("Tile", since=6)
def tile_6(input: Value, repeats: Value) -> Value:
    """Repeated along every axis."""
    return Tile()(input, repeats)


@ONNX.imports("DepthToSpace", since=1)
def depth_to_space_1(input: Value, *, blocksize: int) -> Value:
    """Blocks of channels become blocks of the picture."""
    return DepthToSpace("blocks_first", _block(blocksize))(input)


@ONNX.imports("DepthToSpace", since=11)
def depth_to_space_11(input: Value, *, blocksize: int, mode: str = "DCR") -> Value:
    """As before; CRD takes the channel before the block."""
    first = one_of("mode", mode, ("DCR", "CRD")) == "DCR"
    return DepthToSpace("blocks_first" if first else "depth_first", _block(blocksize))(input)


@ONNX.imports("SpaceToDepth", since=1)
def space_to_depth_1(input: Value, *, blocksize: int) -> Value:
    """Blocks of the picture become blocks of channels."""
    return SpaceToDepth("blocks_first", _block(blocksize))(input)


@ONNX.imports("SpaceToDepth", since=28)
def space_to_depth_28(input: Value, *, blocksize: int, mode: str = "DCR") -> Value:
    """As before; CRD puts the channel before the block."""
    first = one_of("mode", mode, ("DCR", "CRD")) == "DCR"
    return SpaceToDepth("blocks_first" if first else "depth_first", _block(blocksize))(input)


def _block(size: int) -> int:
    if not 1 <= size <= 1 << 20:
        raise InputError(f"blocksize is {size}; it must be from 1 to 2**20")
    return size


def _list(*numbers: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(numbers, np.int64)
