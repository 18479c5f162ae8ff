"""Names in an IR: lists of tensor names, unique layer names, characters that XML cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COMMA = re.compile(r"(?<!\\),")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)
"""As xml.sax.saxutils has them, which imports the whole of urllib."""


def quote(text: str) -> str:
    """``text`` as a quoted XML attribute value; characters that XML 1.0 cannot hold become U+FFFD."""
    return f'"{_FORBIDDEN.sub(chr(0xFFFD), text).translate(_ESCAPES)}"'


def join_names(names: Iterable[str]) -> str:
    """Tensor names as one attribute: ``a,b`` with a comma inside a name written ``\\,``."""
    return ",".join(name.replace(",", "\\,") for name in names)


def split_names(text: str) -> tuple[str, ...]:
    """The names that ``join_names`` joined."""
    return tuple(part.replace("\\,", ",") for part in _COMMA.split(text) if part)


class UniqueNames:
    """Hands out names that differ: the first comer keeps its own, later ones get ``_1``, ``_2`` …"""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """``wanted``, or ``wanted`` with the first suffix that is free."""
        name = wanted
        while name in self._taken:
            self._next[wanted] = self._next.get(wanted, 0) + 1
            name = f"{wanted}_{self._next[wanted]}"
        self._taken.add(name)
        return name
