"""A matrix product along channels, as the convolution of one tap that it is."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convolution, MatMul, Transpose
from dldt.passes.permutation import permutation


def is_pointwise(product: Value) -> bool:
    """Whether it is ``MatMul(Transpose [0,2,…,1](x[N,C,…]), w[C,K])``. Of three dims a product is as good as it
    stands: its operand may be read transposed."""
    op, (rows, w) = product.op, product.inputs
    if not isinstance(op, MatMul) or op.transpose_a or rows is None or not isinstance(rows.op, Transpose):
        return False
    order, rank = rows.inputs[1], rows.type.rank
    if order is None or order.constant is None or w is None or w.constant is None or w.type.rank != 2:
        return False
    last = permutation(order.constant, rank).tolist() == [0, *range(2, rank), 1]
    return last and rank in (4, 5) and w.type.dtype.is_float


def as_convolution(product: Value) -> Value:
    """What stands before the Transpose in the place of a product that is pointwise: ``Convolution(x, w[K,C,1,…])``."""
    op, (rows, w) = product.op, product.inputs
    assert isinstance(op, MatMul)
    assert rows is not None
    assert w is not None
    weights = np.asarray(w.constant)
    if not op.transpose_b:
        weights = np.ascontiguousarray(weights.T)
    space = rows.type.rank - 2
    none, once = (0,) * space, (1,) * space
    made = Convolution(strides=once, pads_begin=none, pads_end=none, dilations=once)
    return made(rows.inputs[0], weights.reshape(*weights.shape, *once))
