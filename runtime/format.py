"""Mapping and checking an artifact without running any of it."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from typing import NamedTuple, NoReturn

from dldt.runtime import cpu
from dldt.runtime.abi import ABI_MAJOR
from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.image import Image
from dldt.runtime.metadata import Metadata, parse_metadata
from dldt.runtime.note import HASHES_SIZE, MACHINES, NOTE_SIZE, Note, read_abi, unpack
from dldt.runtime.shown import shown

_EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
_PHDR = struct.Struct("<IIQQQQQQ")
_ELF, _CLASS_64, _LITTLE, _SHARED = b"\x7fELF", 2, 1, 3
_LOAD, _NOTE, _EXECUTE, _WRITE_AND_EXECUTE = 1, 4, 1, 3
_MAX_HEADERS = 64
_MAX_HEAD = 1 << 28
_AGAIN = "copy or compile it again"
_PIECE = 1 << 20
# So many bytes are read first: they hold the headers and, in most artifacts, all that lies before the code.
_START = 16384
# Code of fewer bytes is hashed whenever it is loaded: half a millisecond a megabyte.
_QUICK = 8 << 20
# The first sha256() of a process takes as long as ten later ones: made at import, and copied for each use.
_SHA256 = hashlib.sha256()


class Artifact(NamedTuple):
    """A file that passed the checks, mapped. ``code`` is the offset and the size of what may be executed of it."""

    path: str
    note: Note
    metadata: Metadata
    image: Image
    code: tuple[int, int]


def read_artifact(path: str | os.PathLike[str], *, verify: bool | None = None) -> Artifact:
    """Map the artifact at ``path`` read-only, check it and read its metadata; none of its code can run yet.

    The headers are always checked against their hash, and so is code of less than 8 MB, unless ``verify`` is False;
    True checks all code and the weights (it reads the whole file).
    Raises RuntimeLoadError saying what is wrong; ``check_machine`` tells whether this machine can run it.
    """
    name = os.fspath(path)
    file = _open(name)
    try:
        return _checked(file, name, verify)
    finally:
        os.close(file)


def _checked(file: int, name: str, verify: bool | None) -> Artifact:
    image = _map(file, name)
    start = _bytes(file, 0, _START)
    header = _check_elf(start, image.size, name)
    headers = list(_PHDR.iter_unpack(start[_EHDR.size : _EHDR.size + header[10] * _PHDR.size]))
    note, at = _find_note(start, headers, image.size, name)
    _check_sizes(note, header[2], image.size, name)
    head = start[: note.code_offset] if note.code_offset <= len(start) else _bytes(file, 0, note.code_offset)
    _check_head(head, note, at, name)
    code = _check_segments(headers, note, name)
    if verify or (verify is None and note.weights_offset - note.code_offset < _QUICK):
        _require_hash(
            file,
            note.code_offset,
            note.weights_offset,
            note.code_sha256,
            "its code does not match its hash",
            name,
        )
    if verify:
        _require_hash(
            file,
            note.weights_offset,
            note.file_size,
            note.weights_sha256,
            "its weights do not match their hash",
            name,
        )
    metadata = parse_metadata(head[note.metadata_offset : note.metadata_offset + note.metadata_size], name)
    if MACHINES.get(metadata.arch) != note.machine:
        raise RuntimeLoadError(f"{name} is damaged: its metadata is for {metadata.arch}, its code is not; {_AGAIN}")
    return Artifact(name, note, metadata, image, code)


def check_machine(artifact: Artifact) -> None:
    """RuntimeLoadError unless this machine has the architecture and the processor features that the code uses."""
    metadata = artifact.metadata
    if metadata.arch != cpu.arch():
        raise RuntimeLoadError(
            f"{artifact.path} is for {metadata.arch}, this machine is {cpu.arch()}; "
            f"compile the model for it (dldt-compile --target)"
        )
    lacking = cpu.missing(list(metadata.features))
    if lacking:
        raise RuntimeLoadError(
            f"{artifact.path} was compiled for the target {shown(metadata.target)}, and this machine lacks "
            f"{', '.join(lacking)}; compile the model for this machine (dldt-compile --target host, or a lower level)"
        )


def _open(name: str) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise RuntimeLoadError(f"there is no file {name}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RuntimeLoadError(f"cannot open {shown(name)}: {(reason or str(error)).lower()}") from None


def _map(file: int, name: str) -> Image:
    try:
        status = os.fstat(file)
        _require_regular(status, name)
        return Image(file, status.st_size)
    except OSError as error:
        raise RuntimeLoadError(
            f"cannot map {shown(name)} into memory: {(error.strerror or str(error)).lower()}"
        ) from None


def _bytes(file: int, start: int, end: int) -> bytes:
    """The bytes from ``start`` to ``end``, or to the end of the file. They are read and not taken from the image, which
    would end the process where the file is cut short meanwhile."""
    return os.pread(file, end - start, start)


def _require_regular(status: os.stat_result, name: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise RuntimeLoadError(f"{name} is a directory, not an artifact")
    if not stat.S_ISREG(status.st_mode):
        raise RuntimeLoadError(f"{name} is not a regular file")
    if status.st_size == 0:
        raise RuntimeLoadError(f"{name} is empty; {_AGAIN}")


def _check_elf(start: bytes, size: int, name: str) -> tuple[int, ...]:
    if start[:4] != _ELF:
        raise RuntimeLoadError(f"{name} is not an artifact{_guess(start)}")
    if len(start) < _EHDR.size:
        raise RuntimeLoadError(f"{name} is truncated: it has {size} bytes; copy it again")
    header: tuple[int, ...] = _EHDR.unpack_from(start)
    if start[4] != _CLASS_64 or start[5] != _LITTLE or header[1] != _SHARED:
        raise RuntimeLoadError(f"{name} is not an artifact: it is not a 64-bit little-endian shared library")
    table, entry, count = header[5], header[9], header[10]
    if entry != _PHDR.size or not 0 < count <= _MAX_HEADERS or table != _EHDR.size:
        raise RuntimeLoadError(f"{name} is not an artifact of dldt: its program headers are not laid out as ours")
    if len(start) < table + count * entry:
        raise RuntimeLoadError(f"{name} is truncated: it has {size} bytes; copy it again")
    return header


def _guess(start: bytes) -> str:
    if start.startswith((b"<?xml", b"<net")):
        return " but an XML file; compile it first: dldt-compile MODEL -o model.so"
    if start.startswith((b"\x08", b"\x0a")):
        return "; if it is an ONNX model, compile it first: dldt-compile MODEL -o model.so"
    return ": it is no ELF file"


def _find_note(start: bytes, headers: list[tuple[int, ...]], whole: int, name: str) -> tuple[Note, int]:
    """The note and its offset in a file of ``whole`` bytes. Of what it says, only the ABI is checked here."""
    for kind, _, offset, _, _, size, _, _ in headers:
        if kind != _NOTE:
            continue
        if offset + size > whole:
            raise RuntimeLoadError(f"{name} is truncated; copy it again")
        abi = read_abi(start, offset)
        if abi is None:
            continue
        if abi[0] != ABI_MAJOR:
            raise RuntimeLoadError(
                f"{name} has artifact ABI {abi[0]}.{abi[1]}, this runtime runs ABI {ABI_MAJOR}; "
                f"compile the model again with the dldt installed here, or install the dldt that made it"
            )
        if size != NOTE_SIZE:
            _damaged(name, "its note is of another size")
        return unpack(start, offset), offset
    raise RuntimeLoadError(f"{name} is a shared library, but not one of dldt: it has no DLDT note")


def _check_sizes(note: Note, machine: int, size: int, name: str) -> None:
    if size < note.file_size:
        raise RuntimeLoadError(f"{name} is truncated: it has {size} of {note.file_size} bytes; copy it again")
    if size > note.file_size:
        raise RuntimeLoadError(f"{name} has {size - note.file_size} bytes after its end; {_AGAIN}")
    ordered = (
        note.metadata_offset > 0
        and note.metadata_offset + note.metadata_size <= note.code_offset <= note.weights_offset
        and note.weights_offset + note.weights_size == note.file_size
        and note.code_offset <= _MAX_HEAD
        and note.machine == machine
    )
    if not ordered:
        _damaged(name, "the sizes in its header contradict each other")


def _check_head(head: bytes, note: Note, at: int, name: str) -> None:
    """Compare the hash of the bytes before the code, in which the note's own hashes count as zeros."""
    hashes = at + NOTE_SIZE - HASHES_SIZE
    digest = _SHA256.copy()
    digest.update(b"".join((head[:hashes], bytes(HASHES_SIZE), head[hashes + HASHES_SIZE :])))
    if len(head) < note.code_offset or digest.digest() != note.head_sha256:
        _damaged(name, "its headers do not match their hash")


def _check_segments(headers: list[tuple[int, ...]], note: Note, name: str) -> tuple[int, int]:
    """The offset and the size of the code.

    Refused unless the loaded segments lie in the file in order and without overlap, and exactly one is executable and
    holds the functions.
    """
    end, code = 0, (0, 0)
    for kind, flags, offset, address, _, stored, size, _ in headers:
        if kind != _LOAD:
            continue
        if address != offset or stored != size or offset < end or offset + size > note.file_size:
            _damaged(name, "its segments overlap or lie outside the file")
        if flags & _WRITE_AND_EXECUTE == _WRITE_AND_EXECUTE:
            _damaged(name, "a segment is both writable and executable")
        if flags & _EXECUTE:
            if code[1]:
                _damaged(name, "it has two executable segments")
            code = offset, size
        end = offset + size
    if not all([0 <= entry - code[0] < code[1] for entry in note.entries]):
        _damaged(name, "its functions lie outside its code")
    return code


def _require_hash(file: int, start: int, end: int, expected: bytes, otherwise: str, name: str) -> None:
    if _digest(file, start, end) != expected:
        _damaged(name, otherwise)


def _digest(file: int, start: int, end: int) -> bytes:
    digest = _SHA256.copy()
    for at in range(start, end, _PIECE):
        digest.update(_bytes(file, at, min(end, at + _PIECE)))
    return digest.digest()


def _damaged(name: str, reason: str) -> NoReturn:
    raise RuntimeLoadError(f"{name} is damaged: {reason}; {_AGAIN}")
