"""Free dims by name: a framework's own names, and fresh ones for dims without a name."""

from __future__ import annotations

import re

from dldt.compiler.dims import Dim, symbol
from dldt.compiler.printable import LONGEST


class Symbols:
    """The free dims of one model: a name's dim is the same each time, dims of different names differ."""

    def __init__(self) -> None:
        self._by_name: dict[str, str] = {}
        self._taken: set[str] = set()

    def named(self, name: str, lower: int = 0, upper: int | None = None) -> Dim:
        """The dim that the framework, or the user, calls ``name``: any text. It is called so here too, unless the name
        is very long, or one that ``fresh`` gave away before."""
        if name not in self._by_name:
            self._by_name[name] = self._free(name[:LONGEST])
        return symbol(self._by_name[name], lower, upper)

    def fresh(self, hint: str, lower: int = 0, upper: int | None = None) -> Dim:
        """A dim that no other is, called after ``hint`` by an identifier."""
        plain = re.sub(r"\W", "_", hint, flags=re.ASCII)[:60]
        return symbol(self._free(plain if plain[:1].isalpha() or plain[:1] == "_" else f"d_{plain}"), lower, upper)

    def _free(self, wanted: str) -> str:
        made, number = wanted, 1
        while made in self._taken:
            number += 1
            made = f"{wanted}_{number}"
        self._taken.add(made)
        return made
