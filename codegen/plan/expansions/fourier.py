"""Fourier transforms taken apart: along each axis a product with a matrix, or two where there are many numbers."""

from __future__ import annotations

import math

import attrs
import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.fourier_tables import (
    Table,
    matrix,
    pairs_to_pairs,
    pairs_to_reals,
    reals_to_pairs,
    twiddles,
)
from dldt.codegen.plan.given import FIRST, converted, given, number, scalar, size_of
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.axes import known_ints
from dldt.compiler.ops.fourier import Fourier

DIRECT = 256
"""Transforms of more numbers are made of two stages, where their number is a product."""
LARGEST = 2048
"""The most numbers of one stage: their matrix has four times the square of it."""

_ONE, _LAST = np.array([1]), np.array([-1])


@attrs.frozen
class _Along:
    """An axis of a transform, and to how many numbers it is cut or filled (None: as many as there are)."""

    axis: int
    size: Value | None


@expands(ops.DFT, ops.IDFT)
def expand_dft(node: Node) -> tuple[Value, ...]:
    """One axis after the other."""
    x, sign = given(node)[0], -1 if isinstance(node.op, ops.DFT) else 1
    for along in _axes(node, int(x.type.rank) - 1):
        x = _complex(x, along, sign)
    return (x,)


@expands(ops.RDFT)
def expand_rdft(node: Node) -> tuple[Value, ...]:
    """The last axis first: its numbers are real."""
    x = given(node)[0]
    *others, last = _axes(node, x.type.rank)
    x = _real(x, last)
    for along in others:
        x = _complex(x, along, -1)
    return (x,)


@expands(ops.IRDFT)
def expand_irdft(node: Node) -> tuple[Value, ...]:
    """The last axis at the end: its numbers become real."""
    x = given(node)[0]
    *others, last = _axes(node, x.type.rank - 1)
    for along in others:
        x = _complex(x, along, 1)
    return (_back(x, last),)


def _axes(node: Node, rank: int) -> list[_Along]:
    inputs = given(node)
    assert isinstance(node.op, Fourier)
    axes = [axis % rank for axis in known_ints(inputs[1].type, "axes", node.op.type)]
    if len(inputs) < 3:
        return [_Along(axis, None) for axis in axes]
    numbers = inputs[2].type.value or (None,) * len(axes)
    found = [ops.Gather()(inputs[2], number(i), number(0)) for i in range(len(axes))]
    return [
        _Along(axis, None if known == -1 else scalar(size))
        for axis, known, size in zip(axes, numbers, found, strict=True)
    ]


def _complex(x: Value, along: _Along, sign: int) -> Value:
    """The pairs along an axis, transformed; back (sign 1) each is a mean."""
    rank = x.type.rank
    moved, order = _moved(x, along.axis, rank - 2)
    here = size_of(moved, rank - 2)
    n = here if along.size is None else along.size
    data, used = _cut(moved, rank - 2, here, along.size)
    known = n.type.value
    if known is not None and isinstance(known[0], int) and known[0] > DIRECT:
        made = _staged(_filled(data, known[0]), known[0], sign)
    else:
        made = _multiplied(data, pairs_to_pairs(sign), used, n, n, 2, 2)
    if sign > 0:
        made = ops.Divide()(made, converted(n, x.type.dtype))
    return ops.Transpose()(made, np.argsort(order))


def _real(x: Value, along: _Along) -> Value:
    """The first half of the transform of real numbers, as pairs."""
    rank = x.type.rank
    here = size_of(x, along.axis)
    n = here if along.size is None else along.size
    half = ops.Add()(ops.Divide()(n, number(2)), number(1))
    known = n.type.value
    if known is not None and isinstance(known[0], int) and known[0] > DIRECT:
        zeros = ops.Multiply()(x, np.array(0, x.type.dtype.numpy))
        pairs = ops.Concat(rank)(ops.Unsqueeze()(x, _LAST), ops.Unsqueeze()(zeros, _LAST))
        whole = _complex(pairs, along, -1)
        return ops.Slice()(whole, FIRST, ops.Reshape()(half, _ONE), _ONE, np.array([along.axis]))
    moved, order = _moved(x, along.axis, rank - 1)
    data, used = _cut(moved, rank - 1, here, along.size)
    made = _multiplied(data, reals_to_pairs, used, half, n, 1, 2)
    return ops.Transpose()(made, np.append(np.argsort(order), rank))


def _back(x: Value, along: _Along) -> Value:
    """The real numbers of which x is the first half of the transform."""
    rank = x.type.rank
    here = size_of(x, along.axis)
    n = ops.Multiply()(ops.Subtract()(here, number(1)), number(2)) if along.size is None else along.size
    half = ops.Add()(ops.Divide()(n, number(2)), number(1))
    moved, order = _moved(x, along.axis, rank - 2)
    data, used = _cut(moved, rank - 2, here, half)
    known = n.type.value
    if known is not None and isinstance(known[0], int) and known[0] > DIRECT:
        whole = _mirrored(_filled(data, known[0] // 2 + 1), known[0])
        made = ops.Gather()(_staged(whole, known[0], 1), number(0), _LAST[0])
    else:
        made = ops.MatMul()(_joined(data, 2), matrix(pairs_to_reals, used, n, n, x.type.dtype))
    made = ops.Divide()(made, converted(n, x.type.dtype))
    result: Value = ops.Transpose()(made, np.argsort(order[:-1]))
    return result


def _multiplied(x: Value, table: Table, rows: Value, columns: Value, n: Value, parts: int, made: int) -> Value:
    """The product with a matrix; ``parts`` and ``made`` numbers belong together before and after it."""
    product = ops.MatMul()(_joined(x, parts), matrix(table, rows, columns, n, x.type.dtype))
    groups = _or_rest(product.type.shape[-1] // made)
    return ops.Reshape(True)(product, np.array([0] * (product.type.rank - 1) + [groups, made]))


def _joined(x: Value, parts: int) -> Value:
    """The pairs of the last axis as one row of numbers."""
    if parts == 1:
        return x
    return ops.Reshape(True)(x, np.array([0] * (x.type.rank - 2) + [_or_rest(x.type.shape[-2] * parts)]))


def _or_rest(size: Dim) -> int:
    """What Reshape is told of a size: of no elements, it cannot tell what the rest is."""
    return size if isinstance(size, int) else -1


def _staged(x: Value, n: int, sign: int) -> Value:
    """[.., n, 2] transformed in two stages, by Cooley and Tukey: number j1*b + j2 goes to k1 + a*k2."""
    a = _factor(n)
    if n <= DIRECT or a == 1:
        if n > LARGEST:
            raise UnsupportedError(
                f"a Fourier transform of {n} numbers, which is no product of smaller sizes: at most {LARGEST} are "
                f"supported; cut or fill the signal to a size with small factors"
            )
        size = x.graph.constant(number(n))
        return _multiplied(x, pairs_to_pairs(sign), size, size, size, 2, 2)
    b, rank = n // a, x.type.rank
    swap = [*range(rank - 2), rank - 1, rank - 2, rank]
    parts = ops.Transpose()(ops.Reshape(True)(x, np.array([0] * (rank - 2) + [a, b, 2])), np.array(swap))
    first = _staged(parts, a, sign)  # [.., b, a, 2]
    straight, crossed = (part.astype(x.type.dtype.numpy) for part in twiddles(b, a, sign))
    turned = ops.Gather()(first, np.array([1, 0]), _LAST[0])
    turned = ops.Add()(ops.Multiply()(first, straight), ops.Multiply()(turned, crossed))
    second = _staged(ops.Transpose()(turned, np.array(swap)), b, sign)  # [.., a, b, 2]
    return ops.Reshape(True)(ops.Transpose()(second, np.array(swap)), np.array([0] * (rank - 2) + [n, 2]))


def _factor(n: int) -> int:
    """The largest divisor of n up to its root."""
    return next(a for a in range(math.isqrt(n), 0, -1) if n % a == 0)


def _mirrored(x: Value, n: int) -> Value:
    """The whole spectrum [.., n, 2] of real numbers, from its first half."""
    axis = np.array([x.type.rank - 2])
    behind = ops.Slice()(x, np.array([(n + 1) // 2 - 1]), FIRST, _LAST, axis)
    return ops.Concat(x.type.rank - 2)(x, ops.Multiply()(behind, np.array([1, -1], x.type.dtype.numpy)))


def _moved(x: Value, axis: int, last: int) -> tuple[Value, np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """The axis put behind those before ``last``, and the order that did it."""
    rest = [i for i in range(x.type.rank) if i != axis]
    order = np.array([*rest[:last], axis, *rest[last:]])
    return ops.Transpose()(x, order), order


def _cut(x: Value, axis: int, here: Value, wanted: Value | None) -> tuple[Value, Value]:
    """As many numbers along the axis as there are, and as are wanted; and how many these are."""
    if wanted is None:
        return x, here
    used = ops.Minimum()(here, wanted)
    return ops.Slice()(x, FIRST, ops.Reshape()(used, _ONE), _ONE, np.array([axis])), used


def _filled(x: Value, n: int) -> Value:
    """[.., n, 2] with zeros behind."""
    rank = x.type.rank
    ends = np.zeros(rank, np.int64)
    room = ops.Subtract()(x.graph.constant(number(n)), size_of(x, rank - 2))
    place = np.eye(rank, dtype=np.int64)[rank - 2]
    result: Value = ops.Pad("constant")(x, ends, ops.Multiply()(ops.Reshape()(room, _ONE), place))
    return result
