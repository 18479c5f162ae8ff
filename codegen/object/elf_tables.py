"""The tables of an ELF file that consist of small records: strings, the symbol hash, the dynamic section."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence


class StringTable:
    """Names that end in a zero byte, each stored once. ``add`` returns the offset of a name."""

    def __init__(self) -> None:
        self.data = bytearray(1)
        self._offsets = {"": 0}

    def add(self, text: str) -> int:
        """The offset of ``text``, which is added if it is not there yet."""
        if text not in self._offsets:
            self._offsets[text] = len(self.data)
            self.data += os.fsencode(text) + b"\0"  # the name of a file may be any bytes
        return self._offsets[text]


def hash_table(names: Sequence[str]) -> bytes:
    """The System V hash table of dynamic symbols: ``names[i]`` is symbol i + 1."""
    buckets, chains = [0] * max(1, len(names)), [0] * (len(names) + 1)
    for index, name in enumerate(names, 1):
        bucket = _hash(name) % len(buckets)
        chains[index], buckets[bucket] = buckets[bucket], index
    return struct.pack(f"<{2 + len(buckets) + len(chains)}I", len(buckets), len(chains), *buckets, *chains)


def _hash(name: str) -> int:
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ high >> 24) & ~high
    return value
