"""One shape for constants that vary along one axis."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Multiply, PReLU
from dldt.compiler.ops.parametric import slope_shape
from dldt.compiler.types import Array, Shape
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _WithConstant(Match):
    x: Value
    c: Array


@transform
class ShapeChannelConstants(Rewrite[_WithConstant]):
    """A constant operand gets the data's rank, ``[1,C,1,1]``. One number becomes a scalar, a last-axis vector ``[C]``.

    ::

        x[N,C,H,W] + c[C,1,1]   →   x + c[1,C,1,1]          x[N,C] + c[1,C]   →   x + c[C]
        PReLU(x[N,C,H,W], c[C]) →   PReLU(x, c[1,C,1,1])    one slope is [1]
    """

    pattern = node((Add, Multiply, PReLU), anything("x", where=lambda v: v.constant is None), constant("c"))

    def rewrite(self, match: _WithConstant) -> Value | None:
        """The same operation on the reshaped constant."""
        x, array = match.x, match.c
        if x.type != match.root.type:
            return None
        if isinstance(match.root.op, PReLU):
            shape = _slope(array, x.type.shape)
        else:
            shape = wanted_shape(array, x.type.shape)
        return None if shape == array.shape else match.root.op(x, array.reshape(shape))


def wanted_shape(array: Array, data: Shape) -> tuple[int, ...]:
    """The normal shape of a constant that broadcasts to ``data``."""
    if array.size == 1:
        return ()
    full = (1,) * (len(data) - array.ndim) + array.shape
    varying = [i for i, size in enumerate(full) if size != 1]
    return full[-1:] if varying == [len(data) - 1] else full


def _slope(array: Array, data: Shape) -> tuple[int, ...]:
    if array.size == 1:
        return (1,)
    aligned = array.reshape([int(dim) for dim in slope_shape(data, array.shape)])
    return (1,) * (len(data) - aligned.ndim) + aligned.shape
