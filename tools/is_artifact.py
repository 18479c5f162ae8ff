"""Whether a file is a compiled library."""

from __future__ import annotations

from pathlib import Path

_ELF = b"\x7fELF"


def is_artifact(path: Path) -> bool:
    """Whether the file is a compiled library, ours or another's (the loader distinguishes them)."""
    if path.suffix == ".so":
        return True
    with path.open("rb") as file:
        return file.read(4) == _ELF
