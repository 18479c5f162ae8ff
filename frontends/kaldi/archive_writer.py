"""Writes Kaldi's archives."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from dldt.compiler.types import Array

FORMS = ("binary", "text", "compressed")
"""f32; numbers as text; 16 bits a number between the least and the largest of a matrix."""


class ArchiveWriter:
    """Adds entries to an open file; ``places`` has where each begins, as an .scp file names it."""

    def __init__(self, file: BinaryIO, form: str = "binary") -> None:
        self._file, self._form = file, form
        self.places: dict[str, int] = {}

    def add(self, key: str, array: Array) -> None:
        """A matrix or a vector."""
        self._file.write(f"{key} ".encode())
        self.places[key] = self._file.tell()
        data = np.ascontiguousarray(array, np.float32)
        if self._form == "text":
            self._file.write(_text(data))
        elif self._form == "compressed" and data.ndim == 2 and data.size:
            self._file.write(b"\0B" + _compressed(data))
        else:
            sizes = b"".join(struct.pack("<bi", 4, size) for size in data.shape)
            self._file.write(b"\0BF" + (b"M " if data.ndim == 2 else b"V ") + sizes + data.tobytes())

    def script(self, archive: Path) -> str:
        """The text of an .scp file, for an archive of that name."""
        return "".join(f"{key} {archive}:{place}\n" for key, place in self.places.items())


def _text(data: Array) -> bytes:
    rows = data if data.ndim == 2 else data[None]
    lines = [" ".join(repr(float(x)) if np.isfinite(x) else str(x) for x in row) for row in rows]
    if data.ndim == 1:
        return f" [ {lines[0]} ]\n".encode()
    return (" [" + "".join(f"\n  {line}" for line in lines) + " ]\n").encode()


def _compressed(data: Array) -> bytes:
    low, high = float(data.min()), float(data.max())
    extent = np.float32(high - low) if high > low else np.float32(1e-5)
    steps = (data.astype(np.float64) - low) / float(extent) * 65535.0
    words = np.clip(np.floor(steps + 0.499), 0, 65535).astype("<u2")
    return b"CM2 " + struct.pack("<ffii", low, extent, *data.shape) + words.tobytes()
