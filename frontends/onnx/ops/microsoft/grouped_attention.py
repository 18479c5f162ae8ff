"""GroupQueryAttention: several heads of queries share one of keys and values, which a cache keeps."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum, Minimum, Subtract
from dldt.compiler.ops.comparison import Equal, Greater, Less, LessEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalOr
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.split import VariadicSplit
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.microsoft.domain import MICROSOFT
from dldt.frontends.onnx.ops.microsoft.heads import Heads, hidden, joined, length, numbers, split
from dldt.frontends.onnx.ops.microsoft.rotary import rotated

_ZERO, _ONE = np.array(0, np.int64), np.array(1, np.int64)


@ONNX.imports("GroupQueryAttention", domain=MICROSOFT)
def group_query_attention(
    query: Value,
    key: Value | None,
    value: Value | None,
    past_key: Value | None,
    past_value: Value | None,
    seqlens_k: Value,
    total_sequence_length: Value,
    cos_cache: Value | None = None,
    sin_cache: Value | None = None,
    position_ids: Value | None = None,
    attention_bias: Value | None = None,
    head_sink: Value | None = None,
    k_scale: Value | None = None,
    v_scale: Value | None = None,
    q_norm_weight: Value | None = None,
    k_norm_weight: Value | None = None,
    query_seqlens: Value | None = None,
    *,
    num_heads: int,
    kv_num_heads: int,
    causal: int = 1,
    do_rotary: int | None = None,
    k_norm_epsilon: float | None = None,
    k_quant_type: str = "NONE",
    kv_cache_bit_width: int | None = None,
    local_window_size: int = -1,
    q_norm_epsilon: float | None = None,
    qk_norm_epsilon: float = 1e-6,
    qk_output: int = 0,
    rotary_interleaved: int | None = None,
    scale: float | None = None,
    sliding_window_cache: int = 0,
    smooth_softmax: int = -1,
    softcap: float | None = None,
    v_quant_type: str = "NONE",
    context: Context,
) -> tuple[Value, ...]:
    """query [B,S,N*h] and key, value [B,S,K*h], or all in one; past [B,K,P,h]. Row b has seqlens_k[b] + 1 keys, of
    which the last are new: they are placed behind those that the past has, and the cache becomes
    max(P, total_sequence_length) long. A query sees the keys up to its own place, or a window of them."""
    refused = {
        "head_sink": head_sink, "k_scale": k_scale, "v_scale": v_scale, "q_norm_weight": q_norm_weight,
        "k_norm_weight": k_norm_weight, "query_seqlens": query_seqlens,
    }  # fmt: skip
    for name, given in refused.items():
        if given is not None:
            raise UnsupportedError(f"GroupQueryAttention with {name} is not supported")
    if not causal or smooth_softmax > 0 or qk_output or sliding_window_cache or context.outputs > 3:
        raise UnsupportedError(
            "causal = 0, smooth_softmax, qk_output, sliding_window_cache and the output of scores are not supported"
        )
    q, k, v = _three(query, key, value, num_heads, kv_num_heads)
    before = _placed_before(seqlens_k, total_sequence_length, q)
    if do_rotary:
        if cos_cache is None or sin_cache is None:
            raise InputError("GroupQueryAttention with do_rotary needs cos_cache and sin_cache")
        own = Add()(Unsqueeze()(before, _ONE), numbers(length(q, 2)))
        positions = own if position_ids is None else position_ids
        q, k = (rotated(x, positions, cos_cache, sin_cache, interleaved=bool(rotary_interleaved)) for x in (q, k))
    k, v = (_cache(past, new, before, total_sequence_length) for past, new in ((past_key, k), (past_value, v)))
    scores = Heads(num_heads, scale, softcap or 0.0)
    unseen = _unseen(before, q, k, local_window_size)
    added = [hidden(unseen, None, q.type.dtype)]
    if attention_bias is not None:
        added.insert(0, attention_bias)
    shared = num_heads // kv_num_heads
    made = scores.attend(q, _repeated(k, shared), _repeated(v, shared), added)
    return (made, k, v)[: context.outputs]


def _three(query: Value, key: Value | None, value: Value | None, heads: int, shared: int) -> tuple[Value, Value, Value]:
    if shared < 1 or heads % shared:
        raise InputError(f"{heads} heads of queries do not share {shared} of keys")
    if key is not None and value is not None:
        return split(query, heads), split(key, shared), split(value, shared)
    width = query.type.shape[-1]
    if not isinstance(width, int) or width % (heads + 2 * shared):
        raise InputError(f"{query.type} does not divide into {heads} + 2 * {shared} heads")
    head = width // (heads + 2 * shared)
    parts = VariadicSplit().all(query, np.array(2, np.int64), np.array([heads, shared, shared]) * head)
    q, k, v = (split(part, count) for part, count in zip(parts, (heads, shared, shared), strict=True))
    return q, k, v


def _placed_before(seqlens: Value, total: Value, query: Value) -> Value:
    """How many keys each row has before the new ones, i64[B]: none where all keys are new."""
    new = length(query, 2)
    lengths = reshaped(Convert(DType.i64)(seqlens), (query.type.shape[0],))
    older = Subtract()(Add()(lengths, _ONE), new)
    prompt = Equal()(_scalar(total), new)
    return Select()(prompt, np.array([0], np.int64), older)


def _cache(past: Value | None, new: Value, before: Value, total: Value) -> Value:
    """The keys of the past and, behind those of each row, the new ones, then zeros: [B,K,max(P, total),h]."""
    if past is None:
        return new
    held, added = length(past, 2), length(new, 2)
    places = numbers(Maximum()(held, _scalar(total)))
    start = Unsqueeze()(before, _ONE)
    old = Less()(places, start)
    among_new = Add()(Subtract()(places, start), held)
    last = Subtract()(Add()(held, added), _ONE)
    index = Select()(old, places, Minimum()(among_new, last))
    filled = Unsqueeze()(Less()(places, Add()(start, added)), np.array([1, 3], np.int64))
    made = Gather(1)(joined(past, new), index, np.array(2, np.int64))
    return Select()(filled, made, np.asarray(0, made.type.dtype.numpy))


def _unseen(before: Value, query: Value, key: Value, window: int) -> Value:
    """Where a query does not see a key: boolean [B,1,S,T]."""
    at = Add()(Unsqueeze()(before, np.array([1, 2, 3], np.int64)), Unsqueeze()(numbers(length(query, 2)), _ONE))
    keys = numbers(length(key, 2))
    unseen = Greater()(keys, at)
    if window < 0:
        return unseen
    return LogicalOr()(unseen, LessEqual()(keys, Subtract()(at, np.array(window, np.int64))))


def _repeated(x: Value, count: int) -> Value:
    """Each head ``count`` times: [B,K,T,h] → [B,K*count,T,h]"""
    if count == 1:
        return x
    heads = x.type.shape[1]
    index = np.repeat(np.arange(int(heads) if isinstance(heads, int) else 0), count)
    return Gather()(x, index, np.array(1, np.int64))


def _scalar(x: Value) -> Value:
    return reshaped(Convert(DType.i64)(x), ())
