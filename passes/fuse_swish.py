"""Swish by its parts."""

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.ops import Multiply, Sigmoid, Swish
from dldt.passes.base import transform
from dldt.passes.pattern import Match, anything, constant, either, node
from dldt.passes.rewrite import Rewrite

_X = anything("x")


@transform
class FuseSwish(Rewrite):
    """A value times its own sigmoid.

    ::

        x * Sigmoid(x)          →  Swish(x)
        x * Sigmoid(x * beta)   →  Swish(x, beta)         beta one number
    """

    pattern = node(
        Multiply,
        _X,
        either(
            node(Sigmoid, _X),
            node(Sigmoid, node(Multiply, _X, constant("beta", where=lambda a: a.size == 1))),
        ),
    )

    def rewrite(self, match: Match) -> Value | None:
        """Swish of x, with beta where it is not 1."""
        x = match["x"]
        if x.type != match.root.type:
            return None
        return Swish()(x, match.array("beta").reshape(())) if "beta" in match else Swish()(x)
