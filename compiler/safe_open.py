"""Opening a file that a stranger may have prepared: regular files only, of bounded size, and never blocking."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from dldt.compiler.budget import budget
from dldt.compiler.errors import DldtError, InputError
from dldt.compiler.file_map import CHANGED, content_of, require_unchanged
from dldt.compiler.shown import shown

KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)
"""What is no regular file: a test of its mode, and the words for it."""

LINKS: ContextVar[bool] = ContextVar("links", default=False)
"""Whether links may be followed where a model names a file: the user alone can say so."""


@contextlib.contextmanager
def links_allowed(allowed: bool) -> Iterator[None]:
    """Inside the block models may name links, if ``allowed``."""
    token = LINKS.set(allowed)
    try:
        yield
    finally:
        LINKS.reset(token)


def open_regular(
    path: str | os.PathLike[str],
    *,
    max_bytes: int | None = None,
    follow: bool = True,
    max_links: int | None = None,
    dir_fd: int | None = None,
) -> BinaryIO:
    """``path`` opened for reading in binary; the caller closes it.

    Everything is checked on the open descriptor, so the file cannot be swapped in between, and the open itself never
    waits (a pipe without a writer is refused, not waited for). ``max_bytes``: larger files are refused.
    ``follow=False`` refuses a symbolic link as the last component; ``max_links=1`` refuses a file with further hard
    links; ``dir_fd`` resolves a relative path from that open directory. Raises InputError.
    """
    name = os.fspath(path)
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
    try:
        descriptor = os.open(name, flags, dir_fd=dir_fd)
    except ValueError as error:  # a NUL byte in the name
        raise InputError(f"{shown(name)}: not a file name") from error
    except OSError as error:
        raise InputError(f"{name}: {_reason(error, name, follow and dir_fd is None)}") from error
    try:
        status = os.fstat(descriptor)
        _check(name, status, max_bytes, max_links)
        budget().add_file(status.st_size)
        os.set_blocking(descriptor, True)
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: str | os.PathLike[str], *, max_bytes: int) -> bytes:
    """The content of a regular file of at most ``max_bytes``. Raises InputError, also when it grows meanwhile."""
    with open_regular(path, max_bytes=max_bytes) as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise InputError(f"{Path(path)}: the file grew while it was read")
    return content


def map_regular(path: str | os.PathLike[str], *, max_bytes: int) -> memoryview:
    """A regular file of at most ``max_bytes``: copied where it is small, else mapped read-only, so that it costs memory
    only where it is touched.

    Whoever overwrites a large file in place or cuts it short changes what is mapped, which ``unchanged`` and
    ``atomic_write`` find; a new file in its place does not. Raises InputError.
    """
    with open_regular(path, max_bytes=max_bytes) as file:
        return content_of(file, str(Path(path)))


@contextlib.contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """Raises InputError behind the block, instead of any other error, where a file of this name or one that is mapped
    became shorter, longer or newer meanwhile."""
    before = _stamp(path)
    try:
        yield
    except DldtError as error:
        _require_same(path, before, error)
        raise
    _require_same(path, before)


def _require_same(path: Path, before: tuple[int, int] | None, reason: Exception | None = None) -> None:
    if before is not None and _stamp(path) != before:
        raise InputError(f"{path}: {CHANGED}") from reason
    require_unchanged()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _check(name: str, status: os.stat_result, max_bytes: int | None, max_links: int | None) -> None:
    for is_kind, words in KINDS:
        if is_kind(status.st_mode):
            raise InputError(f"{name}: is {words}, a regular file is needed")
    if max_links is not None and status.st_nlink > max_links:
        raise InputError(f"{name}: has {status.st_nlink} hard links, {max_links} allowed; copy the file")
    if max_bytes is not None and status.st_size > max_bytes:
        raise InputError(f"{name}: has {status.st_size:,} bytes, more than the {max_bytes:,} that are allowed")


def _reason(error: OSError, name: str, follow: bool) -> str:
    if error.errno == errno.ENOENT:
        broken = follow and os.path.islink(name)
        return f"is a symbolic link to {os.readlink(name)}, which does not exist" if broken else "no such file"
    if error.errno == errno.EACCES:
        return "cannot be read: permission denied"
    if error.errno == errno.ELOOP:
        return "is a loop of symbolic links" if follow else "is a symbolic link, a regular file is needed"
    if error.errno == errno.ENXIO:
        return "is a socket or a device, a regular file is needed"
    return f"cannot be opened: {(error.strerror or str(error)).lower()}"
