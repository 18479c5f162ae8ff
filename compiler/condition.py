"""Conditions on dims: what must hold for a model to run, and cannot be decided when it is compiled."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim

_WORDS = {"eq": "equal to", "le": "at most", "ge": "at least"}


@attrs.frozen
class Condition:
    """``left`` and ``right`` must be in ``relation``: ``eq`` (equal), ``le`` (at most) or ``ge`` (at least). ``node``
    is the name of the node that asks for it; ``meaning`` says what the left side is there."""

    relation: str
    left: Dim
    right: Dim
    node: str
    meaning: str

    @property
    def text(self) -> str:
        """The condition as a sentence for people."""
        return f"{self.meaning} = {self.left} must be {_WORDS[self.relation]} {self.right}"
