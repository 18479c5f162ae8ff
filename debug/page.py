"""``index.html`` of a dump: one file with its data in it, which asks nothing of the network."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dldt.compiler.errors_named import errors_named

TEMPLATE = Path(__file__).with_name("page.html")
PLACE = "{{data}}"
MOST_ROWS = 240
"""Lines of a change that the page shows side by side; the files have all."""


def write_page(path: Path, data: Mapping[str, Any]) -> None:
    """Write the page that shows ``data``."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # In a script element "</script" ends the data, and behind "<!--<script" it does not: a node may be called either.
    text = text.replace("</", "<\\/").replace("<!--", "\\u003c!--")
    page = TEMPLATE.read_text(encoding="utf-8").replace(PLACE, text)
    with errors_named(path):
        path.write_text(page, encoding="utf-8")


def side_by_side(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str, str]]:
    """The lines that differ, with two lines around them: kind (``=``, ``-``, ``+``, ``~``, ``…``), left and right."""
    rows = list(_rows(before, after))
    return rows if len(rows) <= MOST_ROWS else [*rows[:MOST_ROWS], ("…", f"{len(rows) - MOST_ROWS} more lines", "")]


def _rows(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(2)):
        if number:
            yield "…", "", ""
        for kind, a, b, c, d in group:
            left, right = before[a:b], after[c:d]
            for k in range(max(len(left), len(right))):
                one = left[k] if k < len(left) else ""
                other = right[k] if k < len(right) else ""
                mark = "=" if kind == "equal" else "~" if one and other else "-" if one else "+"
                yield mark, one[:400], other[:400]
