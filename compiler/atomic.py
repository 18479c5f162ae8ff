"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dldt.compiler.errors import InputError


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike[str], *, mode: int = 0o644, durable: bool = True) -> Iterator[BinaryIO]:
    """A binary file that becomes ``path`` when the block ends well, and nothing when it raises.

    The bytes go to a temporary file in the same directory, reach the disk, and are renamed over ``path``: a reader
    sees the old file or the new one. A symbolic link at ``path`` is replaced, not followed. Not ``durable``: nobody
    waits for the disk, and a crash of the machine may leave a damaged file. Raises InputError where the place cannot
    be written (no such directory, no permission, disk full).
    """
    target = Path(path)
    if target.is_dir() and not target.is_symlink():
        raise InputError(f"cannot write {target}: it is a directory; give a file name")
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise InputError(_message(target, error)) from error
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            if durable:
                os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        _discard(temporary)
        raise InputError(_message(target, error)) from error
    except BaseException:
        _discard(temporary)
        raise
    if durable:
        _sync_directory(target.parent)


def _discard(temporary: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(temporary)


def _sync_directory(directory: Path) -> None:
    """The rename itself reaches the disk; file systems that cannot do it are let be."""
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _message(target: Path, error: OSError) -> str:
    if not target.parent.is_dir():
        return f"cannot write {target}: there is no directory {target.parent}; create it first"
    return f"cannot write {target}: {(error.strerror or str(error)).lower()}; choose another place for the output"
