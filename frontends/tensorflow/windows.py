"""The geometry of convolution and pooling windows: padding as TensorFlow says it."""

from __future__ import annotations

from typing import Any

from dldt.compiler.errors import InputError
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.tensorflow.channels import channels_last, spatial

_AUTO = {"SAME": "same_upper", "VALID": "valid", "EXPLICIT": "explicit"}


def window_fields(
    rank: int,
    data_format: str,
    strides: tuple[int, ...],
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
) -> dict[str, Any]:
    """strides, pads_begin, pads_end and auto_pad of an operation over ``rank - 2`` spatial axes."""
    mode = _AUTO[one_of("padding", padding, tuple(_AUTO))]
    begin, end = explicit(rank, data_format, explicit_paddings if mode == "explicit" else (0,) * (2 * rank))
    return dict(strides=spatial("strides", strides, data_format, rank), pads_begin=begin, pads_end=end, auto_pad=mode)


def explicit(rank: int, data_format: str, paddings: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The spatial ones of paddings before and behind each axis."""
    if len(paddings) != 2 * rank or any(not 0 <= number < 1 << 31 for number in paddings):
        raise InputError(f"explicit_paddings is {list(paddings)}; it needs {2 * rank} numbers, none negative")
    before, behind = paddings[::2], paddings[1::2]
    last = channels_last(data_format)
    if any(side[0] or side[-1 if last else 1] for side in (before, behind)):
        raise InputError(f"explicit_paddings is {list(paddings)}; batch and channels have none")
    return (before[1:-1], behind[1:-1]) if last else (before[2:], behind[2:])
