"""The checksum CRC-32C, of many bytes at a time."""

from __future__ import annotations

import numpy as np

from dldt.compiler.types import Array

_POLYNOMIAL = 0x82F63B78
_LANES = 1024
_MASK_DELTA = 0xA282EAD8


def crc32c(data: bytes | memoryview) -> int:
    """The checksum of the bytes. They are cut into equal lanes, whose checksums are computed side by side and then
    joined."""
    content = np.frombuffer(data, np.uint8)
    # The register starts with ones, which is the same as inverting the first four bytes; zeros before them change
    # nothing then.
    head = content[:4].copy()
    short = len(content) < 4
    width = -(-max(len(content), 1) // _LANES)
    padded = np.zeros(width * _LANES, np.uint8)
    padded[len(padded) - len(content) :] = content
    if short:
        return _plain(bytes(content))
    padded[len(padded) - len(content) :][:4] = head ^ 0xFF
    return int(_joined(_registers(padded.reshape(_LANES, width)), width)) ^ 0xFFFFFFFF


def masked(crc: int) -> int:
    """As files store it: turned by 15 bits and moved by a constant."""
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF


def _table() -> Array:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(_POLYNOMIAL), table >> 1).astype(np.uint32)
    return table


_TABLE = _table()


def _plain(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = int(_TABLE[(crc ^ byte) & 255]) ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def _registers(lanes: Array) -> Array:
    """What each lane leaves in a register of zeros."""
    registers = np.zeros(len(lanes), np.uint32)
    for column in lanes.T:
        registers = _TABLE[(registers ^ column) & 255] ^ registers >> 8
    return registers


def _joined(registers: Array, width: int) -> int:
    """The register behind all lanes: pairs are joined, the left one moved behind so many zeros as the right one is
    long."""
    moved = _moved_by(width)
    while len(registers) > 1:
        registers = _apply(moved, registers[0::2]) ^ registers[1::2]
        moved = _apply(moved, moved)
    return int(registers[0])


def _moved_by(count: int) -> Array:
    """The matrix over bits, a column for each bit, that moves a register behind ``count`` bytes of zeros."""
    bits = np.uint32(1) << np.arange(32, dtype=np.uint32)
    made, step = bits, _TABLE[bits & 255] ^ bits >> 8
    while count:
        made = _apply(step, made) if count & 1 else made
        step, count = _apply(step, step), count >> 1
    return made


def _apply(matrix: Array, registers: Array) -> Array:
    """The matrix times each register."""
    made = np.zeros_like(registers)
    for bit in range(32):
        made ^= np.where(registers >> np.uint32(bit) & 1, matrix[bit], np.uint32(0))
    return made
