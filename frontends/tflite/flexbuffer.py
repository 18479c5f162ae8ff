"""Reads the flexbuffer in which a custom operation has its options: a map of numbers, texts and lists of these."""

from __future__ import annotations

import struct
from typing import Any

from dldt.compiler.errors import InputError
from dldt.frontends.engine.fault import Fault

_INT, _UINT, _FLOAT, _KEY, _STRING, _INDIRECT_INT, _INDIRECT_UINT, _INDIRECT_FLOAT, _MAP, _VECTOR = range(1, 11)
_TYPED = {11: _INT, 12: _UINT, 13: _FLOAT, 14: _KEY, 36: 26}
_FIXED = {16: (_INT, 2), 17: (_UINT, 2), 18: (_FLOAT, 2), 19: (_INT, 3), 20: (_UINT, 3), 21: (_FLOAT, 3)}
_FIXED |= {22: (_INT, 4), 23: (_UINT, 4), 24: (_FLOAT, 4)}
_BOOL = 26
_CODES = {_INT: "bhiq", _UINT: "BHIQ", _FLOAT: " efd", _BOOL: "BHIQ"}
_MAX_ITEMS = 1 << 12


class _DamagedError(Exception):
    """The bytes are no flexbuffer."""


def flexbuffer_map(data: memoryview) -> dict[str, Any]:
    """The entries of the map, or one Fault where the bytes are no map of a flexbuffer."""
    try:
        return _root(data)
    except (_DamagedError, struct.error, UnicodeDecodeError):
        return {"options": Fault(InputError, f"are {len(data)} bytes that are no map of a flexbuffer")}


def _root(data: memoryview) -> dict[str, Any]:
    if len(data) < 3:
        raise _DamagedError
    width, packed = data[-1], data[-2]
    at = len(data) - 2 - width
    if packed >> 2 != _MAP:
        raise _DamagedError
    where = _indirect(data, at, width)
    size = 1 << (packed & 3)
    count = _unsigned(data, where - size, size)
    keys, key_size = _indirect(data, where - 3 * size, size), _unsigned(data, where - 2 * size, size)
    if count > min(_MAX_ITEMS, len(data)):
        raise _DamagedError
    found = {}
    for i in range(count):
        name = _key(data, _indirect(data, keys + i * key_size, key_size))
        found[name] = _value(data, where + i * size, size, data[_inside(data, where + count * size + i)])
    return found


def _value(data: memoryview, at: int, width: int, packed: int) -> Any:
    kind, size = packed >> 2, 1 << (packed & 3)
    if kind in _CODES:
        return _number(data, at, width, kind)
    where = _indirect(data, at, width)
    if kind in (_INDIRECT_INT, _INDIRECT_UINT, _INDIRECT_FLOAT):
        return _number(data, where, size, kind - _INDIRECT_INT + _INT)
    if kind == _KEY:
        return _key(data, where)
    if kind == _STRING:
        return bytes(_slice(data, where, _unsigned(data, where - size, size))).decode()
    return _list(data, where, kind, size)


def _list(data: memoryview, where: int, kind: int, size: int) -> tuple[Any, ...]:
    if kind in _FIXED:
        item, count = _FIXED[kind]
        return tuple(_number(data, where + i * size, size, item) for i in range(count))
    count = _unsigned(data, where - size, size)
    if count > min(_MAX_ITEMS, len(data)):
        raise _DamagedError
    if kind in _TYPED and _TYPED[kind] in _CODES:
        return tuple(_number(data, where + i * size, size, _TYPED[kind]) for i in range(count))
    if kind == _VECTOR:
        kinds = [data[_inside(data, where + count * size + i)] for i in range(count)]
        if all(each >> 2 in _CODES for each in kinds):
            return tuple(_number(data, where + i * size, size, each >> 2) for i, each in enumerate(kinds))
    raise _DamagedError


def _number(data: memoryview, at: int, width: int, kind: int) -> Any:
    if width not in (1, 2, 4, 8) or _CODES[kind][width.bit_length() - 1] == " ":
        raise _DamagedError
    number = struct.unpack_from(f"<{_CODES[kind][width.bit_length() - 1]}", data, _inside(data, at))[0]
    return bool(number) if kind == _BOOL else number


def _unsigned(data: memoryview, at: int, width: int) -> int:
    return int(_number(data, at, width, _UINT))


def _indirect(data: memoryview, at: int, width: int) -> int:
    return at - _unsigned(data, at, width)


def _inside(data: memoryview, at: int) -> int:
    if not 0 <= at < len(data):
        raise _DamagedError
    return at


def _slice(data: memoryview, at: int, size: int) -> memoryview:
    if at < 0 or at + size > len(data):
        raise _DamagedError
    return data[at : at + size]


def _key(data: memoryview, at: int) -> str:
    text = bytes(_slice(data, at, min(256, len(data) - _inside(data, at))))
    return text.partition(b"\0")[0].decode()
