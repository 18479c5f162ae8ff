"""Names that a stranger chose, made fit for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """``text`` with control and direction characters escaped, and cut after 200: names may come from a stranger."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:200])
    return shown if len(text) <= 200 else f"{shown}…"
