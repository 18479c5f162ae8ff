"""Operations that change nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import AvgPool, Concat, Gather, MaxPool, Pad, Slice, StridedSlice, Transpose
from dldt.compiler.ops.elementwise import Binary
from dldt.compiler.traits import Trait
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import Kind, Kinds, node
from dldt.passes.rewrite import Rewrite


def _binary(value: Value) -> Value | None:
    """The operand that the other one, which is neutral, leaves as it is."""
    op, (a, b) = value.op, value.inputs
    assert isinstance(op, Binary)
    if op.neutral is None:
        return None
    if _is_filled(b, op.neutral):
        return a
    return b if op.has(Trait.COMMUTATIVE) and _is_filled(a, op.neutral) else None


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


_SOURCES: tuple[tuple[Kind, Callable[[Value], Value | None]], ...] = (
    (Trait.IDENTITY_IF_TYPED_ALIKE, lambda value: value.inputs[0]),
    (Binary, _binary),
    (Transpose, _transpose),
    (Concat, _concat),
    (Pad, _pad),
    (Slice, _slice),
    (StridedSlice, _slice),
    (Gather, _gather),
    (MaxPool, _pool),
    (AvgPool, _pool),
)


@transform
class RemoveIdentities(Rewrite[Match]):
    """An operation that gives back its input goes.

    ::

        x → Reshape to x's shape | Transpose [0,1,2] | Convert to x's type | + 0 | * 1 | / 1 | - 0 | ^ 1
            | Maximum with -inf | Minimum with inf | Pad by 0 | Concat of one | Split in one | Slice of all
            | Gather of all, in order | Broadcast, Tile to x's shape | Reduce over axes of size 1, kept | pool of 1×1
            → y                                                                                         x → y
    """

    pattern = node(tuple(kind for kind, _ in _SOURCES))

    def rewrite(self, match: Match) -> Value | None:
        """The input that equals the output."""
        value = match.root
        outputs = value.node.outputs
        if any(v.uses or v.names for v in outputs[1:]):
            return None
        find = next(find for kind, find in _SOURCES if value.op in Kinds.of(kind))
        source = find(value)
        return source if source is not None and source.type == value.type else None
