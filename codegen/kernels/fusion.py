"""What a kernel family may ask while regions are made: who reads a value, and whether it is stored."""

from __future__ import annotations

from typing import Protocol

from dldt.codegen.task.region import Region
from dldt.compiler.graph import Node, Value


class Fusion(Protocol):
    """The regions decided so far: those of the nodes before the current one."""

    def readers(self, value: Value) -> tuple[Node, ...]:
        """The nodes that read a value at run time, each once."""

    def is_stored(self, value: Value) -> bool:
        """Whether a value is stored in memory, rather than computed inside its reader's region."""

    def region(self, root: Value) -> Region:
        """The region that computes a value."""
