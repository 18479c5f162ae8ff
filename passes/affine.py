"""A value of rank two as an affine function: products of other values with constants, and a bias."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Concat, MatMul, Split, VariadicSplit
from dldt.compiler.types import Array, DType

_DEEPEST = 16


@attrs.frozen
class Affine:
    """Σ source · matrix + bias: matrices [inner, n], bias [n]."""

    products: dict[Value, Array]
    bias: Array


def affine(value: Value, depth: int = 0) -> Affine | None:
    """The value through sums, cuts along the last axis, and products of (joined) values with constants; None where it
    is no such function."""
    width = value.type.shape[-1] if value.type.rank == 2 and value.type.dtype is DType.f32 else None
    if not isinstance(width, int) or depth > _DEEPEST:
        return None
    inputs = [given for given in value.inputs if given is not None]
    if isinstance(value.op, Add) and len(inputs) == 2:
        return _sum(inputs, width, depth)
    if isinstance(value.op, Split | VariadicSplit):
        start = first_column(value)
        whole = None if start is None else affine(inputs[0], depth + 1)
        return None if whole is None or start is None else cut(whole, start, width)
    return _product(value.op, inputs, width) if isinstance(value.op, MatMul) else None


def cut(whole: Affine, start: int, width: int) -> Affine:
    """Some of its columns."""
    part = slice(start, start + width)
    return Affine({source: matrix[:, part] for source, matrix in whole.products.items()}, whole.bias[part])


def first_column(value: Value) -> int | None:
    """Where the part of a cut along the last of two axes begins; None for other cuts."""
    whole, axis = value.node.inputs[:2]
    if whole is None or axis is None or axis.constant is None or whole.type.rank != 2:
        return None
    before = [part.shape[-1] for part in value.node.types[: value.port]]
    last = int(axis.constant.item()) % 2 == 1
    return sum(int(size) for size in before if isinstance(size, int)) if last else None


def _sum(inputs: list[Value], width: int, depth: int) -> Affine | None:
    products, bias = dict[Value, Array](), np.zeros(width, np.float32)
    for given in inputs:
        if given.constant is not None:
            if given.constant.size not in (1, width):
                return None
            bias = bias + given.constant.reshape(-1)
            continue
        part = affine(given, depth + 1)
        if part is None or set(part.products) & set(products) or len(part.bias) != width:
            return None
        products |= part.products
        bias = bias + part.bias
    return Affine(products, bias.astype(np.float32))


def _product(op: MatMul, inputs: list[Value], width: int) -> Affine | None:
    data, weights = inputs
    matrix = weights.constant
    if op.transpose_a or matrix is None or matrix.ndim != 2 or data.type.rank != 2:
        return None
    matrix, bias = matrix.T if op.transpose_b else matrix, np.zeros(width, np.float32)
    if not isinstance(data.op, Concat) or data.op.axis not in (1, -1):
        return Affine({data: matrix}, bias)
    joined = [value for value in data.inputs if value is not None]
    sizes = [int(value.type.shape[1]) for value in joined if isinstance(value.type.shape[1], int)]
    if len(sizes) != len(joined) or len(set(joined)) != len(joined):
        return None
    return Affine(dict(zip(joined, np.split(matrix, np.cumsum(sizes)[:-1]), strict=True)), bias)
