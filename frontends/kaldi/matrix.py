"""Vectors and matrices as Kaldi stores them: in single or double precision, compressed, or as text."""

from __future__ import annotations

import struct

import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.kaldi.token_stream import TokenStream

_FLOATS = {"F": "<f4", "D": "<f8"}


def read_matrix(stream: TokenStream) -> Array:
    """A vector [n] or a matrix [rows,columns] of f32; a view of the file where it can be."""
    if not stream.binary:
        return _text(stream)
    kind = stream.token()
    if kind in ("CM", "CM2", "CM3"):
        return _compressed(stream, kind)
    if len(kind) != 2 or kind[0] not in _FLOATS or kind[1] not in "VM":
        raise stream.fail(f"a vector or a matrix is expected, {shown(kind)} is there")
    shape = tuple(_size(stream) for _ in range(1 if kind[1] == "V" else 2))
    item = np.dtype(_FLOATS[kind[0]])
    found = np.frombuffer(stream.take(item.itemsize * _product(shape)), item).reshape(shape)
    if item.itemsize == 4:
        return found
    budget().ask(found.nbytes // 2)
    with np.errstate(over="ignore"):
        return found.astype(np.float32)


def _size(stream: TokenStream) -> int:
    size = stream.integer()
    if size < 0:
        raise stream.fail(f"a size of {size} is none")
    return size


def _product(shape: tuple[int, ...]) -> int:
    return shape[0] * (shape[1] if len(shape) > 1 else 1)


def _text(stream: TokenStream) -> Array:
    """[ 1 2 3 ], or lines of numbers that begin behind the line of the bracket."""
    body = stream.bracketed()
    lines = [line.split() for line in body.split(b"\n") if line.strip()]
    is_matrix = b"\n" in body
    if len({len(line) for line in lines}) > 1:
        raise stream.fail("the rows of a matrix differ in length")
    try:
        with np.errstate(over="ignore"):
            found = np.array([[float(word) for word in line] for line in lines], np.float64).astype(np.float32)
    except ValueError:
        raise stream.fail("what stands between [ and ] are no numbers") from None
    return found.reshape(len(lines), -1) if is_matrix and lines else found.reshape(-1)


def _compressed(stream: TokenStream, kind: str) -> Array:
    """Bytes or 16-bit numbers between a least and a largest value. CM has, for each column, the quartiles between which
    its bytes lie, and is stored column by column."""
    least, extent, rows, columns = struct.unpack("<ffii", stream.take(16))
    if rows < 0 or columns < 0:
        raise stream.fail(f"a matrix of {rows} by {columns} is none")
    budget().ask(4 * rows * columns if rows * columns <= len(stream.data) else 0)
    step = np.float32(extent) * np.float32(1 / 65535.0)
    if kind == "CM2":
        words = np.frombuffer(stream.take(2 * rows * columns), "<u2").reshape(rows, columns)
        return np.float32(least) + words.astype(np.float32) * step
    if kind == "CM3":
        items = np.frombuffer(stream.take(rows * columns), np.uint8).reshape(rows, columns)
        return np.float32(least) + items.astype(np.float32) * (np.float32(extent) * np.float32(1 / 255.0))
    heads = np.frombuffer(stream.take(8 * columns), "<u2").reshape(columns, 4)
    quartiles = (np.float32(least) + heads.astype(np.float32) * step).T[:, None, :]
    items = np.frombuffer(stream.take(rows * columns), np.uint8).reshape(columns, rows).T.astype(np.float32)
    p0, p25, p75, p100 = quartiles
    low = p0 + (p25 - p0) * items * np.float32(1 / 64.0)
    middle = p25 + (p75 - p25) * (items - 64) * np.float32(1 / 128.0)
    high = p75 + (p100 - p75) * (items - 192) * np.float32(1 / 63.0)
    made: Array = np.where(items <= 64, low, np.where(items <= 192, middle, high)).astype(np.float32)
    return made
