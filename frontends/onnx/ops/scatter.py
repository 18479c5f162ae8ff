"""Writing by index: Scatter, ScatterElements, ScatterND, TensorScatter, MaxUnpool."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, FloorMod, Multiply, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterElementsUpdate, ScatterNDUpdate
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.gathering import numbers_along
from dldt.frontends.onnx.window import padding, per_axis

_REDUCTIONS = {"none": "none", "add": "sum", "mul": "prod", "max": "max", "min": "min"}


@ONNX.imports("Scatter", since=9, until=10)
def scatter_9(data: Value, indices: Value, updates: Value, *, axis: int = 0) -> Value:
    """data, with the updates at the places that the indices name along the axis."""
    return _elements(data, indices, updates, axis, "none")


@ONNX.imports("ScatterElements", since=11)
def scatter_elements_11(data: Value, indices: Value, updates: Value, *, axis: int = 0) -> Value:
    """As Scatter."""
    return _elements(data, indices, updates, axis, "none")


@ONNX.imports("ScatterElements", since=16)
def scatter_elements_16(
    data: Value, indices: Value, updates: Value, *, axis: int = 0, reduction: str = "none"
) -> Value:
    """As before; what is there may be joined with the updates."""
    return _elements(data, indices, updates, axis, reduction)


@ONNX.imports("ScatterND", since=11)
def scatter_nd_11(data: Value, indices: Value, updates: Value) -> Value:
    """data, with the updates at the positions that the rows of the indices name."""
    return ScatterNDUpdate()(data, indices, updates)


@ONNX.imports("ScatterND", since=16)
def scatter_nd_16(data: Value, indices: Value, updates: Value, *, reduction: str = "none") -> Value:
    """As before; what is there may be joined with the updates."""
    known = one_of("reduction", reduction, tuple(_REDUCTIONS))
    return ScatterNDUpdate(_REDUCTIONS[known])(data, indices, updates)


@ONNX.imports("TensorScatter", since=24)
def tensor_scatter_24(
    past_cache: Value, update: Value, write_indices: Value | None = None, *, axis: int = -2, mode: str = "linear"
) -> Value:
    """The cache with the update along the axis, for each sequence from its own place on; circular: from the start
    again at the end."""
    rank = past_cache.type.rank
    if not -rank <= axis < rank or axis % rank == 0:
        raise InputError(f"axis {axis} is not one of the axes of {past_cache.type} behind the first")
    at = axis % rank
    order = [0, at, *(i for i in range(1, rank) if i != at)]
    cache, new = (Transpose()(x, np.array(order, np.int64)) for x in (past_cache, update))
    place = Unsqueeze()(numbers_along(new, 1), np.array([0], np.int64))
    if write_indices is not None:
        # One for each sequence of the update, however the two sizes are called.
        starts = Reshape()(Convert(DType.i64)(write_indices), _sizes(new, 0))
        place = Add()(place, Unsqueeze()(starts, np.array([1], np.int64)))
    if one_of("mode", mode, ("linear", "circular")) == "circular":
        place = FloorMod()(place, _sizes(cache, 1))
    sequence = Unsqueeze()(numbers_along(new, 0), np.array([1], np.int64))
    shape = Concat(0)(_sizes(new, 0), _sizes(new, 1))
    rows = [Unsqueeze()(Broadcast()(x, shape), np.array([2], np.int64)) for x in (sequence, place)]
    made = ScatterNDUpdate()(cache, Concat(2)(*rows), new)
    return Transpose()(made, np.array([order.index(i) for i in range(rank)], np.int64))


@ONNX.imports("MaxUnpool", since=9)
def max_unpool_9(
    X: Value,
    I: Value,  # noqa: E741 - the name in the schema
    output_shape: Value | None = None,
    *,
    kernel_shape: tuple[int, ...],
    pads: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
) -> Value:
    """Zeros, but X at the places in C order that MaxPool gave."""
    rank = len(kernel_shape)
    step = per_axis("strides", strides, rank)
    if rank != X.type.rank - 2:
        raise InputError(f"kernel_shape has {rank} numbers, X {X.type} has {X.type.rank - 2} spatial axes")
    begin, end = padding(pads, "NOTSET", rank)
    grown = np.array([1, 1, *step], np.int64)
    more = [k - s - low - high for k, s, low, high in zip(kernel_shape, step, begin, end, strict=True)]
    for size, s, rest in zip(X.type.shape[2:], step, more, strict=True):
        if isinstance(size, int) and size * s + rest < 0:
            raise InputError(f"an axis of the result would be of size {size * s + rest}")
    shape = Add()(Multiply()(ShapeOf()(X), grown), np.array([0, 0, *more], np.int64))
    count = ReduceProd(True)(shape, np.array([0], np.int64))
    zeros = Broadcast()(X.graph.constant(np.zeros((), X.type.dtype.numpy)), count)
    places, values = (reshaped(x, (-1,)) for x in (I, X))
    made = Reshape()(ScatterElementsUpdate()(zeros, places, values, np.array(0, np.int64)), shape)
    if output_shape is None:
        return made
    wanted = output_shape.constant
    if wanted is not None and wanted.min(initial=0) < 0:
        raise InputError(f"output_shape is {wanted[:8].tolist()}: a size is at least 0")
    return Pad("constant")(made, np.zeros(rank + 2, np.int64), Subtract()(output_shape, shape))


def _elements(data: Value, indices: Value, updates: Value, axis: int, reduction: str) -> Value:
    known = one_of("reduction", reduction, tuple(_REDUCTIONS))
    return ScatterElementsUpdate(_REDUCTIONS[known])(data, indices, updates, np.array(axis, np.int64))


def _sizes(x: Value, axis: int) -> Value:
    """The size of an axis, in a vector of one element."""
    return Slice()(ShapeOf()(x), np.array([axis]), np.array([axis + 1]), np.array([1]))
