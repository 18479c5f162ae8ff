"""Normalisations over the last axis, joined with additions and look-ups."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.normalization import MVN
from dldt.compiler.ops.reduce import ReduceMean, ReduceSum
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.gathering import numbers_along
from dldt.frontends.onnx.ops.microsoft.domain import MICROSOFT
from dldt.frontends.onnx.ops.normalization import layer_normalization_17

_EPSILON = 9.999999960041972e-13
_LAST = np.array([-1], np.int64)


@ONNX.imports("LayerNormalization", since=1, until=16)
def layer_normalization_1(
    X: Value,
    Scale: Value,
    B: Value | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
    context: Context,
) -> tuple[Value, ...]:
    """As ONNX defines it since operation set 17; onnxruntime's optimiser writes it into older models."""
    return layer_normalization_17(X, Scale, B, axis=axis, epsilon=epsilon, stash_type=stash_type, context=context)


@ONNX.imports("SimplifiedLayerNormalization", since=1)
def simplified_layer_normalization_1(
    X: Value, scale: Value, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1, context: Context
) -> tuple[Value, ...]:
    """X / sqrt(mean of X * X + epsilon) * scale, over the axes from ``axis`` on; and the reciprocal of the root."""
    rank = X.type.rank
    if not -rank <= axis < rank:
        raise InputError(f"axis {axis} is outside rank {rank}")
    along = np.arange(axis % rank, rank, dtype=np.int64)
    root = _root(X, along, epsilon)
    made = Multiply()(Divide()(X, root), scale)
    return (made,) if context.outputs < 2 else (made, Divide()(np.asarray(1, X.type.dtype.numpy), root))


@ONNX.imports("SkipLayerNormalization", domain=MICROSOFT)
def skip_layer_normalization(
    input: Value,
    skip: Value,
    gamma: Value,
    beta: Value | None = None,
    bias: Value | None = None,
    *,
    epsilon: float = _EPSILON,
    context: Context,
) -> tuple[Value | None, ...]:
    """The layer normalisation of input + skip + bias; its fourth output is the sum."""
    total = _total(input, skip, bias)
    made = Multiply()(MVN(epsilon)(total, _LAST), gamma)
    return _with_sum(made if beta is None else Add()(made, beta), total, context)


@ONNX.imports("SkipSimplifiedLayerNormalization", domain=MICROSOFT)
def skip_simplified_layer_normalization(
    input: Value,
    skip: Value,
    gamma: Value,
    bias: Value | None = None,
    *,
    epsilon: float = _EPSILON,
    context: Context,
) -> tuple[Value | None, ...]:
    """(input + skip + bias) divided by the root of its mean square; its fourth output is the sum."""
    total = _total(input, skip, bias)
    return _with_sum(Multiply()(Divide()(total, _root(total, _LAST, epsilon)), gamma), total, context)


@ONNX.imports("EmbedLayerNormalization", domain=MICROSOFT)
def embed_layer_normalization(
    input_ids: Value,
    segment_ids: Value | None,
    word_embedding: Value,
    position_embedding: Value,
    segment_embedding: Value | None,
    gamma: Value,
    beta: Value,
    mask: Value | None = None,
    position_ids: Value | None = None,
    *,
    epsilon: float = _EPSILON,
    mask_index_type: int | None = None,
    context: Context,
) -> tuple[Value | None, ...]:
    """The layer normalisation of the sum of the embeddings; the number of ones in each row of the mask; the sum."""
    zero = np.array(0, np.int64)
    positions = numbers_along(input_ids, 1) if position_ids is None else position_ids
    total = Add()(Gather()(word_embedding, input_ids, zero), Gather()(position_embedding, positions, zero))
    if segment_ids is not None and segment_embedding is not None:
        total = Add()(total, Gather()(segment_embedding, segment_ids, zero))
    made = Add()(Multiply()(MVN(epsilon)(total, _LAST), gamma), beta)
    if context.outputs < 2:
        return (made,)
    return (made, _ones(input_ids, mask), total)[: context.outputs]


def _ones(ids: Value, mask: Value | None) -> Value:
    """The number of ones in each row of the mask, 0 without a mask: i32[batch]."""
    if mask is not None:
        return ReduceSum(False)(Convert(DType.i32)(mask), np.array([1], np.int64))
    batch = Gather()(ShapeOf()(ids), np.array([0], np.int64), np.array(0, np.int64))
    return Broadcast()(np.array(0, np.int32), batch)


def _total(input: Value, skip: Value, bias: Value | None) -> Value:
    total = Add()(input, skip)
    return total if bias is None else Add()(total, bias)


def _root(x: Value, axes: np.ndarray[tuple[int], np.dtype[np.int64]], epsilon: float) -> Value:
    return Sqrt()(Add()(ReduceMean(True)(Multiply()(x, x), axes), epsilon))


def _with_sum(made: Value, total: Value, context: Context) -> tuple[Value | None, ...]:
    """The outputs: between the result and the sum are statistics for training, which nobody makes."""
    if any(context.node.outputs[1:3]):
        raise UnsupportedError("the mean and the deviation are asked for, which onnxruntime does not compute either")
    return (made, None, None, total)[: context.outputs]
