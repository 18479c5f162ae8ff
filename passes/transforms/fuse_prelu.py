"""PReLU by its parts."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Abs, Add, Maximum, Multiply, Negative, PReLU, ReLU, Subtract
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import channel_vector
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, either, node, number
from dldt.passes.rewrite import Rewrite

_X = anything("x")
_MINUS_X = either(node(Negative, _X), node(Multiply, _X, number(-1)))
_SLOPE = constant("slope")
_NEGATED = constant("negated")
_MIRRORED = node(ReLU, _MINUS_X)
_MINUS_RELU = either(node(Negative, _MIRRORED), node(Multiply, _MIRRORED, number(-1)))


@attrs.frozen
class _PreluParts(Match):
    x: Value
    slope: Array | None = None
    negated: Array | None = None
    half: Array | None = None
    convex: Array | None = None


@transform
class FusePrelu(Rewrite[_PreluParts]):
    """A slope for negative numbers, in its spellings. The slope is one constant number, or one for each channel.

    ::

        ReLU(x) + a * -ReLU(-x)   |   ReLU(x) - a * ReLU(-x)   |   ReLU(x) + (x - |x|) * (a/2)
        Maximum(x, a * x), 0 <= a <= 1                                              →  PReLU(x, a)
    """

    pattern = either(
        node(Add, node(ReLU, _X), node(Multiply, _MIRRORED, _NEGATED)),
        node(Subtract, node(ReLU, _X), node(Multiply, _MIRRORED, _SLOPE)),
        node(Add, node(ReLU, _X), node(Multiply, _MINUS_RELU, _SLOPE)),
        node(Add, node(ReLU, _X), node(Multiply, node(Subtract, _X, node(Abs, _X)), constant("half"))),
        node(
            Add,
            node(ReLU, _X),
            node(Multiply, node(Multiply, node(Subtract, _X, node(Abs, _X)), _SLOPE), number(0.5)),
        ),
        node(Maximum, _X, node(Multiply, _X, constant("convex", where=lambda a: bool(np.all((a >= 0) & (a <= 1)))))),
    )

    def rewrite(self, match: _PreluParts) -> Value | None:
        """PReLU of x."""
        x = match.x
        if x.type != match.root.type or not x.type.dtype.is_float:
            return None
        slope = _slope(match)
        if x.type.rank < 2:
            return PReLU()(x, slope.reshape(())) if slope.size == 1 else None
        vector = channel_vector(slope, x.type.rank, 1, x.type.shape[1])
        if vector is None:
            return None
        return PReLU()(x, vector.reshape((1, -1) + (1,) * (x.type.rank - 2)) if vector.size > 1 else vector)


def _slope(match: _PreluParts) -> Array:
    if match.negated is not None:
        return np.asarray(-match.negated)
    if match.half is not None:
        return np.asarray(match.half * match.half.dtype.type(2))
    found = match.convex if match.slope is None else match.slope
    assert found is not None
    return found
