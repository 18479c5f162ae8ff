"""What a kernel family may ask while regions are made: who reads a value, and what is computed on the way to it."""

from __future__ import annotations

from typing import Protocol

from dldt.codegen.task.region import Region
from dldt.compiler.graph import Node, Value


class Fusion(Protocol):
    """Regions as far as they are decided: those of the nodes before the one at hand."""

    def readers(self, value: Value) -> tuple[Node, ...]:
        """The nodes that read a value at run time, each once."""

    def is_stored(self, value: Value) -> bool:
        """Whether a value lies in memory: it is not computed on the way to its reader."""

    def region(self, root: Value) -> Region:
        """The region that makes a value."""
