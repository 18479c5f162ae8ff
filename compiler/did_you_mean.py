"""The end of a message about a name that is not there."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable

from dldt.compiler.listed import listed
from dldt.compiler.printable import LONGEST

COMPARED = 40
"""Names that are compared character by character: those that have the most pieces of the wanted one."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The close matches of ``name`` among ``known`` as the end of a message, else the first few that there are."""
    # The time of a comparison grows with the square of a name: what is shown is compared.
    names = list(dict.fromkeys(each if len(each) <= LONGEST else f"{each[:LONGEST]}…" for each in known))
    begin = name[:LONGEST]
    alike = difflib.get_close_matches(begin, _likely(begin, names), n=5, cutoff=0.6)
    begun = [each for each in names if name and each.startswith(name)]
    close = list(dict.fromkeys([*alike, *begun]))[:5]
    if close:
        return f"; close matches: {listed(close)}"
    return f"; there are {listed(names)}" if names else ""


def _likely(name: str, names: list[str]) -> list[str]:
    """The few that share the most pieces with ``name``, of those the ones of most similar length."""
    if len(names) <= COMPARED:
        return names
    length = 2 if len(name) < 12 else 4
    pieces = [name[at : at + length] for at in range(0, max(len(name) - length + 1, 1), 1 + len(name) // 24)]

    def likeness(each: str) -> tuple[int, int]:
        return sum(piece in each for piece in pieces), -abs(len(each) - len(name))

    return heapq.nlargest(COMPARED, names, key=likeness)
