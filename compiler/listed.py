"""Names one after the other in a message, the first few of them."""

from __future__ import annotations

from collections.abc import Iterable

from dldt.compiler.shown import shown

MOST = 8
"""Names that are shown."""


def listed(names: Iterable[object]) -> str:
    """``'a', 'b'``: the names as ``shown`` writes them, and how many more there are."""
    known = list(names)
    more = f", … {len(known) - MOST} more" if len(known) > MOST else ""
    return ", ".join(map(shown, known[:MOST])) + more
