"""Slices as TensorFlow writes them: masks leave bounds out, add axes, drop axes."""

from __future__ import annotations

import attrs

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import ints
from dldt.compiler.ops.axes import known_dims, known_ints, text
from dldt.compiler.ops.slice import python_slice, slice_length
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape, TensorType


@attrs.frozen
class Entry:
    """One position of the slice specification: ``kind`` is new, shrink, all or range."""

    kind: str
    begin: Dim | None = None
    end: Dim | None = None
    step: int = 1


@op("opset1", traits=Trait.SLICE)
class StridedSlice(Op):
    """y = x[begin:end:strides]; a 1 in ``begin_mask``/``end_mask`` leaves that bound out, in ``new_axis_mask`` adds a
    dim of 1, in ``shrink_axis_mask`` takes the one element at begin and drops the axis, in ``ellipsis_mask`` stands for
    every axis that is not named"""

    shape_values = True

    begin_mask: tuple[int, ...] = attrs.field(converter=ints)
    end_mask: tuple[int, ...] = attrs.field(converter=ints)
    new_axis_mask: tuple[int, ...] = attrs.field(converter=ints, default=())
    shrink_axis_mask: tuple[int, ...] = attrs.field(converter=ints, default=())
    ellipsis_mask: tuple[int, ...] = attrs.field(converter=ints, default=())

    def infer(
        self, data: TensorType, begin: TensorType, end: TensorType, strides: TensorType | None = None
    ) -> TensorType:
        first, last = known_dims(begin, "begin", self.type), known_dims(end, "end", self.type)
        steps = (1,) * len(first) if strides is None else known_ints(strides, "strides", self.type)
        shape: list[Dim] = []
        axis = 0
        for entry in self.entries(data.rank, first, last, steps):
            if entry.kind == "new":
                shape.append(1)
                continue
            size = data.shape[axis]
            if entry.kind == "shrink":
                _check_index(entry.begin, size, axis, data.shape)
            else:
                shape.append(_length(entry, size))
            axis += 1
        return TensorType(data.dtype, tuple(shape))

    def evaluate(self, data: Array, begin: Array, end: Array, strides: Array | None = None) -> Array:
        first, last = ints(begin.ravel()), ints(end.ravel())
        steps = (1,) * len(first) if strides is None else ints(strides.ravel())
        return data[tuple(_index(entry) for entry in self.entries(data.ndim, first, last, steps))]

    def entries(self, rank: int, begin: tuple[Dim, ...], end: tuple[Dim, ...], strides: tuple[int, ...]) -> list[Entry]:
        """The specification position by position, ellipses spelled out, padded to the rank of the data."""
        if not len(begin) == len(end) == len(strides):
            raise ShapeError(
                f"StridedSlice: begin, end and strides have {len(begin)}, {len(end)} and {len(strides)} elements, "
                f"they must have equally many"
            )
        named = sum(not _bit(self.new_axis_mask, i) and not _bit(self.ellipsis_mask, i) for i in range(len(begin)))
        missing = rank - named
        if missing < 0:
            raise ShapeError(f"StridedSlice: {named} axes are sliced, the data has rank {rank}")
        if sum(_bit(self.ellipsis_mask, i) for i in range(len(begin))) > 1:
            raise ShapeError("StridedSlice: more than one ellipsis")
        found: list[Entry] = []
        for i in range(len(begin)):
            if _bit(self.ellipsis_mask, i):
                found += [Entry("all")] * missing
                missing = 0
            else:
                found.append(self._entry(i, begin[i], end[i], strides[i]))
        return found + [Entry("all")] * missing

    def _entry(self, i: int, begin: Dim, end: Dim, step: int) -> Entry:
        if _bit(self.new_axis_mask, i):
            return Entry("new")
        if _bit(self.shrink_axis_mask, i):
            return Entry("shrink", begin)
        if step == 0:
            raise ShapeError(f"StridedSlice: the stride at position {i} is 0")
        left_out = _bit(self.begin_mask, i), _bit(self.end_mask, i)
        return Entry("range", None if left_out[0] else begin, None if left_out[1] else end, step)


def _bit(mask: tuple[int, ...], i: int) -> bool:
    return i < len(mask) and mask[i] == 1


def _length(entry: Entry, size: Dim) -> Dim:
    if entry.kind == "all":
        return size
    begin, end = entry.begin, entry.end
    if begin is None:
        begin = 0 if entry.step > 0 else size
    if end is None:
        end = size if entry.step > 0 else -1 - size
    return slice_length(size, begin, end, entry.step, "StridedSlice")


def _index(entry: Entry) -> slice | int | None:
    if entry.kind == "all":
        return slice(None)
    if entry.kind == "new":
        return None
    if entry.kind == "shrink":
        return int(entry.begin or 0)
    bounds = [None if bound is None else int(bound) for bound in (entry.begin, entry.end)]
    if bounds[1] is None:
        return slice(bounds[0], None, entry.step)
    return python_slice(bounds[0], bounds[1], entry.step)


def _check_index(index: Dim | None, size: Dim, axis: int, shape: Shape) -> None:
    if isinstance(index, int) and isinstance(size, int) and not -size <= index < size:
        raise ShapeError(f"StridedSlice: index {index} is outside dimension {axis} of {text(shape)}")
