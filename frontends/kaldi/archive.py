"""Kaldi's archives: matrices and vectors by key, in an .ark file, or in files that an .scp file names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import map_regular, read_regular
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.kaldi.matrix import read_matrix
from dldt.frontends.kaldi.token_stream import TokenStream

LARGEST = 1 << 40
MOST_LINES = 1 << 26


def is_archive(name: str) -> bool:
    """Whether a file name is one of an archive."""
    return name.lower().endswith((".ark", ".scp"))


def read_archive(path: str | Path) -> Iterator[tuple[str, Array]]:
    """Each key with its matrix [rows,columns] or vector, f32, in the file's order. Raises InputError."""
    file = Path(path)
    return _script(file) if file.suffix.lower() == ".scp" else _archive(file)


def _archive(path: Path) -> Iterator[tuple[str, Array]]:
    stream = TokenStream(map_regular(path, max_bytes=LARGEST), path, binary=False)
    while stream.peek():
        key = stream.token()
        yield key, _entry(stream, key)


def _script(path: Path) -> Iterator[tuple[str, Array]]:
    """Lines of a key, the name of an archive, a colon and the place of the entry in it."""
    text = read_regular(path, max_bytes=1 << 30).decode("utf-8", "replace")
    files: dict[Path, memoryview] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(None, 1)
        if not words:
            continue
        if len(words) < 2:
            raise InputError(f"{path}, line {number}: {shown(line)} is no key with a file")
        file, start = _named(path, number, words[1].strip())
        if file not in files:
            files[file] = _mapped(file, f"{path}, line {number}")
        stream = TokenStream(files[file], file, binary=False, position=start)
        if start > len(files[file]):
            raise InputError(f"{path}, line {number}: {file} has {len(files[file])} bytes, its byte {start} is named")
        yield words[0], _entry(stream, words[0])


def _mapped(file: Path, where: str) -> memoryview:
    try:
        return map_regular(file, max_bytes=LARGEST)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _named(path: Path, number: int, text: str) -> tuple[Path, int]:
    where = f"{path}, line {number}"
    if text.endswith("|") or text.startswith("|"):
        raise InputError(f"{where}: commands are not run; write what it prints to an .ark file: {shown(text)}")
    if text.endswith("]"):
        raise InputError(f"{where}: ranges of rows are not known: {shown(text)}")
    name, colon, place = text.rpartition(":")
    if not colon or not place.isdecimal() or len(place) > 15:
        name, place = text, "0"
    if "\0" in name:
        raise InputError(f"{where}: {shown(name)} is no name of a file")
    found = Path.cwd() / name if os.path.exists(Path.cwd() / name) else path.parent / name
    inside = (path.parent.resolve(), Path.cwd().resolve())
    if not any(found.resolve().is_relative_to(folder) for folder in inside):
        raise InputError(
            f"{where}: {shown(name)} lies neither in the folder of the .scp file nor in this one; give the "
            ".ark file itself"
        )
    return found, int(place)


def _entry(stream: TokenStream, key: str) -> Array:
    stream.reading = f"entry {shown(key)}"
    stream.binary = bytes(stream.data[stream.position : stream.position + 2]) == b"\0B"
    stream.position += 2 if stream.binary else 0
    try:
        return read_matrix(stream)
    finally:
        stream.binary, stream.reading = False, ""
