"""Swish by its parts."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Multiply, Sigmoid, Swish
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, either, node
from dldt.passes.rewrite import Rewrite

_X = anything("x")


@attrs.frozen
class _SwishParts(Match):
    x: Value
    beta: Array | None = None


@transform
class FuseSwish(Rewrite[_SwishParts]):
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

    def rewrite(self, match: _SwishParts) -> Value | None:
        """Swish of x, with beta where it is not 1."""
        x = match.x
        if x.type != match.root.type:
            return None
        return Swish()(x, match.beta.reshape(())) if match.beta is not None else Swish()(x)
