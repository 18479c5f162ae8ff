"""Text from an untrusted source (names in a model or a library), made safe for a terminal."""

from __future__ import annotations


def printable(text: str, keep: str = "") -> str:
    """``text`` with control and direction characters escaped, except those in ``keep``."""
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
