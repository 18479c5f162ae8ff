"""RandomUniform taken apart: ten rounds of products of 32 bits for each block of four words."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.given import FIRST, converted, counted, given, number
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.ops.random_uniform import FACTORS
from dldt.compiler.types import Array, DType

_LAST = np.array([-1])
_HALF = np.array(32, np.uint64)
_WORD = np.array(2**32 - 1, np.uint64)


@expands(ops.RandomUniform)
def expand_random_uniform(node: Node) -> tuple[Value, ...]:
    """The words of all blocks, as many as are needed, and what the type makes of them."""
    op, (shape, low, high) = node.op, given(node)
    assert isinstance(op, ops.RandomUniform)
    count = ops.ReduceProd(False)(converted(shape, DType.i64), FIRST)
    blocks = ops.Divide()(ops.Add()(count, number(op.per_block - 1)), number(op.per_block))
    words = _words(op, counted(blocks))
    if op.per_block == 2:
        words = [ops.BitwiseOr()(words[i + 1], ops.BitwiseLeftShift()(words[i], _HALF)) for i in (0, 2)]
    table = ops.Concat(1)(*(ops.Unsqueeze()(word, _LAST) for word in words))
    flat = ops.Slice()(ops.Reshape()(table, _LAST), FIRST, ops.Reshape()(count, np.array([1])), np.array([1]))
    drawn = ops.Reshape()(flat, shape)
    low, high = (ops.Reshape()(bound, np.zeros(0, np.int64)) for bound in (low, high))
    span = ops.Subtract()(high, low)
    if not op.output_type.is_float:
        rest = ops.FloorMod()(drawn, converted(ops.Maximum()(span, _one(op.output_type)), DType.u64))
        return (ops.Add()(converted(rest, op.output_type), low),)
    bits = op.output_type.mantissa - 1
    kept = converted(ops.BitwiseAnd()(drawn, np.array(2**bits - 1, np.uint64)), DType.f64)
    share = converted(ops.Multiply()(kept, np.array(2.0**-bits)), op.output_type)
    return (ops.Add()(ops.Multiply()(share, span), low),)


def _words(op: ops.RandomUniform, numbers: Value) -> list[Value]:
    """Philox 4x32-10 of the block's number and the counter."""
    graph = numbers.graph
    counter = op.op_seed & 2**64 - 1
    a, b = converted(numbers, DType.u64), graph.constant(_u64(0))
    c, d = graph.constant(_u64(counter & 2**32 - 1)), graph.constant(_u64(counter >> 32))
    for low, high in op.round_keys():
        first, second = ops.Multiply()(a, _u64(FACTORS[0])), ops.Multiply()(c, _u64(FACTORS[1]))
        a, b = _mixed(second, b, low), ops.BitwiseAnd()(second, _WORD)
        c, d = _mixed(first, d, high), ops.BitwiseAnd()(first, _WORD)
    return [a, b, c, d]


def _mixed(product: Value, word: Value, key: int) -> Value:
    high = ops.BitwiseRightShift()(product, _HALF)
    return ops.BitwiseXor()(ops.BitwiseXor()(high, word), _u64(key))


def _u64(value: int) -> Array:
    return np.array(value, np.uint64)


def _one(kind: DType) -> Array:
    return np.array(1, kind.numpy)
