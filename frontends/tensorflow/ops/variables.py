"""Variables, which hold here what the checkpoint has: reading one gives its tensor."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.gather import Gather, GatherND
from dldt.compiler.types import DType
from dldt.frontends.tensorflow.framework import TENSORFLOW


@TENSORFLOW.imports("ReadVariableOp")
def read_variable(resource: Value, *, dtype: DType) -> Value:
    """The variable."""
    return resource


@TENSORFLOW.imports("ResourceGather")
def resource_gather(
    resource: Value, indices: Value, *, batch_dims: int = 0, validate_indices: bool = True, dtype: DType
) -> Value:
    """Rows of a variable."""
    return Gather(batch_dims)(resource, indices, np.array(batch_dims, np.int64))


@TENSORFLOW.imports("ResourceGatherNd")
def resource_gather_nd(resource: Value, indices: Value, *, dtype: DType) -> Value:
    """Parts of a variable, of which each row of the indices names one."""
    return GatherND()(resource, indices)


@TENSORFLOW.imports("VariableShape")
def variable_shape(input: Value, *, out_type: DType = DType.i32) -> Value:
    """The shape of a variable."""
    return input.graph.constant(np.array(input.type.static_shape, out_type.numpy))


@TENSORFLOW.imports("PlaceholderWithDefault")
def placeholder_with_default(input: Value, *, shape: tuple[int | None, ...] | None = None) -> Value:
    """The default. A user who wants to feed it names it as an input."""
    return input
