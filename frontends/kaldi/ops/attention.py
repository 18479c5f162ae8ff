"""Attention to frames at fixed distances."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.softmax import Softmax8
from dldt.compiler.ops.split import VariadicSplit
from dldt.frontends.kaldi.framework import KALDI


@KALDI.imports("RestrictedAttentionComponent")
def restricted_attention(
    *frames: Value,
    num_heads: int,
    key_dim: int,
    value_dim: int,
    num_left_inputs: int,
    num_right_inputs: int,
    time_stride: int = 1,
    num_left_inputs_required: int = 0,
    num_right_inputs_required: int = 0,
    output_context: bool = False,
    key_scale: float,
) -> Value:
    """Each head of a frame has a key, a value, and a query whose last numbers are a bias for each of the ``frames``.

    c = softmax(key_scale query · key at each frame + bias); the result is the sum of c value, and c itself where
    ``output_context`` is.
    """
    context = num_left_inputs + 1 + num_right_inputs
    if len(frames) != context or min(num_heads, key_dim, value_dim) < 1:
        raise InputError(f"{len(frames)} frames are given, the component has {context}")
    width = 2 * key_dim + value_dim + context
    lengths = np.array([key_dim, value_dim, key_dim, context], np.int64)
    heads = [Reshape(True)(x, np.array([0, num_heads, width], np.int64)) for x in frames]
    cut = [VariadicSplit().all(head, np.array(2, np.int64), lengths) for head in heads]
    query, bias = cut[num_left_inputs][2], cut[num_left_inputs][3]
    last = np.array([2], np.int64)
    products = [ReduceSum(True)(Multiply()(query, key), last) for key, *_ in cut]
    scores = Add()(Multiply()(Concat(2)(*products), key_scale), bias)
    shares = Softmax8(2)(scores)
    columns = VariadicSplit().all(shares, np.array(2, np.int64), np.ones(context, np.int64))
    made = Multiply()(columns[0], cut[0][1])
    for share, (_, value, *_) in zip(columns[1:], cut[1:], strict=True):
        made = Add()(made, Multiply()(share, value))
    joined = Concat(2)(made, shares) if output_context else made
    out = num_heads * (value_dim + (context if output_context else 0))
    return Reshape(True)(joined, np.array([0, out], np.int64))
