"""Attention and MultiHeadAttention, and the former with quantised weights."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.comparison import LessEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.split import Split, VariadicSplit
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.microsoft.domain import MICROSOFT
from dldt.frontends.onnx.ops.microsoft.heads import Heads, beyond, hidden, joined, later, outside, split
from dldt.frontends.onnx.ops.microsoft.matmul import matmul_integer_to_float

_FILTER = -10000.0
"""What is added to scores that are masked, where the node does not say."""


@ONNX.imports("Attention", domain=MICROSOFT)
def attention(
    input: Value,
    weights: Value,
    bias: Value | None = None,
    mask_index: Value | None = None,
    past: Value | None = None,
    attention_bias: Value | None = None,
    past_sequence_length: Value | None = None,
    *,
    num_heads: int,
    do_rotary: int | None = None,
    mask_filter_value: float | None = None,
    past_present_share_buffer: int | None = None,
    qkv_hidden_sizes: tuple[int, ...] | None = None,
    rotary_embedding_dim: int | None = None,
    scale: float | None = None,
    unidirectional: int = 0,
    context: Context,
) -> tuple[Value, ...]:
    """Queries, keys and values are one product of the input [B,S,D] with weights [D,3*H]; ``past`` and ``present`` are
    keys and values [2,B,N,T,h]."""
    _refuse(do_rotary=do_rotary, past_present_share_buffer=past_present_share_buffer)
    product = MatMul()(input, weights)
    made = product if bias is None else Add()(product, bias)
    amount = _FILTER if mask_filter_value is None else mask_filter_value
    heads = Heads(num_heads, scale)
    return _of_one_product(made, heads, qkv_hidden_sizes, mask_index, past, attention_bias, amount, unidirectional)[
        : context.outputs
    ]


@ONNX.imports("QAttention", domain=MICROSOFT)
def q_attention(
    input: Value,
    weight: Value,
    bias: Value,
    input_scale: Value,
    weight_scale: Value,
    mask_index: Value | None = None,
    input_zero_point: Value | None = None,
    weight_zero_point: Value | None = None,
    past: Value | None = None,
    *,
    num_heads: int,
    do_rotary: int | None = None,
    mask_filter_value: float | None = None,
    past_present_share_buffer: int | None = None,
    scale: float | None = None,
    unidirectional: int = 0,
    context: Context,
) -> tuple[Value, ...]:
    """As before, of a quantised input and weights."""
    _refuse(do_rotary=do_rotary, past_present_share_buffer=past_present_share_buffer)
    made = matmul_integer_to_float(input, weight, input_scale, weight_scale, input_zero_point, weight_zero_point, bias)
    amount = _FILTER if mask_filter_value is None else mask_filter_value
    heads = Heads(num_heads, scale)
    return _of_one_product(made, heads, None, mask_index, past, None, amount, unidirectional)[: context.outputs]


@ONNX.imports("MultiHeadAttention", domain=MICROSOFT)
def multi_head_attention(
    query: Value,
    key: Value | None = None,
    value: Value | None = None,
    bias: Value | None = None,
    key_padding_mask: Value | None = None,
    attention_bias: Value | None = None,
    past_key: Value | None = None,
    past_value: Value | None = None,
    past_sequence_length: Value | None = None,
    cache_indirection: Value | None = None,
    *,
    num_heads: int,
    mask_filter_value: float | None = None,
    scale: float | None = None,
    unidirectional: int = 0,
    context: Context,
) -> tuple[Value, ...]:
    """query [B,S,N*h] or, with keys and values, [B,S,N,3,h]; key [B,T,N*h], [B,N,T,h] or, with values, [B,T,N,2,h];
    bias is that of all three. The outputs: [B,S,N*h], and the keys and values behind those of the past."""
    if cache_indirection is not None or context.outputs > 3:
        raise UnsupportedError("a beam search's cache_indirection and the output qk are not supported")
    q, k, v = _three(query, key, value, bias, num_heads)
    k, v = joined(past_key, k), joined(past_value, v)
    amount = _FILTER if mask_filter_value is None else mask_filter_value
    added = _masks(key_padding_mask, q, k, amount, unidirectional)
    added += [attention_bias] if attention_bias is not None else []
    return (Heads(num_heads, scale).attend(q, k, v, added), k, v)[: context.outputs]


def _of_one_product(
    made: Value,
    heads: Heads,
    sizes: tuple[int, ...] | None,
    mask: Value | None,
    past: Value | None,
    attention_bias: Value | None,
    amount: float,
    unidirectional: int,
) -> tuple[Value, Value]:
    """The result for queries, keys and values [B,S,…] that lie behind one another, and the present."""
    axis = np.array(2, np.int64)
    if sizes:
        parts = VariadicSplit().all(made, axis, np.array(sizes, np.int64))
    else:
        parts = Split(3).all(made, axis)
    q, k, v = (split(part, heads.count) for part in parts)
    if past is not None:
        before = [Gather()(past, np.array(i, np.int64), np.array(0, np.int64)) for i in (0, 1)]
        k, v = joined(before[0], k), joined(before[1], v)
    added = _masks(mask, q, k, amount, unidirectional)
    added += [attention_bias] if attention_bias is not None else []
    first = np.array([0], np.int64)
    same = k.type.shape[-1] == v.type.shape[-1]
    present = Concat(0)(Unsqueeze()(k, first), Unsqueeze()(v, first)) if same else k
    return heads.attend(q, k, v, added), present


def _three(
    query: Value, key: Value | None, value: Value | None, bias: Value | None, heads: int
) -> tuple[Value, Value, Value]:
    """Queries, keys and values as [B,N,S,h]."""
    if key is None and query.type.rank == 5:
        if bias is not None:
            raise UnsupportedError("a bias of packed queries, keys and values is not supported")
        q, k, v = _unpacked(query, 3)
        return q, k, v
    if key is None or (value is None and key.type.rank != 5):
        raise InputError("MultiHeadAttention needs keys and values")
    biases = [None] * 3 if bias is None else _parts_of_bias(bias, query, value)
    q = split(_plus(query, biases[0]), heads)
    if value is None:
        if bias is not None:
            raise UnsupportedError("a bias of packed keys and values is not supported")
        k, v = _unpacked(key, 2)
        return q, k, v
    k = key if key.type.rank == 4 else split(_plus(key, biases[1]), heads)
    v = value if value.type.rank == 4 else split(_plus(value, biases[2]), heads)
    return q, k, v


def _unpacked(x: Value, count: int) -> list[Value]:
    """[B,S,N,count,h] → count of [B,N,S,h]"""
    parts = Split(count).all(x, np.array(3, np.int64))
    turn = np.array([0, 2, 1, 3], np.int64)
    return [Transpose()(Squeeze()(part, np.array([3], np.int64)), turn) for part in parts]


def _parts_of_bias(bias: Value, query: Value, value: Value | None) -> list[Value | None]:
    """The bias [N*h + N*h + N*v] in three."""
    width, own = query.type.shape[-1], None if value is None or value.type.rank != 3 else value.type.shape[-1]
    if not isinstance(width, int):
        raise InputError(f"the width of {query.type} is not known")
    lengths = np.array([width, width, own if isinstance(own, int) else -1], np.int64)
    return list(VariadicSplit().all(bias, np.array(0, np.int64), lengths))


def _plus(x: Value, bias: Value | None) -> Value:
    return x if bias is None else Add()(x, bias)


def _masks(mask: Value | None, query: Value, key: Value, amount: float, unidirectional: int) -> list[Value]:
    """What is added to the scores [B,N,S,T]. The mask [B] counts keys, [2*B] has their ends and starts, [B,T],
    [B,S,T] and [B,1,M,M] are 0 for what is hidden."""
    dtype = query.type.dtype
    added = [] if mask is None else [hidden(_hidden_keys(mask, query, key), amount, dtype)]
    if unidirectional:
        added.append(hidden(later(query, key), None, dtype))
    return added


def _hidden_keys(mask: Value, query: Value, key: Value) -> Value:
    if mask.type.rank == 1:
        return _by_lengths(mask, query, key)
    if mask.type.rank == 4:
        raise UnsupportedError("a mask of four dims is not supported")
    axes = {2: [1, 2], 3: [1]}.get(mask.type.rank)
    if axes is None:
        raise InputError(f"the mask is {mask.type}; attention takes one of 1 to 4 dims")
    return LessEqual()(Unsqueeze()(Convert(DType.i32)(mask), np.array(axes, np.int64)), np.array(0, np.int32))


def _by_lengths(mask: Value, query: Value, key: Value) -> Value:
    count, batch = mask.type.shape[0], query.type.shape[0]
    if count == batch:
        return beyond(mask, key)
    if count == batch * 2:
        ends, starts = Split(2).all(mask, np.array(0, np.int64))
        return outside(ends, starts, key)
    raise UnsupportedError(f"a mask {mask.type} for a batch of {batch} is not supported")


def _refuse(**given: int | None) -> None:
    for name, value in given.items():
        if value:
            raise UnsupportedError(f"{name} = {value} is not supported")
