"""HSwish by its parts."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Clamp, Divide, HSigmoid, HSwish, Multiply
from dldt.passes.base import transform
from dldt.passes.fuse_hsigmoid import is_clamp
from dldt.passes.pattern import Match, anything, either, node, number
from dldt.passes.rewrite import Rewrite

_X = anything("x")
_CLAMPED = node(Clamp, node(Add, _X, number(3)), where=lambda v: is_clamp(v, 0, 6))
_PRODUCT = node(Multiply, _X, _CLAMPED)
_SIXTH = number(1 / 6)


@transform
class FuseHSwish(Rewrite):
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

    def rewrite(self, match: Match) -> Value | None:
        """HSwish of x."""
        x = match["x"]
        return HSwish()(x) if x.type == match.root.type else None
