"""Einsum as products of matrices, two operands at a time from the left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.einsum import Labels, parsed_equation
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reduce import ReduceProd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType


def einsum_products(equation: str, inputs: Sequence[Value]) -> Value:
    """Sums of products over the labels that the result lacks, as operations that have kernels."""
    terms, result = parsed_equation(equation, [x.type.rank for x in inputs])
    operands = [_without_repeats(x, labels) for x, labels in zip(inputs, terms, strict=True)]
    value, labels = operands[0]
    for position, (other, others) in enumerate(operands[1:], 2):
        later = {label for _, names in operands[position:] for label in names}
        value, labels = _product(value, labels, other, others, later | set(result))
    dropped = [i for i, label in enumerate(labels) if label not in result]
    if dropped:
        value = ReduceSum()(value, np.array(dropped, np.int64))
        labels = tuple(label for label in labels if label in result)
    return _ordered(value, labels, result)


def _without_repeats(x: Value, labels: Labels) -> tuple[Value, Labels]:
    """The diagonal, where a label is there twice."""
    while len(set(labels)) < len(labels):
        name = next(label for label in labels if labels.count(label) > 1)
        first, second = [i for i, label in enumerate(labels) if label == name][:2]
        rest = [i for i in range(len(labels)) if i not in (first, second)]
        moved = Transpose()(x, np.array([*rest, first, second], np.int64))
        shape = ShapeOf()(moved)
        flat = Reshape()(moved, Concat(0)(_parts(shape, range(len(rest))), np.array([-1], np.int64)))
        size = Gather()(shape, np.array(len(rest), np.int64), np.array(0, np.int64))
        numbers = Range(DType.i64)(np.array(0, np.int64), size, np.array(1, np.int64))
        x = Gather()(flat, Multiply()(numbers, Add()(size, 1)), np.array(len(rest), np.int64))
        labels = (*(labels[i] for i in rest), name)
    return x, labels


def _product(a: Value, of_a: Labels, b: Value, of_b: Labels, kept: set[str]) -> tuple[Value, Labels]:
    a, of_a = _summed(a, of_a, kept | set(of_b))
    b, of_b = _summed(b, of_b, kept | set(of_a))
    batch = tuple(label for label in of_a if label in of_b and label in kept)
    along = tuple(label for label in of_a if label in of_b and label not in kept)
    rows = tuple(label for label in of_a if label not in of_b)
    columns = tuple(label for label in of_b if label not in of_a)
    if not along:
        order = (*batch, *rows, *columns)
        return Multiply()(_spread(a, of_a, order), _spread(b, of_b, order)), order
    left = _matrix(_ordered(a, of_a, (*batch, *rows, *along)), len(batch), len(rows), len(along))
    right = _matrix(_ordered(b, of_b, (*batch, *along, *columns)), len(batch), len(along), len(columns))
    made = MatMul()(left, right)
    sizes = [_parts(ShapeOf()(made), range(len(batch)))] if batch else []
    sizes += [_sizes(a, of_a, rows)] if rows else []
    sizes += [_sizes(b, of_b, columns)] if columns else []
    shape = Concat(0)(*sizes) if sizes else made.graph.constant(np.zeros(0, np.int64))
    return Reshape()(made, shape), (*batch, *rows, *columns)


def _summed(x: Value, labels: Labels, wanted: set[str]) -> tuple[Value, Labels]:
    """Without the labels that nobody wants, over which x alone is summed."""
    over = [i for i, label in enumerate(labels) if label not in wanted]
    if not over:
        return x, labels
    return ReduceSum()(x, np.array(over, np.int64)), tuple(label for label in labels if label in wanted)


def _matrix(x: Value, batch: int, rows: int, columns: int) -> Value:
    """Axes joined to those of a batch of matrices."""
    if (rows, columns) == (1, 1):
        return x
    shape = ShapeOf()(x)
    groups = (range(batch, batch + rows), range(batch + rows, batch + rows + columns))
    sizes = [_parts(shape, range(batch))] if batch else []
    sizes += [ReduceProd(True)(_parts(shape, group), np.array([0], np.int64)) for group in groups]
    return Reshape()(x, Concat(0)(*sizes))


def _ordered(x: Value, labels: Labels, wanted: Labels) -> Value:
    order = [labels.index(label) for label in wanted]
    return x if order == sorted(order) else Transpose()(x, np.array(order, np.int64))


def _spread(x: Value, labels: Labels, order: Labels) -> Value:
    """x with axes of one element for the labels that it lacks."""
    own = _ordered(x, labels, tuple(label for label in order if label in labels))
    new = [i for i, label in enumerate(order) if label not in labels]
    return Unsqueeze()(own, np.array(new, np.int64)) if new else own


def _sizes(x: Value, labels: Labels, wanted: Labels) -> Value:
    return _parts(ShapeOf()(x), [labels.index(label) for label in wanted])


def _parts(numbers: Value, places: Sequence[int]) -> Value:
    return Gather()(numbers, np.array(list(places), np.int64), np.array(0, np.int64))
