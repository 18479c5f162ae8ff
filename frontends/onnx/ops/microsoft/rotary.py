"""Rotary embeddings: RotaryEmbedding, and what attention does by itself."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.split import Split, VariadicSplit
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.microsoft.domain import MICROSOFT
from dldt.frontends.onnx.ops.microsoft.heads import length, merged, numbers, split

_LAST = np.array(-1, np.int64)


@ONNX.imports("RotaryEmbedding", domain=MICROSOFT)
def rotary_embedding(
    input: Value,
    position_ids: Value,
    cos_cache: Value,
    sin_cache: Value,
    *,
    interleaved: int | None = None,
    is_packed_batching: int | None = None,
    num_heads: int | None = None,
    rotary_embedding_dim: int | None = None,
    scale: float | None = None,
) -> Value:
    """input [B,S,N*h] or [B,N,S,h], turned by the angles of ``position_ids``: the first position [1], or all [B,S].
    The caches are [positions, half of the elements that turn]."""
    if is_packed_batching:
        raise UnsupportedError("is_packed_batching = 1 is not supported")
    apart = input.type.rank == 4
    x = input if apart else split(input, _heads(input, num_heads, cos_cache, rotary_embedding_dim))
    if position_ids.type.rank == 1:
        positions = Unsqueeze()(Add()(numbers(length(x, 2)), _number(position_ids)), np.array([0], np.int64))
    else:
        positions = position_ids
    made = rotated(x, positions, cos_cache, sin_cache, interleaved=bool(interleaved))
    return made if apart else merged(made)


def rotated(x: Value, positions: Value, cos_cache: Value, sin_cache: Value, *, interleaved: bool) -> Value:
    """x [B,N,S,h] turned by the angles of positions [B or 1,S]; elements beyond the width of the caches stay."""
    half, head = cos_cache.type.shape[-1], x.type.shape[-1]
    if not isinstance(half, int) or not isinstance(head, int) or 2 * half > head:
        raise InputError(f"caches of {cos_cache.type} do not fit heads of {head}")
    zero, heads = np.array(0, np.int64), np.array([1], np.int64)
    cos, sin = (Unsqueeze()(Gather()(cache, positions, zero), heads) for cache in (cos_cache, sin_cache))
    rest = head - 2 * half
    if rest:
        x, still = VariadicSplit().all(x, _LAST, np.array([2 * half, rest], np.int64))
    made = _pairs(x, cos, sin, half) if interleaved else _halves(x, cos, sin)
    return Concat(-1)(made, still) if rest else made


def _halves(x: Value, cos: Value, sin: Value) -> Value:
    first, second = Split(2).all(x, _LAST)
    return Concat(-1)(
        Subtract()(Multiply()(first, cos), Multiply()(second, sin)),
        Add()(Multiply()(second, cos), Multiply()(first, sin)),
    )


def _pairs(x: Value, cos: Value, sin: Value, half: int) -> Value:
    """Elements 2i and 2i + 1 turn together."""
    apart = Reshape(special_zero=True)(x, np.array([0, 0, 0, half, 2], np.int64))
    even, odd = (Squeeze()(part, _LAST) for part in Split(2).all(apart, _LAST))
    turned = (
        Subtract()(Multiply()(even, cos), Multiply()(odd, sin)),
        Add()(Multiply()(odd, cos), Multiply()(even, sin)),
    )
    return Reshape()(Concat(-1)(*(Unsqueeze()(part, _LAST) for part in turned)), ShapeOf()(x))


def _heads(x: Value, count: int | None, cos_cache: Value, rotary: int | None) -> int:
    """The number of heads; where it is not given, a head is as wide as the caches tell."""
    if count:
        return count
    width, half = x.type.shape[-1], cos_cache.type.shape[-1]
    if rotary or not isinstance(width, int) or not isinstance(half, int) or width % (2 * half or 1):
        raise InputError(f"num_heads is needed for {x.type} and caches of {cos_cache.type}")
    return width // (2 * half)


def _number(x: Value) -> Value:
    return Squeeze()(x, np.array([0], np.int64))
