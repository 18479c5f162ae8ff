"""Blocks of space as channels or items of the batch, patches, and dilation by a form."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, ShapeError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Maximum
from dldt.compiler.ops.batch_space import BatchToSpace, SpaceToBatch
from dldt.compiler.ops.extract_image_patches import ExtractImagePatches
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.shuffle import DepthToSpace, SpaceToDepth
from dldt.compiler.ops.strided_slice import StridedSlice
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.engine.known import required_array, required_ints
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.tensorflow.channels import as_given, channels_first, spatial, to_first, to_last
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import bounds, like, part_count


@TENSORFLOW.imports("SpaceToDepth")
def space_to_depth(input: Value, *, block_size: int, data_format: str = "NHWC") -> Value:
    """Blocks of the picture become blocks of channels."""
    made = SpaceToDepth("blocks_first", _block(block_size))(channels_first(input, data_format))
    return as_given(made, data_format)


@TENSORFLOW.imports("DepthToSpace")
def depth_to_space(input: Value, *, block_size: int, data_format: str = "NHWC") -> Value:
    """Blocks of channels become blocks of the picture."""
    made = DepthToSpace("blocks_first", _block(block_size))(channels_first(input, data_format))
    return as_given(made, data_format)


@TENSORFLOW.imports("SpaceToBatchND")
def space_to_batch_nd(input: Value, block_shape: Value, paddings: Value) -> Value:
    """Elements of a block of space go to different items of the batch."""
    block = required_ints(block_shape, "the input 'block_shape'")
    return _to_batch(input, block, _pairs(paddings, "paddings", len(block)))


@TENSORFLOW.imports("SpaceToBatch")
def space_to_batch(input: Value, paddings: Value, *, block_size: int) -> Value:
    """The same over two axes."""
    return _to_batch(input, (_block(block_size),) * 2, _pairs(paddings, "paddings", 2))


@TENSORFLOW.imports("BatchToSpaceND")
def batch_to_space_nd(input: Value, block_shape: Value, crops: Value) -> Value:
    """Items of the batch become elements of a block of space."""
    block = required_ints(block_shape, "the input 'block_shape'")
    return _to_space(input, block, _pairs(crops, "crops", len(block)))


@TENSORFLOW.imports("BatchToSpace")
def batch_to_space(input: Value, crops: Value, *, block_size: int) -> Value:
    """The same over two axes."""
    return _to_space(input, (_block(block_size),) * 2, _pairs(crops, "crops", 2))


@TENSORFLOW.imports("ExtractImagePatches")
def extract_image_patches(
    images: Value, *, ksizes: tuple[int, ...], strides: tuple[int, ...], rates: tuple[int, ...], padding: str
) -> Value:
    """The elements of each window as channels."""
    if images.type.rank != 4:
        raise ShapeError(f"pictures of rank 4 are needed, not {images.type}")
    window, step, rate = (
        spatial(what, numbers, "NHWC", 4)
        for what, numbers in (("ksizes", ksizes), ("strides", strides), ("rates", rates))
    )
    mode = {"SAME": "same_upper", "VALID": "valid"}[one_of("padding", padding, ("SAME", "VALID"))]
    return to_last(ExtractImagePatches(window, step, rate, mode)(to_first(images)))


@TENSORFLOW.imports("Dilation2D")
def dilation_2d(
    input: Value, filter: Value, *, strides: tuple[int, ...], rates: tuple[int, ...], padding: str
) -> Value:
    """The largest sum of an element and that of the form in each window."""
    step, rate = (spatial(what, each, "NHWC", 4) for what, each in (("strides", strides), ("rates", rates)))
    if input.type.rank != 4 or filter.type.rank != 3 or not filter.type.is_static or not input.type.is_static:
        raise UnsupportedError(f"fixed shapes are needed, not {input.type} and {filter.type}")
    kernel, space = filter.type.static_shape[:2], input.type.static_shape[1:3]
    part_count(kernel[0] * kernel[1], "the number of the form's elements")
    reach = [(k - 1) * r + 1 for k, r in zip(kernel, rate, strict=True)]
    same = one_of("padding", padding, ("SAME", "VALID")) == "SAME"
    counts = [-(-(n if same else n - r + 1) // s) for n, r, s in zip(space, reach, step, strict=True)]
    totals = [max((c - 1) * s + r - n, 0) for c, s, r, n in zip(counts, step, reach, space, strict=True)]
    begin = [total // 2 if same else 0 for total in totals]
    end = [total - b if same else 0 for total, b in zip(totals, begin, strict=True)]
    low = like(input, bounds(input.type.dtype)[0])
    data = Pad("constant")(input, _around(begin), _around(end), low) if any(totals) and same else input
    made: Value | None = None
    for row in range(kernel[0]):
        for column in range(kernel[1]):
            part = _tap(data, (row * rate[0], column * rate[1]), step, counts)
            moved = Add()(part, StridedSlice((0, 0), (0, 0), (), (1, 1))(filter, *_place(row, column)))
            made = moved if made is None else Maximum()(made, moved)
    if made is None:
        raise ShapeError(f"the form {filter.type} is empty")
    return made


def _place(row: int, column: int) -> tuple[Array, Array]:
    return np.array([row, column], np.int64), np.array([row + 1, column + 1], np.int64)


def _tap(x: Value, at: tuple[int, int], step: tuple[int, ...], counts: list[int]) -> Value:
    begin = np.array([0, *at], np.int64)
    end = np.array([0, *(a + (c - 1) * s + 1 for a, c, s in zip(at, counts, step, strict=True))], np.int64)
    return StridedSlice((1, 0, 0), (1, 0, 0))(x, begin, end, np.array([1, *step], np.int64))


def _around(numbers: list[int]) -> Array:
    return np.array([0, *numbers, 0], np.int64)


def _to_batch(x: Value, block: tuple[int, ...], paddings: Array) -> Value:
    data, sides = _moved(x, block, paddings)
    made = SpaceToBatch()(data, *sides)
    return made if data is x else to_last(made)


def _to_space(x: Value, block: tuple[int, ...], crops: Array) -> Value:
    data, sides = _moved(x, block, crops)
    made = BatchToSpace()(data, *sides)
    return made if data is x else to_last(made)


def _moved(x: Value, block: tuple[int, ...], pairs: Array) -> tuple[Value, list[Array]]:
    """The data, pictures with their channels behind the batch, as convolutions read them; block and pairs an axis."""
    rank = x.type.rank
    if not 1 <= len(block) < rank:
        raise ShapeError(f"{len(block)} axes of blocks do not fit data {x.type}")
    first = len(block) == rank - 2 and rank > 3
    head, tail = (2, 0) if first else (1, rank - 1 - len(block))
    wide = [np.array([1] * head + list(block) + [1] * tail, np.int64)]
    wide += [np.array([0] * head + list(side) + [0] * tail, np.int64) for side in pairs.T]
    return to_first(x) if first else x, wide


def _pairs(x: Value, what: str, count: int) -> Array:
    found = required_array(x, f"the input {shown(what)}").astype(np.int64)
    if found.shape != (count, 2) or (found < 0).any():
        raise InputError(f"{what} is {found.tolist()}; {count} pairs are needed, none negative")
    return found


def _block(size: int) -> int:
    if not 1 <= size <= 1 << 20:
        raise InputError(f"block_size is {size}; it must be from 1 to 2**20")
    return size
