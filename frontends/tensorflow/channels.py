"""Where the channels are: TensorFlow's last, the operations' behind the batch."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.shown import shown

_LAST = ("NHWC", "NDHWC", "NWC")
_FIRST = ("NCHW", "NCDHW", "NCW")


def channels_last(data_format: str) -> bool:
    """Whether the channels stand at the end. Raises UnsupportedError."""
    if data_format not in (*_LAST, *_FIRST):
        known = ", ".join((*_LAST, *_FIRST))
        raise UnsupportedError(f"data_format {shown(data_format)} is not supported ({known} are)")
    return data_format in _LAST


def channels_first(x: Value, data_format: str) -> Value:
    """``x`` with the channels behind the batch."""
    return to_first(x) if channels_last(data_format) else x


def as_given(y: Value, data_format: str) -> Value:
    """``y``, whose channels are behind the batch, in the layout of ``data_format``."""
    return to_last(y) if channels_last(data_format) else y


def to_first(x: Value) -> Value:
    """The last axis behind the first."""
    rank = x.type.rank
    if rank < 3:
        raise ShapeError(f"{x.type} has no spatial axes")
    return Transpose()(x, np.array([0, rank - 1, *range(1, rank - 1)], np.int64))


def to_last(x: Value) -> Value:
    """The second axis to the end."""
    rank = x.type.rank
    return Transpose()(x, np.array([0, *range(2, rank), 1], np.int64))


def spatial(what: str, numbers: tuple[int, ...], data_format: str, rank: int) -> tuple[int, ...]:
    """Those of numbers for each axis that stand for spatial ones; those of batch and channels must be 1."""
    if len(numbers) != rank:
        raise InputError(f"{what} has {len(numbers)} numbers, the data has {rank} axes")
    last = channels_last(data_format)
    inner = numbers[1:-1] if last else numbers[2:]
    outer = (numbers[0], numbers[-1] if last else numbers[1])
    if outer != (1, 1):
        raise UnsupportedError(f"{what} is {list(numbers)}; that of the batch and of the channels must be 1")
    if any(number < 1 for number in inner):
        raise InputError(f"{what} is {list(numbers)}; each must be at least 1")
    return inner
