"""Arrays of tensors, which TensorFlow 1 uses in loops: what they hold is handed on as their flow."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType, TensorType
from dldt.frontends.engine.sequences import Imported, ReservedSequence, StackedSequence
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.joined_items import joined_items
from dldt.frontends.tensorflow.tensor_lists import filled, item_at, length_of, stack_of, with_item

_ZERO = np.array(0, np.int64)


@TENSORFLOW.imports("TensorArrayV3")
def tensor_array(
    size: Value,
    *,
    dtype: DType,
    element_shape: tuple[int | None, ...] | None = None,
    dynamic_size: bool = False,
    clear_after_read: bool = True,
    identical_element_shapes: bool = False,
    tensor_array_name: str = "",
) -> tuple[Imported, Imported]:
    """The array, and its flow: so many items that are set later."""
    made = ReservedSequence(size, dtype, element_shape, grows=dynamic_size)
    return made, made


@TENSORFLOW.imports("TensorArrayWriteV3")
def tensor_array_write(handle: Imported, index: Value, value: Value, flow_in: Imported) -> Imported:
    """The array with another item."""
    return with_item(flow_in, index, value, grows=_grows(handle))


@TENSORFLOW.imports("TensorArrayReadV3")
def tensor_array_read(handle: Imported, index: Value, flow_in: Imported, *, dtype: DType) -> Value:
    """One item."""
    return item_at(flow_in, index)


@TENSORFLOW.imports("TensorArraySizeV3")
def tensor_array_size(handle: Imported, flow_in: Imported) -> Value:
    """How many items it has."""
    return Convert(DType.i32)(length_of(flow_in))


@TENSORFLOW.imports("TensorArrayGatherV3")
def tensor_array_gather(
    handle: Imported,
    indices: Value,
    flow_in: Imported,
    *,
    dtype: DType,
    element_shape: tuple[int | None, ...] | None = None,
) -> Value:
    """The items of these numbers as one tensor."""
    return Gather()(stack_of(flow_in), indices, _ZERO)


@TENSORFLOW.imports("TensorArrayScatterV3")
def tensor_array_scatter(handle: Imported, indices: Value, value: Value, flow_in: Imported) -> Imported:
    """The array, its items of these numbers being the parts of a tensor."""
    if isinstance(flow_in, ReservedSequence):
        return _scattered(flow_in, indices, value)
    return StackedSequence(ScatterNDUpdate()(stack_of(flow_in), _column(indices), value))


@TENSORFLOW.imports("TensorArrayConcatV3")
def tensor_array_concat(
    handle: Imported,
    flow_in: Imported,
    *,
    dtype: DType,
    element_shape_except0: tuple[int | None, ...] | None = None,
) -> tuple[Value, None]:
    """The items one behind the other along their first axis."""
    return joined_items(flow_in), None


def _scattered(flow: ReservedSequence, indices: Value, value: Value) -> Imported:
    """An array none of whose items was set. Mostly the indices are all numbers of items in order."""
    count = flow.count
    whole = TensorType(value.type.dtype, value.type.shape)
    zeros = filled(count, whole, [value])
    return StackedSequence(ScatterNDUpdate()(zeros, _column(indices), value))


def _grows(handle: Imported) -> bool:
    return isinstance(handle, ReservedSequence) and handle.grows


def _column(indices: Value) -> Value:
    return Unsqueeze()(indices, np.array([1], np.int64))
