"""Contractions of bytes, which the operation set writes as contractions of floats, summed as integers."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from dldt.codegen.llvm.arithmetic import ARITHMETICS
from dldt.codegen.loop.integer_contraction import (
    OTHER_BYTES,
    SUMS,
    IntegerConvolution,
    IntegerGroupConvolution,
    IntegerMatMul,
)
from dldt.codegen.plan.computed_product import computed_product
from dldt.codegen.target import Target
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType
from dldt.passes.integers import BYTES, Bytes, bytes_of, integer_weights, sums_integers

_MOST = 2**31 - 1
_MANY = 32
"""The least number of outputs beside which the sums of the data cost little."""


def sum_integers(graph: Graph, target: Target) -> Graph:
    """The graph with integer contractions in place of those of floats that hold bytes; a copy if there are any.

    ::

        Convolution(Convert(x) - z, w) + b   →   Convert(IntegerConvolution(x, w) + (b - z · Σ w))
        Transpose(Convert(x) - z)            →   Convert(Transpose(x)) - z                            likewise Reshape

    Sums of floats are exact up to 2^24, sums of integers up to 2^31.
    """
    graph = _movements_first(_drop_clamps(graph))
    if not any(sums_integers(node.outputs[0]) for inner in graph.walk() for node in inner.order() if node.outputs):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in inner.order():
            if node.outputs and type(node.op) in _KINDS and sums_integers(node.outputs[0]):
                _replace(inner, node, target)
        inner.prune()
    return made


def _drop_clamps(graph: Graph) -> Graph:
    """The graph without clamps to the range of the bytes that their results are converted to: conversion saturates."""
    if not any(_is_vain(node) for inner in graph.walk() for node in inner.order()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in inner.order():
            if _is_vain(node):
                (x,) = node.inputs
                assert x is not None
                inner.replace(node.outputs[0], x)
        inner.prune()
    return made


def _movements_first(graph: Graph) -> Graph:
    """The graph with what only moves elements before bytes become floats, so that contractions find the bytes."""
    if not any(_moves_floats(node) for inner in graph.walk() for node in inner.order()):
        return graph
    made = graph.copy()
    for inner in made.walk():
        for node in inner.order():
            if _moves_floats(node):
                _move(inner, node)
        inner.prune()
    return made


def _moves_floats(node: Node) -> bool:
    """Whether a node moves the elements of bytes that became floats."""
    if not node.op.has(Trait.PERMUTATION) or not node.inputs or len(node.outputs) != 1:
        return False
    found = None if node.inputs[0] is None else bytes_of(node.inputs[0])
    return found is not None and isinstance(found.zero, int)


def _move(graph: Graph, node: Node) -> None:
    first, *others = node.inputs
    assert first is not None
    found = bytes_of(first)
    assert found is not None
    wide: Value = ops.Convert(DType.f32)(node.op(found.data, *others, name=node.name))
    if found.zero:
        wide = ops.Subtract()(wide, np.asarray(found.zero, np.float32))
    graph.replace(node.outputs[0], wide)


def _is_vain(node: Node) -> bool:
    op, user = node.op, _only_user(node.outputs[0]) if node.outputs else None
    if not isinstance(op, ops.Clamp) or user is None or not isinstance(user.op, ops.Convert):
        return False
    dtype = user.types[0].dtype
    if dtype not in BYTES or not node.types[0].dtype.is_float:
        return False
    return (op.min, op.max) == dtype.bounds


def _replace(graph: Graph, node: Node, target: Target) -> None:
    """Put the integer contraction in the place of the node, and of what behind it is exact in integers too."""
    x, w = (v for v in node.inputs[:2] if v is not None)
    data = bytes_of(x)
    assert data is not None
    known = integer_weights(w.constant)
    total = _constant_weights(node, data, w.constant, target) if known else computed_product(node, target)
    if total is None:
        return
    old = node.outputs[0]
    user = _only_user(old)
    if user is not None and isinstance(user.op, ops.Add):
        bias = next((v.constant for v in user.inputs if v is not None and v.constant is not None), None)
        if bias is not None and user.types[0] == old.type and _is_whole(bias):
            total, old = ops.Add()(total, bias.astype(np.int32)), user.outputs[0]
    user = _only_user(old)
    if user is not None and isinstance(user.op, ops.Convert) and user.types[0].dtype is SUMS:
        graph.replace(user.outputs[0], total)
        return
    if user is not None and isinstance(user.op, ops.Convert) and user.types[0].dtype is DType.f64:
        graph.replace(user.outputs[0], ops.Convert(DType.f64)(total, name=old.node.name))
        return
    graph.replace(old, ops.Convert(DType.f32)(total, name=old.node.name))


def _constant_weights(node: Node, data: Bytes, weights: Array | None, target: Target) -> Value | None:
    """The sums of products with constant weights; None where they may be beyond i32."""
    op = node.op
    assert weights is not None
    assert isinstance(op, ops.Convolution | ops.GroupConvolution | ops.MatMul)
    axes = op.output_channel_axes(weights.ndim)
    if isinstance(op, ops.MatMul) and (weights.ndim != 2 or op.transpose_a):
        return None
    others = tuple(k for k in range(weights.ndim) if k not in axes)
    if np.abs(weights.astype(np.int64)).sum(axis=others).max() * 2 * 255 > _MOST:
        return None
    whole = weights.astype(np.int16)
    shift = _shift(data.data.type.dtype, target)
    source, fields = data.data, _fields(op, data.data.type.rank)
    if not isinstance(op, ops.MatMul):
        source, fields = _padded(op, data, shift, weights)
    if _takes_words(op, data.data.type.dtype, weights, target) and not shift:
        source = ops.Convert(DType.i16)(source)
    contraction = _KINDS[type(op)](**fields, shift=shift)
    centre = _centre(op, whole, others) if _is_fast(data.data.type.dtype, target) or shift else None
    sums: Value = contraction(source, whole if centre is None else whole - centre, name=node.name)
    each = weights.astype(np.int64).sum(axis=others).reshape(-1).astype(np.int32)
    shape = [1] * sums.type.rank
    shape[op.channel_axis(sums.type.rank)] = each.size
    each = each.reshape(shape)
    if centre is not None:
        ones = np.ones_like(whole.take([0], axis=axes[0]))
        share = ops.Multiply()(contraction(source, ones), centre.astype(np.int32).reshape(shape))
        sums = ops.Add()(sums, share)
    if isinstance(data.zero, int):
        moved = data.zero + shift
        return ops.Add()(sums, np.asarray(-moved * each, np.int32)) if moved else sums
    zero = ops.Convert(SUMS)(data.zero)
    moved_zero = ops.Add()(zero, np.asarray(shift, np.int32)) if shift else zero
    corrected: Value = ops.Subtract()(sums, ops.Multiply()(moved_zero, each))
    return corrected


def _centre(
    op: ops.Convolution | ops.GroupConvolution | ops.MatMul, weights: Array, others: tuple[int, ...]
) -> Array | None:
    """What is subtracted from each output's weights to make them signed bytes. The sums of the data, times it, are what
    is missing then: they are few beside many outputs. None where weights are signed bytes already, or cannot become
    some, or there are few outputs.

    ::

        Σ x · w   →   Σ x · (w - c) + c · Σ x
    """
    low, high = weights.min(axis=others, keepdims=True), weights.max(axis=others, keepdims=True)
    if isinstance(op, ops.GroupConvolution) or low.size < _MANY:
        return None
    least, most = DType.i8.bounds
    outside = (low < least) | (high > most)
    if not outside.any() or (high - low).max() > most - least:
        return None
    return np.where(outside, low - np.int16(least), np.int16(0))


_KINDS: dict[type, Any] = {
    ops.Convolution: IntegerConvolution,
    ops.GroupConvolution: IntegerGroupConvolution,
    ops.MatMul: IntegerMatMul,
}


def _fields(op: Any, rank: int) -> dict[str, Any]:
    return {field.name: getattr(op, field.name) for field in attrs.fields(type(op))}


def _padded(
    op: ops.Convolution | ops.GroupConvolution, data: Bytes, shift: int, weights: Array
) -> tuple[Value, dict[str, Any]]:
    """The data and the attributes of a convolution. Where the data's zero is not the kernel's, the data are padded by
    themselves."""
    x = data.data
    spatial = x.type.rank - 2
    where = op.window(x.type.shape[2:], weights.shape[weights.ndim - spatial :])
    begins, ends = where.pads_begin, where.pads_end
    fields = _fields(op, x.type.rank) | dict(auto_pad="explicit", pads_begin=begins, pads_end=ends)
    if data.zero == -shift or not any((*begins, *ends)):
        return x, fields
    fill = np.asarray(data.zero, x.type.dtype.numpy) if isinstance(data.zero, int) else data.zero
    pads = (np.array([0, 0, *pad], np.int64) for pad in (begins, ends))
    none = (0,) * spatial
    return ops.Pad("constant")(x, *pads, fill), fields | dict(pads_begin=none, pads_end=none)


def _shift(dtype: DType, target: Target) -> int:
    """What is added to bytes for the target to multiply four of them at a time by signed weights; 0 where it need not
    or cannot be."""
    other, shift = OTHER_BYTES[dtype]
    return shift if not _is_fast(dtype, target) and _is_fast(other, target) else 0


def _takes_words(op: Any, dtype: DType, weights: Array, target: Target) -> bool:
    """Whether bytes are widened to words where they are made, because the target multiplies words alone: they are read
    many times, and made once."""
    channelwise = isinstance(op, ops.GroupConvolution) and weights.shape[1:3] == (1, 1)
    return not channelwise and not _is_fast(dtype, target) and ARITHMETICS["i16i16"].available(target)


def _is_fast(dtype: DType, target: Target) -> bool:
    rows = (row for row in ARITHMETICS.values() if row.data is dtype and row.products == 4)
    return any(row.weights is DType.i8 and row.available(target) for row in rows)


def _only_user(value: Value) -> Node | None:
    return value.uses[0][0] if value.is_used_once else None


def _is_whole(array: Array) -> bool:
    return array.dtype.kind == "f" and bool((np.abs(array) <= 2**30).all() and (array == np.rint(array)).all())
