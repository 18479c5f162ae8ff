"""Transposes move towards the outputs, where they meet their inverses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.graph import Node, Value
from dldt.compiler.ops import MVN, Concat, MatMul, Pad, PReLU, Squeeze, StridedSlice, Transpose, Unsqueeze
from dldt.compiler.ops.reduce import Reduction
from dldt.compiler.ops.softmax import SoftmaxBase
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import Kind, Kinds, node
from dldt.passes.permutation import permutation
from dldt.passes.pointwise import as_convolution, is_pointwise
from dldt.passes.rewrite import Rewrite
from dldt.passes.with_attributes import with_attributes

_KINDS: tuple[Kind, ...] = (
    Trait.ELEMENTWISE,
    PReLU,
    Concat,
    Pad,
    StridedSlice,
    Reduction,
    SoftmaxBase,
    MVN,
    Squeeze,
    Unsqueeze,
)
_MOVING = Kinds.of(*_KINDS, Transpose)


@transform
class SinkTransposes(Rewrite[Match]):
    """An operation that works element by element, or along an axis that can be renamed, moves before the Transpose.

    ::

        x → Transpose → ReLU → y                        x → ReLU → Transpose → y
        x → Transpose(p) → Add(Transpose(p) ← z)        x, z → Add → Transpose(p)
        x → Transpose(p) → PReLU(slope)                 x → PReLU(slope in x's layout) → Transpose(p)
        x → Transpose(p) → SoftMax(axis)                x → SoftMax(p[axis]) → Transpose(p)
        x → Transpose(p) → ReduceMean(axes)             x → ReduceMean(p[axes]), where the other axes keep their order
        x → Transpose(p) → Squeeze(axes)                x → Squeeze(p[axes]) → Transpose(p without them)
        x → Transpose [0,2,3,1] → MatMul(w[C,K])        x → Convolution(w[K,C,1,1]) → Transpose [0,2,3,1]
        likewise Concat, Pad, StridedSlice, MVN, Unsqueeze, Reduce with kept dims; constants are transposed

    Other readers of the Transpose must be such that it moves behind them, too, or Transposes, which merge with it: else
    it would be done twice.
    """

    pattern = node(
        (*_KINDS, MatMul),
        where=lambda value: any(v is not None and isinstance(v.op, Transpose) for v in value.inputs),
    )

    def rewrite(self, match: Match) -> Value | None:
        """The operation on the untransposed values, transposed."""
        root = match.root
        order = _common_order(root)
        if order is None:
            return None
        sink = next((f for kind, f in _SINKS if root.op in Kinds.of(kind)), None)
        if isinstance(root.op, Squeeze | Unsqueeze):
            return _view(root, order)
        made = None if sink is None else sink(root, order)
        if made is None or made.type.rank != len(order):
            return made
        return Transpose()(made, np.array(order, np.int64))


def _common_order(root: Value) -> tuple[int, ...] | None:
    """The permutation of every transposed input; None where they differ, or where one has a reader that keeps it."""
    orders = set()
    for value in root.inputs:
        if value is None or not isinstance(value.op, Transpose):
            continue
        order = value.inputs[1]
        if order is None or order.constant is None or not _moves_on(value, root):
            return None
        orders.add(tuple(permutation(order.constant, value.type.rank).tolist()))
    return orders.pop() if len(orders) == 1 else None


def _moves_on(value: Value, root: Value) -> bool:
    """Whether the Transpose can move behind every reader, or merges with it."""
    return all(user.id == root.id or user.op in _MOVING or _is_dense(value, user) for user, _ in value.uses)


def _is_dense(value: Value, user: Node) -> bool:
    """Whether it is a matrix product along the channels, which ``value`` has moved to the end."""
    return isinstance(user.op, MatMul) and user.inputs[0] == value and is_pointwise(user.outputs[0])


def _source(value: Value | None) -> Value:
    """What the Transpose reads."""
    assert value is not None
    source = value.inputs[0]
    assert source is not None
    return source


def _elementwise(root: Value, order: tuple[int, ...]) -> Value | None:
    """Every input is transposed alike, or is a scalar, or is a constant that can be."""
    moved: list[Value | Array] = []
    for value in root.inputs:
        assert value is not None
        if isinstance(value.op, Transpose):
            moved.append(_source(value))
        elif value.constant is not None and value.constant.ndim <= len(order):
            moved.append(_untransposed(value.constant, order))
        elif value.type.rank == 0:
            moved.append(value)
        else:
            return None
    if root.type.rank != len(order):
        return None
    return root.op(*moved)


def _prelu(root: Value, order: tuple[int, ...]) -> Value | None:
    data, slope = root.inputs
    if data is None or slope is None or not isinstance(data.op, Transpose) or slope.constant is None:
        return None
    array = slope.constant
    if array.size == 1:
        return root.op(_source(data), array.reshape(-1))
    if array.ndim == 1 and array.shape[0] == data.type.shape[1]:
        array = array.reshape((-1,) + (1,) * (data.type.rank - 2))
    return root.op(_source(data), _untransposed(array, order))


def _concat(root: Value, order: tuple[int, ...]) -> Value | None:
    op = root.op
    assert isinstance(op, Concat)
    if not all(v is not None and (isinstance(v.op, Transpose) or v.constant is not None) for v in root.inputs):
        return None
    moved = [
        _source(v) if isinstance(v.op, Transpose) else _untransposed(np.asarray(v.constant), order)
        for v in root.inputs
        if v is not None
    ]
    return with_attributes(op, axis=order[op.axis % len(order)])(*moved)


def _along_axis(root: Value, order: tuple[int, ...]) -> Value | None:
    op = root.op
    assert isinstance(op, SoftmaxBase)
    return with_attributes(op, axis=order[op.axis % len(order)])(_source(root.inputs[0]))


def _pad(root: Value, order: tuple[int, ...]) -> Value | None:
    data, begin, end, *fill = root.inputs
    if data is None or begin is None or end is None or begin.constant is None or end.constant is None:
        return None
    if not isinstance(data.op, Transpose):
        return None
    back = np.argsort(order)
    return root.op(_source(data), begin.constant[back], end.constant[back], *fill)


def _strided(root: Value, order: tuple[int, ...]) -> Value | None:
    """Axis by axis: only begins, ends and strides, which are constants."""
    op = root.op
    assert isinstance(op, StridedSlice)
    data, *given = root.inputs
    numbers = [None if value is None else value.constant for value in given]
    odd = any((*op.new_axis_mask, *op.shrink_axis_mask, *op.ellipsis_mask))
    if odd or data is None or not isinstance(data.op, Transpose) or any(array is None for array in numbers):
        return None
    rows = [array.ravel() for array in numbers if array is not None]
    if len(rows) == 2:
        rows.append(np.ones_like(rows[0]))
    back, missing = np.argsort(order), len(order) - rows[0].size
    full = [np.append(row, np.full(missing, fill)).astype(np.int64) for row, fill in zip(rows, (0, 0, 1), strict=True)]
    masks = [
        np.append((*mask, *(0,) * (rows[0].size - len(mask))), np.ones(missing)).astype(np.int64)[back]
        for mask in (op.begin_mask, op.end_mask)
    ]
    made = StridedSlice(tuple(masks[0].tolist()), tuple(masks[1].tolist()))
    return made(_source(data), *(row[back] for row in full))


def _normalized(root: Value, order: tuple[int, ...]) -> Value | None:
    data, axes = root.inputs
    if data is None or axes is None or axes.constant is None or not isinstance(data.op, Transpose):
        return None
    return root.op(_source(data), np.array(sorted(order[int(axis)] for axis in axes.constant.ravel()), np.int64))


def _view(root: Value, order: tuple[int, ...]) -> Value | None:
    """A view without some axes of 1, or with more of them, which stand where they stood."""
    data, axes = root.inputs if len(root.inputs) == 2 else (None, None)
    if data is None or axes is None or axes.constant is None or not isinstance(data.op, Transpose):
        return None
    rank = max(len(order), root.type.rank)
    named = sorted(int(axis) % rank for axis in axes.constant.ravel())
    kept = [axis for axis in range(rank) if axis not in named]
    if isinstance(root.op, Squeeze):
        left = [order[axis] for axis in kept]
        made = root.op(_source(data), np.array(sorted(order[axis] for axis in named), np.int64))
        moved = [sorted(left).index(axis) for axis in left]
    else:
        made = root.op(_source(data), np.array(named, np.int64))
        behind = iter(kept[axis] for axis in order)
        moved = [axis if axis in named else next(behind) for axis in range(rank)]
    return made if moved == sorted(moved) else Transpose()(made, np.array(moved, np.int64))


def _dense(root: Value, order: tuple[int, ...]) -> Value | None:
    """The product along the last axis, which was the second, is a convolution of one tap."""
    return as_convolution(root) if is_pointwise(root) else None


def _reduce(root: Value, order: tuple[int, ...]) -> Value | None:
    op = root.op
    assert isinstance(op, Reduction)
    data, axes = root.inputs
    if data is None or axes is None or axes.constant is None or not isinstance(data.op, Transpose):
        return None
    moved = sorted(order[int(axis) % len(order)] for axis in axes.constant.ravel())
    left = [axis for axis in order if axis not in moved]
    if not op.keep_dims and left != sorted(left):
        return None
    return op(_source(data), np.array(moved, np.int64))


def _untransposed(array: Array, order: tuple[int, ...]) -> Array:
    """The constant that broadcasts before the Transpose as ``array`` does behind it."""
    if array.size == 1:
        return array.reshape(())
    full = array.reshape((1,) * (len(order) - array.ndim) + array.shape)
    return np.transpose(full, np.argsort(order))


_SINKS: tuple[tuple[Kind, Callable[[Value, tuple[int, ...]], Value | None]], ...] = (
    (PReLU, _prelu),
    (Concat, _concat),
    (Pad, _pad),
    (StridedSlice, _strided),
    (MVN, _normalized),
    (Reduction, _reduce),
    (MatMul, _dense),
    (SoftmaxBase, _along_axis),
    (Trait.ELEMENTWISE, _elementwise),
)
