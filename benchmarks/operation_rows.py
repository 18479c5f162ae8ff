"""The rows of benchmarks/operations.txt."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.operation_row import OperationRow

TABLE = Path(__file__).with_name("operations.txt")
_ALTERNATIVES = re.compile(r"\(([^()|/]+(?:[|/][^()|/]+)+)\)")


def operation_rows(only: str = "*") -> Iterator[OperationRow]:
    """Every row whose text, or group, fits the pattern ``only``."""
    group = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line[3:].partition(":")[0]
        if not line or line.startswith("#"):
            continue
        for text in expanded(line):
            if fnmatchcase(text, only) or fnmatchcase(group, only):
                yield OperationRow(group, text)


def expanded(line: str) -> Iterator[str]:
    """A line for each choice: of every (a|b) one, of all (a/b) the first, then of all the second, and so on."""
    words = _ALTERNATIVES.split(line)
    choices = [re.split("[|/]", word) for word in words[1::2]]
    tied = [number for number, word in enumerate(words[1::2]) if "/" in word]
    steps = len(choices[tied[0]]) if tied else 1
    if any(len(choices[number]) != steps for number in tied):
        raise ValueError(f"{line}: alternatives that are taken in step (a/b) are equally many")
    for step in range(steps):
        free = [[options[step]] if n in tied else options for n, options in enumerate(choices)]
        for taken in itertools.product(*free):
            parts = itertools.zip_longest(words[::2], taken, fillvalue="")
            yield "".join(itertools.chain.from_iterable(parts))
