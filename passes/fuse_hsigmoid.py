"""HSigmoid by its parts."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Clamp, Divide, HardSigmoid, HSigmoid, Multiply
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, either, node, number
from dldt.passes.rewrite import Rewrite

_X = anything("x")
_SHIFTED = node(Add, _X, number(3))
_SIXTH = number(1 / 6)
_SIXTH_OF_X = either(node(Multiply, _X, _SIXTH), node(Divide, _X, number(6)))


@transform
class FuseHSigmoid(Rewrite):
    """min(max(x + 3, 0), 6) / 6 in its spellings.

    ::

        Clamp(x + 3, 0, 6) / 6   |   Clamp(x + 3, 0, 6) * (1/6)   |   HardSigmoid(x, 1/6, 1/2)
        Clamp(x / 6 + 1/2, 0, 1)                                       →  HSigmoid(x)
    """

    pattern = either(
        node(Divide, node(Clamp, _SHIFTED, where=lambda v: is_clamp(v, 0, 6)), number(6)),
        node(Multiply, node(Clamp, _SHIFTED, where=lambda v: is_clamp(v, 0, 6)), _SIXTH),
        node(HardSigmoid, _X, _SIXTH, number(0.5)),
        node(
            Clamp,
            node(Add, _SIXTH_OF_X, number(0.5)),
            where=lambda v: is_clamp(v, 0, 1),
        ),
    )

    def rewrite(self, match: Match) -> Value | None:
        """HSigmoid of x."""
        x = match["x"]
        return HSigmoid()(x) if x.type == match.root.type else None


def is_clamp(value: Value, low: float, high: float) -> bool:
    """Whether the value is a Clamp between exactly these bounds."""
    return isinstance(value.op, Clamp) and (value.op.min, value.op.max) == (low, high)
