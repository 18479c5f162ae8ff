"""A file of ``--transformations_config`` → its entries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.safe_open import open_regular
from dldt.frontends.tensorflow.replacement.replacement import Replacement

_LARGEST = 1 << 20


def read_config(file: Path) -> tuple[Replacement, ...]:
    """The entries in the file's order. Raises InputError where it is no such file."""
    with open_regular(file) as stream:
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise InputError(f"{file}: larger than {_LARGEST} bytes, so it is no file of transformations")
    try:
        entries = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file}: not a JSON document: {printable(str(error))}") from error
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise InputError(f"{file}: a list of objects is expected, each with an id and custom_attributes")
    return tuple(_entry(each, file) for each in entries)


def _entry(entry: dict[str, Any], file: Path) -> Replacement:
    kind, own = entry.get("id"), entry.get("custom_attributes", {})
    inputs, outputs = entry.get("inputs", []), entry.get("outputs", [])
    if not isinstance(kind, str) or not isinstance(own, dict):
        raise InputError(f"{file}: an entry has no id, or its custom_attributes are no object")
    if not isinstance(inputs, list) or not isinstance(outputs, list):
        raise InputError(f"{file}: {printable(kind)}: inputs and outputs must be lists")
    return Replacement(printable(kind), str(file), own, entry.get("instances"), inputs, outputs)
