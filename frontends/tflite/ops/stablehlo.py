"""StableHLO's operations, as far as TF Lite has kernels for them and they are not element by element; BITCAST."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum, Minimum
from dldt.compiler.ops.bit_cast import BitCast
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.slice import Slice
from dldt.frontends.engine.channels_last import transposed
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.engine.sequences import Imported
from dldt.frontends.tflite.element_types import required_type
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.ops.gathering import updated

_COMPARISONS = {"EQ": Equal, "NE": NotEqual, "GE": GreaterEqual, "GT": Greater, "LE": LessEqual, "LT": Less}


@TFLITE.imports("BITCAST")
def bitcast(input: Value, *, result_type: str) -> Value:
    """The same bits as another type."""
    kind = required_type(result_type, "result_type")
    if kind is input.type.dtype:
        return input
    if kind.size != input.type.dtype.size:
        raise UnsupportedError(f"BITCAST from {input.type.dtype} to {kind} is not supported: their sizes differ")
    return BitCast(kind)(input)


@TFLITE.imports("STABLEHLO_RESHAPE")
def reshape(input: Value, *, result_shape: tuple[int, ...]) -> Value:
    """The elements in another shape."""
    return Reshape()(input, np.array(result_shape, np.int64))


@TFLITE.imports("STABLEHLO_TRANSPOSE")
def transpose(input: Value, *, permutation: tuple[int, ...] = ()) -> Value:
    """With the axes in another order."""
    if sorted(permutation) != list(range(input.type.rank)):
        raise InputError(f"permutation {list(permutation)} is no order of {input.type.rank} axes")
    return transposed(input, permutation)


@TFLITE.imports("STABLEHLO_CONCATENATE")
def concatenate(*inputs: Value, dimension: int = 0) -> Value:
    """The tensors one behind the other."""
    return Concat(dimension)(*inputs)


@TFLITE.imports("STABLEHLO_BROADCAST_IN_DIM")
def broadcast_in_dim(
    input: Value, *, broadcast_dimensions: tuple[int, ...] = (), result_shape: tuple[int, ...]
) -> Value:
    """The tensor's axes placed at those that are named, and repeated."""
    shape = [1] * len(result_shape)
    if len(broadcast_dimensions) != input.type.rank:
        raise InputError(f"{len(broadcast_dimensions)} dims are named for data {input.type}; each axis needs one")
    for axis, size in zip(broadcast_dimensions, input.type.static_shape, strict=True):
        if not 0 <= axis < len(shape):
            raise InputError(f"dim {axis} is named, the result has {len(shape)}")
        shape[axis] = size
    return Broadcast()(reshaped(input, tuple(shape)), np.array(result_shape, np.int64))


@TFLITE.imports("STABLEHLO_SLICE")
def slice_(
    input: Value,
    *,
    start_indices: tuple[int, ...] = (),
    limit_indices: tuple[int, ...] = (),
    strides: tuple[int, ...] = (),
) -> Value:
    """A part with fixed bounds."""
    axes = range(input.type.rank)
    return Slice()(input, *(np.array(x, np.int64) for x in (start_indices, limit_indices, strides, axes)))


@TFLITE.imports("STABLEHLO_COMPARE")
def compare(
    x: Value,
    y: Value,
    *,
    comparison_direction: str = "STABLEHLO_COMPARISON_DIRECTION_EQ",
    compare_type: str = "STABLEHLO_COMPARISON_TYPE_NOTYPE",
) -> Value:
    """Whether a relation holds."""
    relation = _COMPARISONS.get(comparison_direction.removeprefix("STABLEHLO_COMPARISON_DIRECTION_"))
    if relation is None or compare_type.endswith("TOTAL_ORDER"):
        raise UnsupportedError(f"the comparison {comparison_direction} of {compare_type} is not supported")
    return relation()(x, y)


@TFLITE.imports("STABLEHLO_CONVERT")
def convert(input: Value, *, result_type: str) -> Value:
    """As another type."""
    return Convert(required_type(result_type, "result_type"))(input)


@TFLITE.imports("STABLEHLO_IOTA")
def iota(*, iota_dimension: int = 0, result_type: str, result_shape: tuple[int, ...], context: Context) -> Value:
    """The place along one axis."""
    if not 0 <= iota_dimension < len(result_shape) or not 0 <= min(result_shape) <= max(result_shape) < 1 << 28:
        raise InputError(f"iota_dimension is {iota_dimension}; it does not fit the shape {list(result_shape)}")
    shape = [1] * len(result_shape)
    shape[iota_dimension] = result_shape[iota_dimension]
    places = np.arange(result_shape[iota_dimension]).astype(required_type(result_type, "result_type").numpy)
    return Broadcast()(context.graph.constant(places.reshape(shape)), np.array(result_shape, np.int64))


@TFLITE.imports("STABLEHLO_PAD")
def pad(
    input: Value,
    padding_value: Value,
    *,
    edge_padding_low: tuple[int, ...] = (),
    edge_padding_high: tuple[int, ...] = (),
    interior_padding: tuple[int, ...] = (),
) -> Value:
    """One number round the data; negative pads cut."""
    if any(interior_padding):
        raise UnsupportedError("padding between elements is not supported")
    edges = (np.array(numbers, np.int64) for numbers in (edge_padding_low, edge_padding_high))
    return Pad("constant")(input, *edges, reshaped(padding_value, ()))


@TFLITE.imports("STABLEHLO_DYNAMIC_SLICE")
def dynamic_slice(input: Value, *starts: Value, slice_sizes: tuple[int, ...] = ()) -> Value:
    """A part of fixed size, moved so that it lies inside."""
    if len(starts) != input.type.rank or len(slice_sizes) != input.type.rank:
        raise InputError(f"{len(starts)} starts and {len(slice_sizes)} sizes are given for the axes of {input.type}")
    most = [np.array([size - part], np.int64) for size, part in zip(input.type.static_shape, slice_sizes, strict=True)]
    wide = [reshaped(Convert(starts[0].type.dtype)(start), (1,)) for start in starts]
    kind = starts[0].type.dtype.numpy
    inside = [
        Minimum()(Maximum()(start, np.array(0, kind)), limit.astype(kind))
        for start, limit in zip(wide, most, strict=True)
    ]
    begin = Concat(0)(*inside)
    sizes, ones, axes = (np.array(x, kind) for x in (slice_sizes, [1] * len(starts), range(len(starts))))
    return Slice()(input, begin, Add()(begin, sizes), ones, axes)


@TFLITE.imports("STABLEHLO_DYNAMIC_UPDATE_SLICE")
def dynamic_update_slice(operand: Value, update: Value, *starts: Value) -> Value:
    """The operand with a part of it replaced; the part is moved so that it lies inside."""
    if len(starts) == 1 and starts[0].type.rank == 1:
        return updated(operand, update, starts[0])
    return updated(operand, update, Concat(0)(*(reshaped(start, (1,)) for start in starts)))


@TFLITE.imports("STABLEHLO_COMPOSITE")
def composite(
    *inputs: Value,
    name: str = "",
    decomposition_subgraph_index: GraphRecord,
    composite_attributes: tuple[int, ...] = (),
    composite_attributes_format: int = 0,
    version: int = 0,
    context: Context,
) -> tuple[Imported, ...]:
    """What the operation is made of."""
    body = decomposition_subgraph_index
    if len(body.inputs) != len(inputs):
        raise InputError(f"{len(inputs)} tensors are given to a subgraph of {len(body.inputs)} inputs")
    return context.inline(body, inputs)
