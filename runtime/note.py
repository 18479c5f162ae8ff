"""The ELF note that every artifact starts with: what a loader must know before it runs any code."""

from __future__ import annotations

import struct
from typing import NamedTuple

from dldt.runtime.abi import ABI_MAJOR, ABI_MINOR, FUNCTIONS

OWNER = b"DLDT\0\0\0\0"
NOTE_TYPE = 1
MACHINES = {"x86_64": 62, "aarch64": 183}
ENTRIES = tuple(FUNCTIONS)
"""The functions whose places in the file the note tells."""

_HEAD = struct.Struct("<III8s")
_ABI = struct.Struct("<II")
_BODY = struct.Struct("<IIIIQQQQQQQQQQQ32s32s32s")
NOTE_SIZE = _HEAD.size + _BODY.size
# The hashes are the note's last fields.
HASHES_SIZE = 3 * 32


class Note(NamedTuple):
    """What the note says of the file, in the order of its fields.

    Offsets and sizes are in bytes. The offsets of the five functions are 0 in a program, which has none.
    ``head_sha256`` covers the bytes before ``code_offset`` (headers, metadata, dynamic section), in which the note's
    own hashes count as zeros; ``code_sha256`` covers those from there to ``weights_offset``; ``weights_sha256`` covers
    the rest.
    """

    abi_major: int = ABI_MAJOR
    abi_minor: int = ABI_MINOR
    machine: int = 0
    reserved: int = 0
    file_size: int = 0
    metadata_offset: int = 0
    metadata_size: int = 0
    code_offset: int = 0
    weights_offset: int = 0
    weights_size: int = 0
    run: int = 0
    worker: int = 0
    stop: int = 0
    arena_size: int = 0
    output_shapes: int = 0
    head_sha256: bytes = bytes(32)
    code_sha256: bytes = bytes(32)
    weights_sha256: bytes = bytes(32)

    @property
    def entries(self) -> tuple[int, ...]:
        """Where the functions begin, in the order of ``ENTRIES``."""
        return self[10:15]

    def pack(self) -> bytes:
        """The note's bytes, header and owner included."""
        return _HEAD.pack(5, _BODY.size, NOTE_TYPE, OWNER) + _BODY.pack(*self)


def read_abi(data: bytes, offset: int) -> tuple[int, int] | None:
    """The ABI, major and minor, of the note that lies at ``offset``; None where none of ours does."""
    if len(data) < offset + _HEAD.size + _ABI.size:
        return None
    owner_size, _, kind, owner = _HEAD.unpack_from(data, offset)
    return _ABI.unpack_from(data, offset + _HEAD.size) if (owner_size, kind, owner) == (5, NOTE_TYPE, OWNER) else None


def unpack(data: bytes, offset: int) -> Note:
    """The note of this ABI that lies at ``offset``."""
    return Note._make(_BODY.unpack_from(data, offset + _HEAD.size))
