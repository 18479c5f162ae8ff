"""The geometry of sliding windows: padding, strides and dilations of convolutions and pooling."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim, ceildiv, floordiv, maximum, maximum_of, minimum
from dldt.compiler.errors import ShapeError
from dldt.compiler.types import Shape

SAME = ("same_upper", "same_lower")
"""Padding with which there is a window for each step of the data."""
AUTO_PADS = ("explicit", *SAME, "valid")
ROUNDINGS = ("floor", "ceil", "ceil_torch")


@attrs.frozen
class Window:
    """Kernel, strides and dilations an axis, with the padding resolved and the output's size."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads_begin: tuple[Dim, ...]
    pads_end: tuple[Dim, ...]
    output: tuple[Dim, ...]

    def origin(self, axis: int) -> Dim:
        """The input position of the first window's first tap along ``axis`` (0 or negative)."""
        return -self.pads_begin[axis]


def window(
    what: str,
    space: Shape,
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    dilations: tuple[int, ...],
    pads_begin: tuple[int, ...],
    pads_end: tuple[int, ...],
    auto_pad: str = "explicit",
    rounding: str = "floor",
) -> Window:
    """The window over the spatial dims ``space``. Raises ShapeError where the attributes do not fit them."""
    check_attributes(what, len(space), kernel=kernel, strides=strides, dilations=dilations)
    pads_begin, pads_end = _given_pads(what, len(space), pads_begin, pads_end, auto_pad)
    begins: list[Dim] = []
    ends: list[Dim] = []
    output: list[Dim] = []
    for i, size in enumerate(space):
        extent = (kernel[i] - 1) * dilations[i] + 1
        begin, end = _pads(size, extent, strides[i], pads_begin[i], pads_end[i], auto_pad)
        fitted = auto_pad in SAME and rounding == "floor"
        count = ceildiv(size, strides[i]) if fitted else _count(size, extent, strides[i], begin, end, rounding)
        if maximum_of(count) < 1:
            raise ShapeError(
                f"{what}: the kernel spans {extent} elements of spatial axis {i}, which has {size} and {begin}+{end} "
                f"of padding"
            )
        begins.append(begin)
        ends.append(end)
        output.append(count)
    return Window(kernel, strides, dilations, tuple(begins), tuple(ends), tuple(output))


def check_attributes(what: str, axes: int, **attributes: tuple[int, ...]) -> None:
    """ShapeError unless every attribute has one number of at least 1 for each spatial axis."""
    for name, numbers in attributes.items():
        if len(numbers) != axes:
            raise ShapeError(f"{what}: {name} has {len(numbers)} numbers for {axes} spatial axes")
        if any(number < 1 for number in numbers):
            raise ShapeError(f"{what}: {name} is {list(numbers)}, every number must be at least 1")


def _given_pads(
    what: str, axes: int, begin: tuple[int, ...], end: tuple[int, ...], auto_pad: str
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if auto_pad != "explicit":
        return (0,) * axes, (0,) * axes
    for name, numbers in (("pads_begin", begin), ("pads_end", end)):
        if len(numbers) != axes:
            raise ShapeError(f"{what}: {name} has {len(numbers)} numbers for {axes} spatial axes")
        if any(number < 0 for number in numbers):
            raise ShapeError(f"{what}: {name} is {list(numbers)}, padding must not be negative")
    return begin, end


def _pads(size: Dim, extent: int, stride: int, begin: int, end: int, auto_pad: str) -> tuple[Dim, Dim]:
    if auto_pad in ("explicit", "valid"):
        return begin, end
    total = (ceildiv(size, stride) - 1) * stride + extent - size
    if extent < stride:  # only then there may be nothing to pad
        total = maximum(total, 0)
    small = floordiv(total, 2)
    return (small, total - small) if auto_pad == "same_upper" else (total - small, small)


def _count(size: Dim, extent: int, stride: int, begin: Dim, end: Dim, rounding: str) -> Dim:
    room = size + begin + end - extent
    if rounding == "floor":
        return floordiv(room, stride) + 1
    count = ceildiv(room, stride) + 1
    if rounding == "ceil_torch":  # every window must start inside the data or the padding before it
        return minimum(count, ceildiv(size + begin, stride))
    return count
