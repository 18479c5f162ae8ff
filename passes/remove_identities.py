"""Operations that change nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops import (
    Add,
    AvgPool,
    Broadcast,
    Concat,
    Convert,
    Divide,
    Gather,
    Maximum,
    MaxPool,
    Minimum,
    Multiply,
    Pad,
    Power,
    ReduceMax,
    ReduceMean,
    ReduceMin,
    ReduceProd,
    ReduceSum,
    Reshape,
    Slice,
    Split,
    Squeeze,
    StridedSlice,
    Subtract,
    Tile,
    Transpose,
    Unsqueeze,
    VariadicSplit,
)
from dldt.passes.base import transform
from dldt.passes.pattern import Match, node
from dldt.passes.rewrite import Rewrite


def _whole(value: Value) -> Value | None:
    """For operations that are the identity as soon as the shape stays."""
    return value.inputs[0]


def _neutral(constant: float, *, commutative: bool) -> Callable[[Value], Value | None]:
    def source(value: Value) -> Value | None:
        a, b = value.inputs
        if _is_filled(b, constant):
            return a
        return b if commutative and _is_filled(a, constant) else None

    return source


def _is_filled(value: Value | None, constant: float) -> bool:
    array = None if value is None else value.constant
    return array is not None and array.size > 0 and bool(np.all(array == constant))


def _transpose(value: Value) -> Value | None:
    order = _ints(value.inputs[1])
    return value.inputs[0] if order is not None and list(order) == list(range(len(order))) and order else None


def _concat(value: Value) -> Value | None:
    """One input, or all others of no elements along the axis."""
    given = [v for v in value.inputs if v is not None]
    filled = [v for v in given if 0 not in v.type.shape]
    return (filled or given)[0] if len(given) == 1 or len(filled) == 1 else None


def _pad(value: Value) -> Value | None:
    begin, end = _ints(value.inputs[1]), _ints(value.inputs[2])
    return value.inputs[0] if begin is not None and end is not None and not any(begin + end) else None


def _slice(value: Value) -> Value | None:
    """With positive steps, a slice of the same shape takes everything."""
    if len(value.inputs) < 4 or value.inputs[3] is None:
        return value.inputs[0]
    steps = _ints(value.inputs[3])
    return value.inputs[0] if steps is not None and all(step == 1 for step in steps) else None


def _gather(value: Value) -> Value | None:
    indices = value.inputs[1]
    array = None if indices is None else indices.constant
    whole = array is not None and array.ndim == 1 and np.array_equal(array, np.arange(array.size))
    return value.inputs[0] if whole else None


def _pool(value: Value) -> Value | None:
    op = value.op
    assert isinstance(op, AvgPool | MaxPool)
    return value.inputs[0] if set(op.kernel) | set(op.strides) == {1} and not any(op.pads_begin + op.pads_end) else None


def _ints(value: Value | None) -> tuple[int, ...] | None:
    array = None if value is None else value.constant
    return None if array is None else tuple(int(item) for item in array.ravel())


_BY_SHAPE: tuple[type[Op], ...] = (
    *(Broadcast, Convert, Reshape, Squeeze, Unsqueeze, Tile, Split, VariadicSplit),
    *(ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum),
)

_SOURCES: dict[type[Op], Callable[[Value], Value | None]] = {
    Add: _neutral(0, commutative=True),
    Subtract: _neutral(0, commutative=False),
    Multiply: _neutral(1, commutative=True),
    Divide: _neutral(1, commutative=False),
    Power: _neutral(1, commutative=False),
    Maximum: _neutral(-np.inf, commutative=True),
    Minimum: _neutral(np.inf, commutative=True),
    Transpose: _transpose,
    Concat: _concat,
    Pad: _pad,
    Slice: _slice,
    StridedSlice: _slice,
    Gather: _gather,
    MaxPool: _pool,
    AvgPool: _pool,
    **dict.fromkeys(_BY_SHAPE, _whole),
}


@transform
class RemoveIdentities(Rewrite):
    """An operation that gives back its input goes.

    ::

        x → Reshape to x's shape | Transpose [0,1,2] | Convert to x's type | + 0 | * 1 | / 1 | - 0 | ^ 1
            | Maximum with -inf | Minimum with inf | Pad by 0 | Concat of one | Split in one | Slice of all
            | Gather of all, in order | Broadcast, Tile to x's shape | Reduce over axes of size 1, kept | pool of 1×1
            → y                                                                                         x → y
    """

    pattern = node(tuple(_SOURCES))

    def rewrite(self, match: Match) -> Value | None:
        """The input that equals the output."""
        value = match.root
        outputs = value.node.outputs
        if any(v.uses or v.names for v in outputs[1:]):
            return None
        source = _SOURCES[type(value.op)](value)
        return source if source is not None and source.type == value.type else None
