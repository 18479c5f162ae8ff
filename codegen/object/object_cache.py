"""Compiled modules on disk, found by the hash of all that decides what they become."""

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
"""Bytes of all entries together; the least recently used go first."""

_FORMAT = "dldt-object 1"
_SUFFIX = ".object"
# No module is larger: what is there under its name is none of ours.
_LARGEST = 256 << 20


class ObjectCache:
    """A directory of entries, one a module. An entry that is damaged is none; a cache that cannot be written stays so.

    Whoever may write to the directory decides what code artifacts get, so it must belong to the user and be writable
    for nobody else. Only the user's own programs can put an entry there that is wrong and looks right.
    """

    def __init__(self, directory: Path, capacity: int = CAPACITY) -> None:
        self._directory, self._capacity = directory, capacity
        self._common = json.dumps([_FORMAT, __version__, _compiler(), _versions()])

    @staticmethod
    def of_user() -> ObjectCache | None:
        """The cache that DLDT_CACHE names, else the one below XDG_CACHE_HOME or ~/.cache; None where it is off.

        None as well where the directory cannot be made, belongs to another user, or others may write to it.
        """
        directory = _directory()
        return ObjectCache(directory) if directory is not None and _is_safe(directory) else None

    def key(self, digest: str, machine: Mapping[str, object], options: Mapping[str, object]) -> str:
        """The name of the entry for a module of that digest, the machine that it is for, and how it is optimised."""
        return hashlib.sha256(json.dumps([self._common, digest, machine, options], sort_keys=True).encode()).hexdigest()

    def load(self, key: str) -> dict[str, bytes] | None:
        """The parts that were stored under ``key``, which is now the most recently used; None where there are none."""
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
        """Keep ``parts`` under ``key``; where that is not possible nothing happens."""
        head = json.dumps({name: len(part) for name, part in parts.items()}).encode()
        body = b"".join([head, b"\n", *parts.values()])
        with contextlib.suppress(OSError, InputError), atomic_write(self._path(key), mode=0o600, durable=False) as file:
            file.write(_digest(key, body))
            file.write(body)

    def trim(self) -> None:
        """Where the capacity is exceeded, remove what was used least recently, down to nine tenths of it."""
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
    """Make the directory where there is none; whether it is this user's, and nobody else may write to it."""
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
    """The hash that begins an entry: with the key, so that no entry passes under another's name."""
    return hashlib.sha256(key.encode() + body).digest()


def _entries(directory: Path) -> Iterator[tuple[float, int, Path]]:
    """When each entry was last used, its bytes, its path; what a killed process left half written counts as well."""
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
    """Of what else has a part in it: numpy computes constants."""
    try:
        llvmlite = importlib.metadata.version("llvmlite")
    except importlib.metadata.PackageNotFoundError:
        llvmlite = "none"
    return [llvmlite, np.__version__]
