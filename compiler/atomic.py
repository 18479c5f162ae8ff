"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dldt.compiler.errors import InputError
from dldt.compiler.file_map import require_unchanged
from dldt.compiler.safe_open import KINDS

WRITTEN: list[Path] = []
"""The files that this process has written, oldest first, without those of a cache."""


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike[str], *, mode: int = 0o644, durable: bool = True) -> Iterator[BinaryIO]:
    """A binary file that becomes ``path`` when the block ends well, and nothing when it raises.

    The bytes go to a temporary file in the same directory, reach the disk, and are renamed over ``path``: a reader
    sees the old file or the new one. Not ``durable``, as in a cache: nobody waits for the disk, and a crash of the
    machine may leave a damaged file. Raises InputError where the place cannot be written (no such directory, no
    permission, disk full) or is no regular file: a link, a pipe or a device is neither followed nor replaced; and
    where a large file that the bytes were made from was changed meanwhile.
    """
    target = Path(path)
    require_replaceable(target)
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
        if durable:
            require_unchanged()
        os.replace(temporary, target)
        if durable:
            WRITTEN.append(target)
    except OSError as error:
        _discard(temporary)
        require_unchanged()
        raise InputError(_message(target, error)) from error
    except BaseException:
        _discard(temporary)
        raise
    if durable:
        _sync_directory(target.parent)


def require_replaceable(target: Path) -> None:
    """Raises InputError where something that is no regular file has this name."""
    try:
        mode = os.lstat(target).st_mode
    except (OSError, ValueError):  # nothing is there, or it will be told when it is written
        return
    kind = next((words for is_kind, words in KINDS if is_kind(mode)), None)
    if stat.S_ISLNK(mode):
        raise InputError(f"cannot write {target}: it is a symbolic link; name the file that it points to, or remove it")
    if kind == "a directory":
        raise InputError(f"cannot write {target}: it is a directory; give a file name")
    if kind is not None:
        raise InputError(f"cannot write {target}: it is {kind}; name a regular file, or one that is not there yet")


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
