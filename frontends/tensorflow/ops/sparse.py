"""Sparse tensors, which are three tensors: places, values, and the shape."""

from __future__ import annotations

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide, FloorMod, Multiply
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reduce import ReduceProd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.select import Select
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import integer, ints, like, size, wide


@TENSORFLOW.imports("SparseToDense")
def sparse_to_dense(
    sparse_indices: Value,
    output_shape: Value,
    sparse_values: Value,
    default_value: Value,
    *,
    validate_indices: bool = True,
) -> Value:
    """The tensor with its default elsewhere."""
    indices = sparse_indices
    if indices.type.rank < 2:
        indices = Reshape()(indices, ints(-1, 1))
    start = Broadcast()(default_value, wide(output_shape))
    values = sparse_values
    if values.type.rank == 0:
        values = Broadcast()(values, Reshape()(size(indices, 0), ints(1)))
    return ScatterNDUpdate()(start, indices, values)


@TENSORFLOW.imports("SparseTensorDenseMatMul")
def sparse_tensor_dense_mat_mul(
    a_indices: Value,
    a_values: Value,
    a_shape: Value,
    b: Value,
    *,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
) -> Value:
    """The product of a sparse matrix and a dense one."""
    return MatMul(adjoint_a, adjoint_b)(_dense(a_indices, a_values, a_shape), b)


@TENSORFLOW.imports("SparseTensorDenseAdd")
def sparse_tensor_dense_add(a_indices: Value, a_values: Value, a_shape: Value, b: Value) -> Value:
    """The sum of a sparse tensor and a dense one."""
    return ScatterNDUpdate("sum")(b, a_indices, a_values)


@TENSORFLOW.imports("SparseReshape")
def sparse_reshape(input_indices: Value, input_shape: Value, new_shape: Value) -> tuple[Value, ...]:
    """The places and the shape in another shape of as many elements; -1 is the rest."""
    before, behind = (_count(shape) for shape in (input_shape, new_shape))
    place = ReduceSum()(Multiply()(input_indices, _steps(input_shape, before)), ints(1))
    free = Less()(new_shape, integer(0))
    others = ReduceProd()(Select()(free, integer(1), new_shape), ints(0))
    full = Select()(free, Divide()(ReduceProd()(input_shape, ints(0)), others), new_shape)
    column = Reshape()(place, ints(-1, 1))
    return FloorMod()(Divide()(column, _steps(full, behind)), full), full


def _steps(shape: Value, rank: int) -> Value:
    """How far apart the elements along each axis are: [1, rank]."""
    if rank == 0:
        raise ShapeError("a sparse tensor has at least one axis")
    parts = [shape.graph.constant(ints(1))]
    for axis in range(rank - 1, 0, -1):
        parts.insert(0, Multiply()(parts[0], Gather()(shape, ints(axis), integer(0))))
    row = parts[0] if rank == 1 else Concat(0)(*parts)
    return Reshape()(row, ints(1, rank))


def _count(shape: Value) -> int:
    count = shape.type.elements
    if not isinstance(count, int) or count > 64:
        raise ShapeError(f"the rank of a sparse tensor must be fixed, its shape is {shape.type}")
    return count


def _dense(indices: Value, values: Value, shape: Value) -> Value:
    zeros = Broadcast()(values.graph.constant(like(values, 0)), shape)
    return ScatterNDUpdate("sum")(zeros, indices, values)
