"""Conditions on dims: what must hold for a model to run, and cannot be decided when it is compiled."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import DefinedDim, Dim, symbols
from dldt.compiler.named_sizes import written_out

_WORDS = {"eq": "equal to", "le": "at most", "ge": "at least"}


@attrs.frozen
class Condition:
    """``left`` and ``right`` must be in ``relation``: ``eq`` (equal), ``le`` (at most), ``ge`` (at least) or
    ``broadcast`` (equal, or one of them 1). ``node`` is the name of the node that asks for it; ``meaning`` says what
    the left side is there."""

    relation: str
    left: Dim
    right: Dim
    node: str
    meaning: str

    @property
    def text(self) -> str:
        """The condition as a sentence for people."""
        left, right = _shown(self.left), _shown(self.right)
        if self.relation == "broadcast":
            return f"{self.meaning}, {left} and {right}, must be equal, or one of them must be 1"
        return f"{self.meaning} = {left} must be {_WORDS[self.relation]} {right}"


def _shown(dim: Dim) -> str:
    """The dim for people, who do not know the names of those that are found when the model runs."""
    return "?" if any(isinstance(symbol, DefinedDim) for symbol in symbols(dim)) else str(written_out(dim))
