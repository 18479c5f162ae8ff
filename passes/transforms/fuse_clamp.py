"""Bounds by Maximum and Minimum."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Clamp, Maximum, Minimum, ReLU
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, either, node
from dldt.passes.rewrite import Rewrite

_BOUNDED = (Clamp, ReLU)


@attrs.frozen
class _Bounds(Match):
    x: Value | None = None
    low: Array | None = None
    inner: Value | None = None


@transform
class FuseClamp(Rewrite[_Bounds]):
    """Bounds in a row are one Clamp; a Maximum with zero is a ReLU.

    ::

        Minimum(Maximum(x, a), b)    →  Clamp(a, b)        a <= b, one number each
        Minimum(ReLU(x), b)          →  Clamp(0, b)        Maximum(x, 0)  →  ReLU
        Clamp(Clamp(x, a, b), c, d)  →  Clamp(max(a, c), min(b, d))        where they overlap
    """

    pattern = either(
        node(Maximum, anything("x"), constant("low", where=lambda a: a.size == 1)),
        node(
            (Minimum, Maximum),
            node((Maximum, Minimum, ReLU, Clamp), name="inner", single=True),
            constant(where=lambda a: a.size == 1),
        ),
        node(_BOUNDED, node(_BOUNDED, name="inner")),
    )

    def rewrite(self, match: _Bounds) -> Value | None:
        """One Clamp or ReLU with the bounds of both."""
        root = match.root
        if not root.type.dtype.is_float:
            return None
        if match.low is not None and match.x is not None:
            zero = match.low.reshape(()) == 0 and match.x.type == root.type
            return ReLU()(match.x) if zero else None
        assert match.inner is not None
        inner, outer = _bounds(match.inner), _bounds(root)
        if inner is None or outer is None:
            return None
        x, low, high = inner
        below, above = max(low, outer[1]), min(high, outer[2])
        overlap = low <= outer[2] and outer[1] <= high
        if x.type != root.type or not overlap or not below <= above:
            return None
        if (below, above) == (0.0, float("inf")):
            return ReLU()(x)
        return None if float("inf") in (-below, above) else Clamp(min=below, max=above)(x)


def _bounds(value: Value) -> tuple[Value, float, float] | None:
    """The bounded value and its bounds, for any of the four operations."""
    op, (x, *rest) = value.op, value.inputs
    assert x is not None
    if isinstance(op, ReLU):
        return x, 0.0, float("inf")
    if isinstance(op, Clamp):
        return x, op.min, op.max
    other = rest[0]
    assert other is not None
    if x.constant is not None:
        x, other = other, x
    if other.constant is None or other.constant.size != 1:
        return None
    number = float(other.constant.reshape(()))
    return (x, number, float("inf")) if isinstance(op, Maximum) else (x, float("-inf"), number)
