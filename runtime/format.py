"""Reading and checking an artifact without running any of it."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
import struct
from typing import NoReturn

from dldt.runtime import cpu
from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.metadata import Metadata, parse_metadata
from dldt.runtime.note import ABI_MAJOR, HASHES_SIZE, MACHINES, NOTE_SIZE, Note, unpack

_EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
_PHDR = struct.Struct("<IIQQQQQQ")
_ELF, _CLASS_64, _LITTLE, _SHARED = b"\x7fELF", 2, 1, 3
_LOAD, _NOTE, _WRITE_AND_EXECUTE = 1, 4, 3
_MAX_HEADERS = 64
_MAX_HEAD = 1 << 28
_AGAIN = "copy or compile it again"
_PIECE = 1 << 20
# The headers lie in front; most artifacts have nothing else there.
_START = 16384
# The first hash of a process takes as long as ten.
_SHA256 = hashlib.sha256()


@dataclasses.dataclass(frozen=True)
class Artifact:
    """A file that passed the checks; ``identity`` (device, inode, size, time) tells whether it is still the same."""

    path: str
    note: Note
    metadata: Metadata
    identity: tuple[int, int, int, int]


def read_artifact(path: str | os.PathLike[str], *, verify: bool = False) -> Artifact:
    """Check the artifact at ``path`` and read its metadata; no code of it is mapped.

    The headers are always checked against their hash, ``verify`` checks code and weights too (it reads the whole file).
    Raises RuntimeLoadError saying what is wrong; whether this machine can run it is ``check_machine``'s question.
    """
    name = os.fspath(path)
    descriptor = _open(name)
    try:
        status = os.fstat(descriptor)
        _require_regular(status, name)
        start = _read(descriptor, 0, _START)
        note, at = _read_note(start, status.st_size, name)
        rest = _read(descriptor, len(start), note.code_offset - len(start)) if note.code_offset > len(start) else b""
        head = (start + rest)[: note.code_offset]
        _check_head(head, note, at, name)
        _check_segments(head, note, name)
        if verify:
            _verify(descriptor, note, name)
    finally:
        os.close(descriptor)
    metadata = parse_metadata(head[note.metadata_offset : note.metadata_offset + note.metadata_size], name)
    if MACHINES.get(metadata.arch) != note.machine:
        raise RuntimeLoadError(f"{name} is damaged: its metadata is for {metadata.arch}, its code is not; {_AGAIN}")
    return Artifact(name, note, metadata, identity(status))


def identity(status: os.stat_result) -> tuple[int, int, int, int]:
    """What changes when the file at a path is replaced or written to."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


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
            f"{artifact.path} was compiled for the target {metadata.target!r}, and this machine lacks "
            f"{', '.join(lacking)}; compile the model for this machine (dldt-compile --target host, or a lower level)"
        )


def _open(name: str) -> int:
    try:
        return os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise RuntimeLoadError(f"there is no file {name}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RuntimeLoadError(f"cannot open {name!r}: {(reason or str(error)).lower()}") from None


def _require_regular(status: os.stat_result, name: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise RuntimeLoadError(f"{name} is a directory, not an artifact")
    if not stat.S_ISREG(status.st_mode):
        raise RuntimeLoadError(f"{name} is not a regular file")
    if status.st_size == 0:
        raise RuntimeLoadError(f"{name} is empty; {_AGAIN}")


def _read_note(start: bytes, size: int, name: str) -> tuple[Note, int]:
    """The note, with every offset in it checked against the file's size, and where it lies."""
    header = _check_elf(start, size, name)
    note, at = _find_note(start, header, name)
    if note.abi_major != ABI_MAJOR:
        raise RuntimeLoadError(
            f"{name} has artifact ABI {note.abi_major}.{note.abi_minor}, this runtime runs ABI {ABI_MAJOR}; "
            f"compile the model again with the dldt installed here, or install the dldt that made it"
        )
    if size < note.file_size:
        raise RuntimeLoadError(f"{name} is truncated: it has {size} of {note.file_size} bytes; copy it again")
    if size > note.file_size:
        raise RuntimeLoadError(f"{name} has {size - note.file_size} bytes after its end; {_AGAIN}")
    ordered = (
        note.metadata_offset > 0
        and note.metadata_offset + note.metadata_size <= note.code_offset <= note.weights_offset
        and note.weights_offset + note.weights_size == note.file_size
        and note.code_offset <= _MAX_HEAD
        and note.machine == header[2]
    )
    if not ordered:
        _damaged(name, "the sizes in its header contradict each other")
    return note, at


def _check_elf(start: bytes, size: int, name: str) -> tuple[int, ...]:
    if start[:4] != _ELF:
        raise RuntimeLoadError(f"{name} is not an artifact{_guess(start)}")
    if len(start) < _EHDR.size:
        raise RuntimeLoadError(f"{name} is truncated: it has {size} bytes; copy it again")
    header: tuple[int, ...] = _EHDR.unpack_from(start)
    if start[4] != _CLASS_64 or start[5] != _LITTLE or header[1] != _SHARED:
        raise RuntimeLoadError(f"{name} is not an artifact: it is no 64-bit little-endian shared library")
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


def _program_headers(start: bytes, count: int) -> list[tuple[int, ...]]:
    return [_PHDR.unpack_from(start, _EHDR.size + index * _PHDR.size) for index in range(count)]


def _find_note(start: bytes, header: tuple[int, ...], name: str) -> tuple[Note, int]:
    for kind, _, offset, _, _, size, _, _ in _program_headers(start, header[10]):
        if kind != _NOTE or size != NOTE_SIZE:
            continue
        if offset + size > len(start):
            raise RuntimeLoadError(f"{name} is truncated; copy it again")
        note = unpack(start[offset : offset + size])
        if note is not None:
            return note, offset
    raise RuntimeLoadError(f"{name} is a shared library, but not one of dldt: it has no DLDT note")


def _check_head(head: bytes, note: Note, at: int, name: str) -> None:
    """The hash of the bytes before the code, the note's own hashes as zeros."""
    hashes = at + NOTE_SIZE - HASHES_SIZE
    digest = _SHA256.copy()
    digest.update(head[:hashes])
    digest.update(bytes(HASHES_SIZE))
    digest.update(head[hashes + HASHES_SIZE :])
    if len(head) < note.code_offset or digest.digest() != note.head_sha256:
        _damaged(name, "its headers do not match their hash")


def _check_segments(head: bytes, note: Note, name: str) -> None:
    """Loaded segments lie in the file, in order, apart from each other, and none is both writable and executable."""
    header = _EHDR.unpack_from(head)
    end = 0
    for kind, flags, offset, address, _, stored, size, _ in _program_headers(head, header[10]):
        if kind != _LOAD:
            continue
        if address != offset or stored != size or offset < end or offset + size > note.file_size:
            _damaged(name, "its segments overlap or lie outside the file")
        if flags & _WRITE_AND_EXECUTE == _WRITE_AND_EXECUTE:
            _damaged(name, "a segment is both writable and executable")
        end = offset + size


def _verify(descriptor: int, note: Note, name: str) -> None:
    if _digest(descriptor, note.code_offset, note.weights_offset) != note.code_sha256:
        _damaged(name, "its code does not match its hash")
    if _digest(descriptor, note.weights_offset, note.file_size) != note.weights_sha256:
        _damaged(name, "its weights do not match their hash")


def _digest(descriptor: int, start: int, end: int) -> bytes:
    digest = _SHA256.copy()
    while start < end:
        piece = _read(descriptor, start, min(_PIECE, end - start))
        if not piece:
            break
        digest.update(piece)
        start += len(piece)
    return digest.digest()


def _read(descriptor: int, offset: int, size: int) -> bytes:
    """Up to ``size`` bytes from ``offset`` on, fewer only at the end of the file."""
    pieces, left = [], size
    while left:
        piece = os.pread(descriptor, min(left, _PIECE), offset)
        if not piece:
            break
        pieces.append(piece)
        offset, left = offset + len(piece), left - len(piece)
    return b"".join(pieces)


def _damaged(name: str, reason: str) -> NoReturn:
    raise RuntimeLoadError(f"{name} is damaged: {reason}; {_AGAIN}")
