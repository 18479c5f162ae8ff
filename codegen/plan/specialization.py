"""A program beside the general one, for sizes that are known when it is compiled."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from dldt.compiler.dims import Symbol
from dldt.compiler.graph import Graph


@attrs.frozen(eq=False)
class Specialization:
    """The model for free dims that have the sizes in ``dims``: ``graph`` after the passes."""

    dims: Mapping[Symbol, int]
    graph: Graph

    @property
    def text(self) -> str:
        """The sizes for people: ``height 640, width 640``."""
        return ", ".join(f"{symbol.text} {size}" for symbol, size in self.dims.items())
