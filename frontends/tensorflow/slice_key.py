"""Slices of tensors: under which keys checkpoints store them, and where they lie."""

from __future__ import annotations

from typing import Any

from dldt.compiler.errors import InputError

_HEADERS = (0, 0x80, 0xC0, 0xE0, 0xF0, 0xF8, 0xFC, 0xFE, 0xFF)
"""The bits that say how long a number is, by its length."""


def slice_key(name: bytes, proto: Any) -> bytes:
    """The key of the slice of a tensor that a TensorSliceProto describes."""
    made = b"\0" + name + b"\0\1" + _unsigned(len(proto.extent))
    for extent in proto.extent:
        made += _signed(extent.start) + _signed(extent.length if extent.HasField("length") else -1)
    return made


def place(proto: Any, dims: tuple[int, ...]) -> tuple[slice, ...]:
    """The part of a tensor of these dims. Raises InputError where it lies outside."""
    if len(proto.extent) != len(dims):
        raise InputError(f"a slice has {len(proto.extent)} dims, its tensor has {len(dims)}")
    made = []
    for extent, dim in zip(proto.extent, dims, strict=True):
        length = extent.length if extent.HasField("length") else dim
        if extent.start < 0 or length < 0 or extent.start + length > dim:
            raise InputError(f"a slice goes from {extent.start} over {length} elements, the dim is {dim}")
        made.append(slice(extent.start, extent.start + length))
    return tuple(made)


def _unsigned(value: int) -> bytes:
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def _signed(value: int) -> bytes:
    """Numbers whose bytes sort as they do; as long as their bits need."""
    bits = (~value if value < 0 else value).bit_length()
    size = 1 + bits // 7
    made = bytearray(value.to_bytes(max(size, 2), "big", signed=True)[-size:])
    made[0] ^= _HEADERS[min(size, 8)]
    return bytes(made)
