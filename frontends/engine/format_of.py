"""Which format a model has: by the name of its framework, the end of its file's name, or its first bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.safe_open import open_regular
from dldt.compiler.shown import shown
from dldt.frontends.engine.format import Format
from dldt.frontends.engine.sniff import looks_like


def format_of(file: Path, formats: Sequence[Format], framework: str | None = None) -> Format:
    """The one of ``formats`` that ``framework`` names or, where it is not given, that the file's name tells; its first
    bytes decide where several or none do.

    Raises UsageError where no format has the name, or the file's name tells another one; InputError, which says what
    the file looks like instead.
    """
    if framework is not None:
        return _named(file, formats, framework.lower())
    if file.is_dir():
        return _of_directory(file, formats)
    told = _told(file, formats)
    if len(told) == 1:
        return told[0]
    with open_regular(file) as opened:
        head = opened.read(512)
    found = next((format for format in told or formats if format.begins(head)), None)
    if found is not None:
        return found
    kind = looks_like(head)
    about = f"it looks like {kind}" if kind else "its format is not recognised"
    raise InputError(f"{file}: not a model that can be read: {about}; {_titles(formats)} supported")


def _told(file: Path, formats: Sequence[Format]) -> list[Format]:
    return [format for format in formats if file.name.lower().endswith(format.suffixes)]


def _named(file: Path, formats: Sequence[Format], framework: str) -> Format:
    found = next((each for each in formats if framework in (each.name, *each.aliases)), None)
    if found is None:
        raise UsageError(
            f"no framework is called {shown(framework)}; there are: {', '.join(each.name for each in formats)}"
        )
    told = _told(file, formats)
    if told and found not in told:
        raise UsageError(f"--framework {framework} does not fit {file.name}")
    return found


def _of_directory(path: Path, formats: Sequence[Format]) -> Format:
    found = next((format for format in formats if format.directory(path)), None)
    if found is None:
        raise InputError(f"{path}: is a directory, and none that is a model; {_titles(formats)} supported")
    return found


def _titles(formats: Sequence[Format]) -> str:
    *others, last = [format.title for format in formats]
    return f"{', '.join(others)} and {last} are" if others else f"{last} is"
