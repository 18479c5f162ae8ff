"""Compiled modules on disk. Each is found by a hash of everything that its machine code depends on."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

import dldt.codegen
import dldt.compiler
from dldt.compiler.atomic import atomic_write
from dldt.compiler.errors import InputError
from dldt.compiler.options import CACHE
from dldt.runtime.version import __version__

CAPACITY = 2 << 30
"""The most bytes of all entries together; the least recently used entries are removed first."""

_FORMAT = "dldt-object 1"
_SUFFIX = ".object"
# No module is larger than this: a larger file under an entry's name was not written by dldt.
_LARGEST = 256 << 20


class ObjectCache:
    """A directory with one entry for each module. A damaged entry counts as missing. If the directory cannot be
    written, the cache is only read.

    Whoever can write to the directory decides which code artifacts get. So it must belong to the user, and nobody else
    may write to it. Then only the user's own programs can add an entry that is wrong and looks right.
    """

    def __init__(self, directory: Path, capacity: int = CAPACITY) -> None:
        self._directory, self._capacity = directory, capacity
        self._common = json.dumps([_FORMAT, __version__, _compiler(), _versions()])

    @staticmethod
    def of_user() -> ObjectCache | None:
        """The cache that DLDT_CACHE names, else the one in XDG_CACHE_HOME or ~/.cache; None where it is turned off.

        Also None where the directory cannot be made, belongs to another user, or may be written by others.
        """
        directory = _directory()
        return ObjectCache(directory) if directory is not None and _is_safe(directory) else None

    def key(self, digest: str, machine: Mapping[str, object], options: Mapping[str, object]) -> str:
        """The name of the entry for a module: a hash of its digest, the machine that it is for, and its
        optimisation."""
        return hashlib.sha256(json.dumps([self._common, digest, machine, options], sort_keys=True).encode()).hexdigest()

    def load(self, key: str) -> dict[str, bytes] | None:
        """The parts that were stored under ``key``, which becomes the most recently used entry; None where there are
        none."""
        path = self._path(key)
        body = _read(path)
        if body is None or body[:32] != _digest(key, body[32:]):
            return None
        head, _, parts = body[32:].partition(b"\n")
        result, start = {}, 0
        for name, size in json.loads(head).items():
            result[name] = parts[start : start + size]
            start += size
        with contextlib.suppress(OSError):
            os.utime(path)
        return result

    def store(self, key: str, parts: Mapping[str, bytes]) -> None:
        """Store ``parts`` under ``key``. Does nothing where that is impossible."""
        head = json.dumps({name: len(part) for name, part in parts.items()}).encode()
        body = b"".join([head, b"\n", *parts.values()])
        with contextlib.suppress(OSError, InputError), atomic_write(self._path(key), mode=0o600, durable=False) as file:
            file.write(_digest(key, body))
            file.write(body)

    def trim(self) -> None:
        """If the entries exceed the capacity, remove the least recently used ones until nine tenths of it are left."""
        found = sorted(_entries(self._directory))
        total = sum(size for _, size, _ in found)
        if total <= self._capacity:
            return
        for _, size, path in found:
            if total <= self._capacity * 9 // 10:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}{_SUFFIX}"


def _directory() -> Path | None:
    if CACHE.value:
        return Path(CACHE.value) if CACHE.enabled else None
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # a relative one is to be ignored, says its specification
        return Path(base, "dldt")
    try:
        return Path.home() / ".cache" / "dldt"
    except RuntimeError:
        return None


def _is_safe(directory: Path) -> bool:
    """Make the directory if there is none. Returns whether it belongs to this user and nobody else may write to it."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.stat()
    except OSError:
        return False
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(path: Path) -> bytes | None:
    """The file's bytes; None where it is missing, not a regular file, or far too large."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            return file.read() if stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST else None
    except OSError:
        return None


def _digest(key: str, body: bytes) -> bytes:
    """The hash at the beginning of an entry. It covers the key, so that no entry is accepted under another's name."""
    return hashlib.sha256(key.encode() + body).digest()


def _entries(directory: Path) -> Iterator[tuple[float, int, Path]]:
    """Every entry's time of last use, size in bytes and path. Files that a killed process left incomplete are
    included."""
    with contextlib.suppress(OSError):
        for item in os.scandir(directory):
            if _SUFFIX not in item.name:
                continue
            with contextlib.suppress(OSError):
                found = item.stat(follow_symlinks=False)
                yield found.st_mtime, found.st_size, Path(item.path)


def _compiler() -> str:
    """The hash of the programs that write LLVM IR and that call LLVM."""
    found = hashlib.sha256()
    for top in (*dldt.codegen.__path__, *dldt.compiler.__path__):
        for path in sorted(Path(top).rglob("*.py")):
            body = path.read_bytes()
            found.update(f"{path.relative_to(top)} {len(body)}\n".encode() + body)
    return found.hexdigest()


def _versions() -> list[str]:
    """The versions of other software that influences the code: numpy computes constants."""
    try:
        llvmlite = importlib.metadata.version("llvmlite")
    except importlib.metadata.PackageNotFoundError:
        llvmlite = "none"
    return [llvmlite, np.__version__]
