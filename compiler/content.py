"""The content of an array, as a value that can be compared and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from dldt.compiler.types import Array

_EDGE = 1024
"""Elements at either end of an array that are looked at first: almost all different weights differ there."""

_PIECE = 16 << 20
"""Bytes that are hashed at once: an array whose elements are not adjacent is copied piece by piece."""


class Content:
    """The elements of an array in C order, with their type and shape. Two are equal if all of these are.

    Comparing is cheap: views of the same memory are equal at once, and arrays are hashed only when type, shape and
    both ends agree, each only once. Nobody may write to the array.
    """

    __slots__ = ("_digest", "_ends", "array")

    def __init__(self, array: Array) -> None:
        self.array = array
        self._digest: bytes | None = None
        self._ends: tuple[str, tuple[int, ...], bytes, bytes] | None = None

    @property
    def ends(self) -> tuple[str, tuple[int, ...], bytes, bytes]:
        """Type, shape, and the first and last elements."""
        if self._ends is None:
            flat = self.array.flat
            first = np.asarray(flat[:_EDGE]).tobytes()
            last = np.asarray(flat[max(0, self.array.size - _EDGE) :]).tobytes()
            self._ends = (self.array.dtype.str, self.array.shape, first, last)
        return self._ends

    @property
    def digest(self) -> bytes:
        """The digest of all elements in C order."""
        if self._digest is None:
            digest = hashlib.blake2b(digest_size=32)
            for piece in _pieces(self.array):
                digest.update(piece)
            self._digest = digest.digest()
        return self._digest

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Content):
            return NotImplemented
        if self is other or _memory(self.array) == _memory(other.array):
            return True
        return self.ends == other.ends and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.ends)


def _memory(array: Array) -> tuple[object, ...]:
    """Where the elements lie, and how they are read."""
    return array.__array_interface__["data"][0], array.strides, array.shape, array.dtype.str


def _pieces(array: Array) -> Iterator[memoryview]:
    """The bytes of all elements in C order."""
    if not array.size:
        return
    if array.flags.c_contiguous or array.ndim < 2 or array.nbytes <= _PIECE:
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        return
    for part in array:
        yield from _pieces(part)
