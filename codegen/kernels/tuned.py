"""Plans that were measured to be the fastest on a machine, and the file that stores them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import attrs

from dldt.codegen.target import Target
from dldt.compiler.atomic import atomic_write
from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import read_regular
from dldt.runtime.version import __version__

FORMAT = "dldt-tuned 1"
_LARGEST = 16 << 20


@attrs.frozen
class Tuned:
    """The name of the fastest plan for each key; ``source`` tells people where that is from."""

    names: Mapping[str, str] = attrs.field(factory=dict)
    source: str = "this run"


UNTUNED = Tuned()
"""No measured winners."""


def read_tuned(path: str | os.PathLike[str], target: Target) -> Tuned:
    """Read the winners from a file that ``write_tuned`` wrote.

    Raises InputError where the file is damaged, or was measured on another machine or by another version of dldt: its
    winners say nothing here. ``Choice`` checks whether a name is that of a plan.
    """
    try:
        found = json.loads(read_regular(path, max_bytes=_LARGEST))
    except (ValueError, RecursionError) as error:
        raise _refused(path, "is not JSON") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise _refused(path, f"is no file of measured choices ({FORMAT})")
    measured = found.get("machine")
    if not isinstance(measured, dict):
        raise _refused(path, "does not say for what machine it was measured")
    for name, value in _machine(target).items():
        if measured.get(name) != value:
            raise _refused(path, f"was measured for {name} {_short(measured.get(name))}, not {_short(value)}")
    winners = found.get("winners")
    if not isinstance(winners, dict) or not all(isinstance(name, str) for name in winners.values()):
        raise _refused(path, "has no list of winners")
    return Tuned(winners, str(path))


def write_tuned(path: str | os.PathLike[str], tuned: Tuned, target: Target) -> None:
    """Write the winners, either the whole file or nothing. Raises InputError where the path cannot be written."""
    content = {"format": FORMAT, "machine": _machine(target), "winners": dict(sorted(tuned.names.items()))}
    with atomic_write(path) as file:
        file.write(json.dumps(content, indent=1).encode() + b"\n")


def _machine(target: Target) -> dict[str, object]:
    """All that the speed of a plan depends on, as JSON data."""
    facts: dict[str, object] = json.loads(json.dumps(attrs.asdict(target, filter=_decides)))
    return {"dldt": __version__, **facts}


def _decides(field: attrs.Attribute[object], value: object) -> bool:
    """Whether the field is a fact, and not a note on one (such as its source)."""
    return bool(field.eq)


def _refused(path: str | os.PathLike[str], why: str) -> InputError:
    return InputError(f"{Path(path)}: {why}; measure anew with --tune and another file, or leave out --tuned")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "..."
