"""Writes a map of numbers, texts and lists of integers as a flexbuffer: everything four bytes wide."""

import struct

KEY, INT, FLOAT, STRING, MAP, INTS, BOOL = 4, 1, 3, 5, 9, 11, 26


def flexbuffer(values):
    data = bytearray()
    keys, placed = [], {}
    for name in sorted(values):
        keys.append(len(data))
        data += name.encode() + b"\0"
    data += bytes(-len(data) % 4)
    for name, value in values.items():
        if isinstance(value, list | str):
            items = value.encode() + b"\0" if isinstance(value, str) else struct.pack(f"<{len(value)}i", *value)
            data += struct.pack("<I", len(value))
            placed[name] = len(data)
            data += items + bytes(-len(items) % 4)
    data += struct.pack("<I", len(keys))
    first_key = len(data)
    for at in keys:
        data += struct.pack("<I", len(data) - at)
    data += struct.pack("<3I", len(data) - first_key, 4, len(keys))
    start, kinds = len(data), []
    for name in sorted(values):
        value = values[name]
        if name in placed:
            kinds.append(STRING if isinstance(value, str) else INTS)
            data += struct.pack("<I", len(data) - placed[name])
        else:
            kinds.append(BOOL if isinstance(value, bool) else INT if isinstance(value, int) else FLOAT)
            data += struct.pack("<f" if isinstance(value, float) else "<i", value)
    data += bytes(kind << 2 | 2 for kind in kinds) + bytes(-len(kinds) % 4)
    data += struct.pack("<I", len(data) - start) + bytes((MAP << 2 | 2, 4))
    return bytes(data)
