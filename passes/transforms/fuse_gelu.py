"""GELU by its parts, with erf and with tanh."""

from __future__ import annotations

import math

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Divide, Erf, Gelu, Multiply, Negative, Power, Subtract, Tanh
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import Pattern, anything, either, node, number
from dldt.passes.rewrite import Rewrite

_X = anything("x")


def _halved_product(inner: Pattern) -> Pattern:
    """``0.5 * x * inner`` in any association."""
    half = number(0.5)
    return either(
        node(Multiply, either(node(Multiply, _X, half), node(Divide, _X, number(2))), inner),
        node(Multiply, node(Multiply, _X, inner), half),
        node(Divide, node(Multiply, _X, inner), number(2)),
        node(Multiply, _X, node(Multiply, inner, half)),
    )


_CUBE = either(
    node(Multiply, _X, node(Multiply, _X, _X)),
    node(Power, _X, number(3)),
)
_CUBIC_TERM = either(
    node(Multiply, _CUBE, number(0.044715)),
    node(Multiply, _X, node(Multiply, _X, node(Multiply, _X, number(0.044715)))),
)
_TANH = node(Tanh, node(Multiply, node(Add, _X, _CUBIC_TERM), number(math.sqrt(2 / math.pi))), name="tanh")


def _scaled(x: Pattern, sign: int) -> Pattern:
    return either(node(Divide, x, number(sign * math.sqrt(2))), node(Multiply, x, number(sign * math.sqrt(0.5))))


_ERF = node(Erf, _scaled(_X, 1))
_OPPOSITE_ERF = node(
    Erf,
    either(_scaled(node(Negative, _X), 1), _scaled(_X, -1), node(Negative, _scaled(_X, 1))),
)


@attrs.frozen
class _GeluParts(Match):
    x: Value
    tanh: Value | None = None


@transform
class FuseGelu(Rewrite[_GeluParts]):
    """The Gaussian error linear unit in its spellings, the factors in any order.

    ::

        x * 0.5 * (1 + Erf(x / sqrt(2)))                                →  Gelu(erf)
        x * 0.5 * (1 - Erf(-x / sqrt(2)))                               →  Gelu(erf)
        x * 0.5 * (1 + Tanh(sqrt(2/pi) * (x + 0.044715 * x^3)))         →  Gelu(tanh)
    """

    pattern = either(
        _halved_product(node(Add, _ERF, number(1))),
        _halved_product(node(Subtract, number(1), _OPPOSITE_ERF)),
        _halved_product(node(Add, _TANH, number(1))),
    )

    def rewrite(self, match: _GeluParts) -> Value | None:
        """Gelu of x in the mode found."""
        x = match.x
        if x.type != match.root.type:
            return None
        return Gelu(approximation_mode="tanh" if match.tanh is not None else "erf")(x)
