"""HSwish by its parts."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Divide, HSigmoid, HSwish, Multiply
from dldt.passes.base import transform
from dldt.passes.clamped import clamped
from dldt.passes.match import Match
from dldt.passes.pattern import anything, either, node, number
from dldt.passes.rewrite import Rewrite

_X = anything("x")
_CLAMPED = clamped(node(Add, _X, number(3)), 0, 6)
_PRODUCT = node(Multiply, _X, _CLAMPED)
_SIXTH = number(1 / 6)


@attrs.frozen
class _HSwishParts(Match):
    x: Value


@transform
class FuseHSwish(Rewrite[_HSwishParts]):
    """x * min(max(x + 3, 0), 6) / 6 in its spellings.

    ::

        x * HSigmoid(x)   |   (x * Clamp(x + 3, 0, 6)) / 6, or * (1/6)   |   (x / 6) * Clamp(x + 3, 0, 6)   →  HSwish(x)
    """

    pattern = either(
        node(Multiply, _X, node(HSigmoid, _X)),
        node(Divide, _PRODUCT, number(6)),
        node(Multiply, _PRODUCT, _SIXTH),
        node(Multiply, either(node(Multiply, _X, _SIXTH), node(Divide, _X, number(6))), _CLAMPED),
    )

    def rewrite(self, match: _HSwishParts) -> Value | None:
        """HSwish of x."""
        x = match.x
        return HSwish()(x) if x.type == match.root.type else None
