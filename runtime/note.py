"""The ELF note that every artifact starts with: what a loader must know before it maps any code."""

from __future__ import annotations

import dataclasses
import struct

ABI_MAJOR = 1
ABI_MINOR = 0
OWNER = b"DLDT\0\0\0\0"
NOTE_TYPE = 1
MACHINES = {"x86_64": 62, "aarch64": 183}

_HEAD = struct.Struct("<III8s")
_BODY = struct.Struct("<IIIIQQQQQQ32s32s32s")
NOTE_SIZE = _HEAD.size + _BODY.size
# The hashes are the note's last fields.
HASHES_SIZE = 3 * 32


@dataclasses.dataclass(frozen=True)
class Note:
    """The file, as sizes and hashes.

    Offsets and sizes are bytes in the file. ``head_sha256`` covers the bytes before ``code_offset`` (headers, dynamic
    section, metadata, data) with the note's own three hashes as zeros; ``code_sha256`` those from there to
    ``weights_offset``; ``weights_sha256`` the rest, to the end of the file.
    """

    machine: int
    file_size: int
    metadata_offset: int
    metadata_size: int
    code_offset: int
    weights_offset: int
    weights_size: int
    head_sha256: bytes = bytes(32)
    code_sha256: bytes = bytes(32)
    weights_sha256: bytes = bytes(32)
    abi_major: int = ABI_MAJOR
    abi_minor: int = ABI_MINOR

    def pack(self) -> bytes:
        """The note's bytes, header and owner included."""
        body = _BODY.pack(
            self.abi_major,
            self.abi_minor,
            self.machine,
            0,
            self.file_size,
            self.metadata_offset,
            self.metadata_size,
            self.code_offset,
            self.weights_offset,
            self.weights_size,
            self.head_sha256,
            self.code_sha256,
            self.weights_sha256,
        )
        return _HEAD.pack(5, len(body), NOTE_TYPE, OWNER) + body


def unpack(data: bytes) -> Note | None:
    """The note that ``data`` holds, None where it is none of ours. The ABI is for the caller to judge."""
    if len(data) < NOTE_SIZE:
        return None
    owner_size, size, kind, owner = _HEAD.unpack_from(data)
    if (owner_size, size, kind, owner) != (5, _BODY.size, NOTE_TYPE, OWNER):
        return None
    major, minor, machine, _, *rest = _BODY.unpack_from(data, _HEAD.size)
    fields = (machine, *rest, major, minor)
    return Note(*fields)
