"""A picture as the input of a model: resized, in the model's layout, with mean and scale applied. Needs Pillow."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.shown import shown

Array: TypeAlias = "np.ndarray[Any, Any]"


@dataclasses.dataclass(frozen=True)
class PictureOptions:
    """How pictures become numbers: ``(value - mean) / scale`` for each channel; BGR if ``reverse``; ``layout`` as in
    NCHW."""

    mean: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    layout: str = ""
    reverse: bool = False


def parse_numbers(text: str | None) -> tuple[float, ...]:
    """``123.7,116.3,103.5`` with or without brackets. Raises UsageError."""
    stripped = (text or "").strip().strip("()[]")
    try:
        return tuple(float(token) for token in re.split(r"[,\s]+", stripped) if token)
    except ValueError as error:
        raise UsageError(f"cannot read {shown(text)}: expected numbers separated by commas") from error


def read_picture(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], name: str, options: PictureOptions) -> Array:
    """The picture as an array of ``shape`` (3 or 4 dims). A first dim larger than 1 repeats the picture. Raises
    InputError."""
    from PIL import Image, UnidentifiedImageError

    layout = _layout(shape, name, options.layout)
    sizes = dict(zip(layout, shape, strict=True))
    channels = sizes["C"]
    if channels not in (1, 3):
        raise InputError(f"{path}: input {shown(name)} has {channels} channels; a picture has 1 or 3")
    try:
        with Image.open(path) as picture:
            pixels = picture.convert("L" if channels == 1 else "RGB").resize(
                (sizes["W"], sizes["H"]), Image.Resampling.BILINEAR
            )
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise InputError(f"{path}: not a sound picture: {error}") from error
    values = np.asarray(pixels, np.float32).reshape(sizes["H"], sizes["W"], channels)
    values = _normalised(values[..., ::-1] if options.reverse else values, options)
    order = [axis for axis in layout if axis != "N"]
    values = values.transpose(["HWC".index(axis) for axis in order])
    if "N" in layout:
        axis = layout.index("N")
        values = np.repeat(np.expand_dims(values, axis), sizes["N"], axis)
    return np.ascontiguousarray(values, dtype=dtype)


def _layout(shape: tuple[int, ...], name: str, given: str) -> str:
    """The letters of the axes: as given, else found from the position of the 1 or 3 channels."""
    if given:
        layout = given.upper().strip()
        if len(layout) != len(shape) or sorted(layout.replace("N", "")) != ["C", "H", "W"]:
            raise UsageError(
                f"layout {shown(given)} does not fit input {shown(name)} with {len(shape)} dims; try NCHW or NHWC"
            )
        return layout
    if len(shape) not in (3, 4):
        raise InputError(f"input {shown(name)} has {len(shape)} dims; a picture needs 3 or 4")
    batch = "N" * (len(shape) - 3)
    if shape[-3] in (1, 3):
        return f"{batch}CHW"
    if shape[-1] in (1, 3):
        return f"{batch}HWC"
    raise UsageError(f"which axis of input {shown(name)} is the channel? say so with --layout NCHW or NHWC")


def _normalised(values: Array, options: PictureOptions) -> Array:
    channels = values.shape[-1]
    for what, numbers in (("mean", options.mean), ("scale", options.scale)):
        if len(numbers) not in (0, 1, channels):
            raise UsageError(f"{len(numbers)} {what} values are given for {channels} channels")
    if any(number == 0 for number in options.scale):
        raise UsageError("a scale value is 0")
    shifted = values - np.array(options.mean or (0.0,), np.float32)
    return shifted / np.array(options.scale or (1.0,), np.float32)
