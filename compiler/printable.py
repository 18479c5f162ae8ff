"""What a stranger chose, made fit for a line of a terminal: names of nodes, tensors, dims, files and attributes."""

from __future__ import annotations

LONGEST = 120
"""Characters of a name that are shown."""


def printable(text: str) -> str:
    """``text`` with control and direction characters escaped, and cut where it is long."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}…"
