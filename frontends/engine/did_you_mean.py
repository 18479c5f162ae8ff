"""The end of a message about a name that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The close matches of ``name`` among ``known`` as the end of a message, else the first few that there are."""
    names = list(dict.fromkeys(known))
    close = difflib.get_close_matches(name, names[:20000], n=5, cutoff=0.6)
    if close:
        return f"; close matches: {', '.join(map(repr, close))}"
    shown = ", ".join(map(repr, names[:8]))
    return f"; there are {shown}{', …' if len(names) > 8 else ''}" if names else ""
