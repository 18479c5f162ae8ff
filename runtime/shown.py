"""How a name, or what is given for one, stands in a message: as Python writes it, and cut where it is long."""

from __future__ import annotations

LONGEST = 120
"""Characters of a name that are shown: as many as the compiler shows (``compiler/printable.py``)."""


def shown(what: object) -> str:
    """``what`` for a message: a text quoted, with control and direction characters escaped; all else as its repr."""
    if isinstance(what, str):
        return repr(what if len(what) <= LONGEST else f"{what[:LONGEST]}…")
    text = repr(what)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
