"""External tensor data: the one place that opens a file which a model names."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.file_map import content_of
from dldt.compiler.safe_open import open_regular
from dldt.compiler.shown import shown
from dldt.compiler.types import Array

_KEYS = ("location", "offset", "length", "checksum")
_LONGEST_PART = 255  # as Linux has it
_MAX_DEPTH = 16
_MAX_HASHED = 1 << 30
_FOLLOW = "; where you trust the model, --follow-links follows links, as the files of Hugging Face's cache are"


@attrs.frozen
class _Place:
    location: tuple[str, ...]
    offset: int
    length: int
    checksum: str


class ExternalFiles:
    """The files that a model may name: those in its ``folder`` or below, opened without following links, unless the
    user allows that (``follow``).

    ``name`` and ``content`` are those of the model file itself, to which ``lift_weights`` refers.
    """

    def __init__(
        self, folder: Path, name: str = "", content: memoryview | None = None, *, follow: bool = False
    ) -> None:
        self.folder = folder
        self._follow = follow
        self._name = name
        self._content = content or memoryview(b"")
        self._contents: dict[tuple[int, int], memoryview] = {}
        self._digests: dict[tuple[int, int], str] = {}

    def lifted(self, proto: Any, what: str) -> memoryview | None:
        """The raw data of a tensor that lie in the model file itself; None for those that are elsewhere."""
        entries = [(entry.key, entry.value) for entry in proto.external_data]
        if [key for key, _ in entries] != ["location", "offset", "length"] or entries[0][1] != self._name:
            return None
        start, length = (_number(value, key, what) for key, value in entries[1:])
        return self._content[start : start + length] if start + length <= len(self._content) else None

    def read(self, proto: Any, dtype: np.dtype[Any], count: int, what: str) -> Array:
        """``count`` elements of ``dtype`` from the file that ``proto.external_data`` names, mapped and read-only.

        Every component is opened without following links, and the file must be a regular one with a single name.
        A checksum, where one is given, must be that of the tensor's bytes, or of the whole file if this has at most
        1 GiB. ``what`` begins the messages. Raises InputError.
        """
        needed = count * dtype.itemsize
        place = _place(proto, needed, what)
        with _open(place.location, self.folder, what, follow=self._follow) as file:
            size = os.fstat(file.fileno()).st_size
            if place.offset + place.length > size:
                wanted = f"bytes {place.offset} to {place.offset + place.length}"
                raise InputError(f"{what}: {wanted} of {shown('/'.join(place.location))} are needed, it has {size}")
            content = self._mapped(file, place.location)[place.offset : place.offset + place.length]
            if place.checksum and place.checksum.lower() not in (_sha1(content), self._digest(file)):
                raise InputError(f"{what}: external data {shown('/'.join(place.location))} does not have its checksum")
        return np.frombuffer(content, dtype=dtype, count=count)

    def _mapped(self, file: BinaryIO, location: tuple[str, ...]) -> memoryview:
        """The file's bytes, once a model: many tensors share a file."""
        status = os.fstat(file.fileno())
        key = (status.st_dev, status.st_ino)
        if key not in self._contents:
            self._contents[key] = content_of(file, str(self.folder.joinpath(*location)))
        return self._contents[key]

    def _digest(self, file: BinaryIO) -> str:
        """The file's SHA-1, computed once a model: many tensors share a file. Nothing for a large one: a stranger's may
        seem to have any size."""
        status = os.fstat(file.fileno())
        if status.st_size > _MAX_HASHED:
            return ""
        key = (status.st_dev, status.st_ino)
        if key not in self._digests:
            digest = hashlib.sha1(usedforsecurity=False)
            file.seek(0)
            while chunk := file.read(1 << 20):
                digest.update(chunk)
            self._digests[key] = digest.hexdigest()
        return self._digests[key]


def _sha1(content: memoryview) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _place(proto: Any, needed: int, what: str) -> _Place:
    entries: dict[str, str] = {}
    for entry in proto.external_data:
        if entry.key not in _KEYS:
            raise InputError(f"{what}: external data has the unknown key {shown(entry.key)} ({', '.join(_KEYS)} are)")
        if entry.key in entries:
            raise InputError(f"{what}: external data gives {shown(entry.key)} twice")
        entries[entry.key] = entry.value
    if "location" not in entries:
        raise InputError(f"{what}: external data names no location")
    offset = _number(entries.get("offset", "0"), "offset", what)
    length = _number(entries.get("length", str(needed)), "length", what)
    if length != needed:
        raise InputError(f"{what}: external data has {length} bytes, its type and shape need {needed}")
    return _Place(_components(entries["location"], what), offset, length, entries.get("checksum", ""))


def _number(text: str, key: str, what: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 20:
        raise InputError(f"{what}: external data {key} {shown(text)} is not a number of bytes")
    return int(text)


def _components(location: str, what: str) -> tuple[str, ...]:
    begin = f"{what}: external data location {shown(location)}"
    if not location:
        raise InputError(f"{begin} is empty")
    if location.startswith("/") or location[1:2] == ":":
        raise InputError(f"{begin} is absolute; it must be relative to the model")
    if "\\" in location or "\0" in location:
        raise InputError(f"{begin} has a backslash or a NUL; components are separated by '/'")
    parts = tuple(part for part in location.split("/") if part not in ("", "."))
    if ".." in parts:
        raise InputError(f"{begin} has '..'; it must stay in the model's folder")
    if not parts or len(parts) > _MAX_DEPTH or any(len(part) > _LONGEST_PART for part in parts):
        raise InputError(f"{begin} is not a file's path")
    return parts


def _open(parts: tuple[str, ...], folder: Path, what: str, *, follow: bool) -> BinaryIO:
    location = "/".join(parts)
    if follow:
        return _followed(folder.joinpath(*parts), f"{what}: external data {shown(location)} in {folder}")
    directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            inner = os.open(part, flags, dir_fd=directory)
            os.close(directory)
            directory = inner
        return open_regular(parts[-1], follow=False, max_links=1, dir_fd=directory)
    except OSError as error:
        reason = (error.strerror or "cannot be opened").lower()
        raise InputError(
            f"{what}: folder of external data {shown(location)}: {reason} (symbolic links are refused){_FOLLOW}"
        ) from error
    except InputError as error:
        advice = _FOLLOW if "symbolic link" in str(error) else ""
        raise InputError(f"{what}: external data {shown(location)} in {folder}: {error}{advice}") from error
    finally:
        os.close(directory)


def _followed(path: Path, begin: str) -> BinaryIO:
    try:
        return open_regular(path)
    except InputError as error:
        raise InputError(f"{begin}: {error}") from error
