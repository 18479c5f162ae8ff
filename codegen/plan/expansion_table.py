"""Which operations are taken apart, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dldt.compiler.graph import Node, Value
from dldt.compiler.op import Op

Expansion: TypeAlias = Callable[[Node], tuple[Value, ...] | None]

EXPANSIONS: dict[type[Op], Expansion] = {}
"""For each operation what makes its outputs of other ones; it gives None for a node that may stay."""


def expands(*types: type[Op]) -> Callable[[Expansion], Expansion]:
    """Registers a function as the expansion of these operations."""

    def register(expansion: Expansion) -> Expansion:
        EXPANSIONS.update(dict.fromkeys(types, expansion))
        return expansion

    return register
