"""The text file of numbers that a layer PowerFile adds."""

from __future__ import annotations

import re
from array import array
from pathlib import Path, PurePosixPath

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import read_regular
from dldt.compiler.shown import shown
from dldt.frontends.caffe.blob import Blob

_MAX_BYTES = 1 << 26


def shift_of(name: str, net: Path) -> tuple[Blob, ...]:
    """The numbers up to the first word that is none, as one blob; nothing where there is no file. It must lie in the
    folder of the net. Raises InputError."""
    if not name:
        return ()
    where = f"{net}: shift_file {shown(name)}"
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or ".." in parts or ":" in name or PurePosixPath(name).is_absolute():
        raise InputError(f"{where} leaves the folder of the net; copy the file beside the net, and name it without one")
    file = net.parent.joinpath(*parts)
    if not file.is_file() or not file.resolve().is_relative_to(net.parent.resolve()):
        raise InputError(f"{where} is not in the folder of the net; copy it there: it holds the numbers that are added")
    found = array("d")  # a list would take ten times as much
    for word in re.finditer(rb"\S+", read_regular(file, max_bytes=_MAX_BYTES)):
        try:
            found.append(float(word[0]))
        except ValueError:
            break
    numbers = np.array(found, np.float64).astype(np.float32)
    return (Blob(numbers.shape, False, (numbers,)),)
