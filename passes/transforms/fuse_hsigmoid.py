"""HSigmoid by its parts."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Divide, HardSigmoid, HSigmoid, Multiply
from dldt.passes.base import transform
from dldt.passes.clamped import clamped
from dldt.passes.match import Match
from dldt.passes.pattern import anything, either, node, number
from dldt.passes.rewrite import Rewrite

_X = anything("x")
_SHIFTED = node(Add, _X, number(3))
_SIXTH = number(1 / 6)
_SIXTH_OF_X = either(node(Multiply, _X, _SIXTH), node(Divide, _X, number(6)))


@attrs.frozen
class _HSigmoidParts(Match):
    x: Value


@transform
class FuseHSigmoid(Rewrite[_HSigmoidParts]):
    """min(max(x + 3, 0), 6) / 6 in its spellings.

    ::

        Clamp(x + 3, 0, 6) / 6   |   Clamp(x + 3, 0, 6) * (1/6)   |   HardSigmoid(x, 1/6, 1/2)
        Clamp(x / 6 + 1/2, 0, 1)                                       →  HSigmoid(x)
    """

    pattern = either(
        node(Divide, clamped(_SHIFTED, 0, 6), number(6)),
        node(Multiply, clamped(_SHIFTED, 0, 6), _SIXTH),
        node(HardSigmoid, _X, _SIXTH, number(0.5)),
        clamped(node(Add, _SIXTH_OF_X, number(0.5)), 0, 1),
    )

    def rewrite(self, match: _HSigmoidParts) -> Value | None:
        """HSigmoid of x."""
        x = match.x
        return HSigmoid()(x) if x.type == match.root.type else None
