"""Lists of tensors, which TensorFlow 2 uses in loops."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.sequences import Imported, ReservedSequence, StackedSequence, TensorSequence
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.joined_items import joined_items
from dldt.frontends.tensorflow.tensor_lists import as_part, item_at, length_of, stack_of, with_item

_ZERO = np.array(0, np.int64)


@TENSORFLOW.imports("TensorListReserve")
def tensor_list_reserve(element_shape: Value, num_elements: Value, *, element_dtype: DType) -> ReservedSequence:
    """So many items that are set later."""
    return ReservedSequence(num_elements, element_dtype, _dims(element_shape))


@TENSORFLOW.imports("EmptyTensorList")
def empty_tensor_list(element_shape: Value, max_num_elements: Value, *, element_dtype: DType) -> TensorSequence:
    """A list without items."""
    return TensorSequence((), element_dtype)


@TENSORFLOW.imports("TensorListFromTensor")
def tensor_list_from_tensor(tensor: Value, element_shape: Value) -> StackedSequence:
    """The parts of a tensor along its first axis."""
    return StackedSequence(tensor)


@TENSORFLOW.imports("TensorListSetItem")
def tensor_list_set_item(
    input_handle: Imported, index: Value, item: Value, *, resize_if_index_out_of_bounds: bool = False
) -> Imported:
    """The list with another item."""
    return with_item(input_handle, index, item, grows=resize_if_index_out_of_bounds)


@TENSORFLOW.imports("TensorListGetItem")
def tensor_list_get_item(input_handle: Imported, index: Value, element_shape: Value, *, element_dtype: DType) -> Value:
    """One item."""
    return item_at(input_handle, index)


@TENSORFLOW.imports("TensorListStack")
def tensor_list_stack(
    input_handle: Imported, element_shape: Value, *, element_dtype: DType, num_elements: int = -1
) -> Value:
    """All items as one tensor."""
    return stack_of(input_handle)


@TENSORFLOW.imports("TensorListPushBack")
def tensor_list_push_back(input_handle: Imported, tensor: Value) -> Imported:
    """The list with one more item at its end."""
    if isinstance(input_handle, TensorSequence):
        return TensorSequence((*input_handle.items, tensor), input_handle.dtype)
    return StackedSequence(Concat(0)(stack_of(input_handle), as_part(tensor)))


@TENSORFLOW.imports("TensorListPopBack")
def tensor_list_pop_back(
    input_handle: Imported, element_shape: Value, *, element_dtype: DType
) -> tuple[Imported, Value]:
    """The list without its last item, and this."""
    if not isinstance(input_handle, TensorSequence) or not input_handle.items:
        raise UnsupportedError("the last item is taken of a list whose length is not known")
    return TensorSequence(input_handle.items[:-1], input_handle.dtype), input_handle.items[-1]


@TENSORFLOW.imports("TensorListLength")
def tensor_list_length(input_handle: Imported, *, context: Context) -> Value:
    """How many items it has."""
    if isinstance(input_handle, TensorSequence):
        return context.graph.constant(np.array(len(input_handle.items), np.int32))
    return Convert(DType.i32)(length_of(input_handle))


@TENSORFLOW.imports("TensorListGather")
def tensor_list_gather(input_handle: Imported, indices: Value, element_shape: Value, *, element_dtype: DType) -> Value:
    """The items of these numbers as one tensor."""
    return Gather()(stack_of(input_handle), indices, _ZERO)


@TENSORFLOW.imports("TensorListScatterIntoExistingList")
def tensor_list_scatter_into_existing_list(input_handle: Imported, tensor: Value, indices: Value) -> StackedSequence:
    """The list, its items of these numbers being the parts of a tensor."""
    return StackedSequence(ScatterNDUpdate()(stack_of(input_handle), _column(indices), tensor))


@TENSORFLOW.imports("TensorListConcatV2")
def tensor_list_concat(
    input_handle: Imported,
    element_shape: Value,
    leading_dims: Value,
    *,
    element_dtype: DType,
    shape_type: DType,
) -> tuple[Value, None]:
    """The items one behind the other along their first axis."""
    return joined_items(input_handle), None


def _column(indices: Value) -> Value:
    return Unsqueeze()(indices, np.array([1], np.int64))


def _dims(element_shape: Value) -> tuple[int | None, ...] | None:
    """The shape of the items, as far as it is known."""
    array = known_array(element_shape)
    if array is None or array.ndim != 1:
        return None
    return tuple(int(dim) if dim >= 0 else None for dim in array)
