"""Which format a file has, by the end of its name, else by its first bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import open_regular
from dldt.frontends.engine.format import Format
from dldt.frontends.engine.sniff import looks_like


def format_of(file: Path, formats: Sequence[Format]) -> Format:
    """The one of ``formats`` that the file's name tells; its first bytes decide where several or none do.

    Raises InputError, which says what the file looks like instead.
    """
    named = [format for format in formats if file.name.lower().endswith(format.suffixes)]
    if len(named) == 1:
        return named[0]
    with open_regular(file) as opened:
        head = opened.read(512)
    found = next((format for format in named or formats if format.begins(head)), None)
    if found is not None:
        return found
    kind = looks_like(head)
    about = f"it looks like {kind}" if kind else "its format is not recognised"
    *others, last = [format.title for format in formats]
    titles = f"{', '.join(others)} and {last} are" if others else f"{last} is"
    raise InputError(f"{file}: not a model that can be read: {about}; {titles} supported")
