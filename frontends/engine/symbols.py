"""Names for free dims: a framework's dim names made into symbols, and fresh symbols for dims without a name."""

from __future__ import annotations

import keyword
import re

from dldt.compiler.dims import Dim, symbol

_RESERVED = ("max", "min")


class Symbols:
    """Gives every distinct name of a model its own symbol, spelled so that ``parse_dim`` reads it back."""

    def __init__(self) -> None:
        self._by_name: dict[str, str] = {}
        self._taken: set[str] = set()

    def named(self, name: str, lower: int = 1, upper: int | None = None) -> Dim:
        """The symbol for the framework's dim ``name``; the same one each time."""
        if name not in self._by_name:
            self._by_name[name] = self._free(name)
        return symbol(self._by_name[name], lower, upper)

    def fresh(self, hint: str, lower: int = 1, upper: int | None = None) -> Dim:
        """A symbol that no other dim has."""
        return symbol(self._free(hint), lower, upper)

    def _free(self, name: str) -> str:
        wanted = re.sub(r"\W", "_", name, flags=re.ASCII)[:60]
        if not wanted or wanted[0].isdigit() or keyword.iskeyword(wanted) or wanted in _RESERVED:
            wanted = f"d_{wanted}"
        made, number = wanted, 1
        while made in self._taken:
            number += 1
            made = f"{wanted}_{number}"
        self._taken.add(made)
        return made
