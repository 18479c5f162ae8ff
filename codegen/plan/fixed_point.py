"""Fixed-point arithmetic, which the operation set writes in double precision, as integers of 32 bits."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.loop.rescaled import Rescaled
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.op import Op
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType
from dldt.passes.fixed_point import Scaling, scaling

_MOST = 2**31 - 1
_SMALL = (DType.i8, DType.u8, DType.i16, DType.u16)
_ARITHMETIC = (ops.Add, ops.Subtract, ops.Multiply)
_DEPTH = 64
"""The most operations between the sums of a kernel and its result."""


def rescale_integers(graph: Graph) -> Graph:
    """The graph with integers in place of the doubles that quantised kernels scale; a copy if there are any.

    ::

        Convert(i8)(Round(Floor(Convert(f64)(sums) * m + 0.5) * p) + z)   →   Convert(i8)(Clamp(Rescaled(sums) + z))

    Not where a number on the way may be beyond 32 bits.
    """
    if not any(_may_end(node) for inner in graph.walk() for node in inner.order()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in inner.order():
            if _may_end(node):
                _replace(inner, node)
        inner.prune()
    return made


@attrs.frozen
class _Integers:
    """An i32 value, and what no element is beyond."""

    value: Value
    most: int


def _may_end(node: Node) -> bool:
    """Whether doubles become integers here."""
    if not isinstance(node.op, ops.Convert) or not node.types[0].dtype.is_integer:
        return False
    return node.inputs[0] is not None and node.inputs[0].type.dtype is DType.f64


def _replace(graph: Graph, node: Node) -> None:
    (x,) = node.inputs
    dtype = node.types[0].dtype
    assert x is not None
    whole = _whole(x, _DEPTH) if dtype in (*_SMALL, DType.i32) else None
    if whole is None:
        return
    value = whole.value
    if dtype in _SMALL and not _is_within(value.op, dtype):
        value = ops.Clamp(*map(float, dtype.bounds))(value)
    if dtype is not DType.i32:
        value = ops.Convert(dtype)(value)
    graph.replace(node.outputs[0], value)


def _is_within(op: Op, dtype: DType) -> bool:
    """Whether the operation gives numbers of this type alone."""
    low, high = dtype.bounds
    return isinstance(op, ops.Clamp) and low <= op.min and op.max <= high


def _whole(x: Value, depth: int) -> _Integers | None:
    """The value as integers of 32 bits; None where it may hold others."""
    if x.constant is not None:
        return _constant(x.constant, x.graph)
    if not depth:
        return None
    found = scaling(x)
    if found is not None and found.x.type.shape == x.type.shape:
        return _rescaled(found, depth)
    op, inputs = x.op, x.node.inputs
    if isinstance(op, ops.Convert):
        return _converted(inputs[0], depth)
    if isinstance(op, _ARITHMETIC):
        return _combined(op, inputs, depth)
    if isinstance(op, ops.Clamp):
        return _bounded(op, inputs, depth)
    if isinstance(op, ops.ReduceSum):
        return _summed(x, depth)
    if op.has(Trait.PERMUTATION) and len(x.node.outputs) == 1:
        inner = _first(inputs, depth)
        return inner and _Integers(op(inner.value, *inputs[1:]), inner.most)
    return None


def _first(inputs: tuple[Value | None, ...], depth: int) -> _Integers | None:
    (x, *_) = inputs
    assert x is not None
    return _whole(x, depth - 1)


def _constant(array: Array, graph: Graph) -> _Integers | None:
    if array.dtype.kind != "f" or not array.size or not (array == np.rint(array)).all() or np.abs(array).max() > _MOST:
        return None
    return _Integers(graph.constant(array.astype(np.int32)), int(np.abs(array).max()))


def _converted(x: Value | None, depth: int) -> _Integers | None:
    assert x is not None
    if x.type.dtype.is_float:
        return _whole(x, depth - 1)
    if x.type.dtype in _SMALL:
        low, high = x.type.dtype.bounds
        return _Integers(ops.Convert(DType.i32)(x), int(max(-low, high)))
    return _Integers(x, _MOST) if x.type.dtype is DType.i32 else None


def _combined(op: Op, inputs: tuple[Value | None, ...], depth: int) -> _Integers | None:
    parts = [_whole(x, depth - 1) for x in inputs if x is not None]
    first, second = parts
    if first is None or second is None:
        return None
    most = first.most * second.most if isinstance(op, ops.Multiply) else first.most + second.most
    return _Integers(op(first.value, second.value), most) if most <= _MOST else None


def _bounded(op: ops.Clamp, inputs: tuple[Value | None, ...], depth: int) -> _Integers | None:
    inner = _first(inputs, depth)
    if inner is None:
        return None
    low, high = (min(max(bound, op.min), op.max) for bound in (-float(inner.most), float(inner.most)))
    if not low.is_integer() or not high.is_integer() or max(-low, high) > _MOST:
        return None
    return _Integers(op(inner.value), int(max(abs(low), abs(high))))


def _summed(x: Value, depth: int) -> _Integers | None:
    inner, source = _first(x.node.inputs, depth), x.node.inputs[0]
    assert source is not None
    terms, left = source.type.elements, x.type.elements
    if inner is None or not isinstance(terms, int) or not isinstance(left, int) or not left:
        return None
    most = inner.most * (terms // left)
    return _Integers(x.op(inner.value, *x.node.inputs[1:]), most) if most <= _MOST else None


def _rescaled(found: Scaling, depth: int) -> _Integers | None:
    inner = _whole(found.x, depth - 1)
    if inner is None:
        return None
    multiplier, left = found.multiplier, int(found.left.max(initial=0))
    if not multiplier.size or not (found.left == left).all() or inner.most << left > _MOST:
        return None
    exponent = np.broadcast_to(found.exponent, multiplier.shape)
    if exponent.any() and not exponent.all():
        return None
    value = inner.value
    if left:
        value = ops.Multiply()(value, np.asarray(1 << left, np.int32))
    made = Rescaled(shifts=bool(exponent.any()))(value, multiplier, exponent.astype(np.int32))
    return _Integers(made, ((inner.most << left) >> int(exponent.min())) + bool(exponent.any()))
