"""Sequences of tensors: which tensors they hold is known while a model is imported, or they are parts of one."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.split import VariadicSplit
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import GrowingSequence, Imported, RaggedSequence, StackedSequence, TensorSequence
from dldt.frontends.onnx.element_types import element_type
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.sequence_map import mapped
from dldt.frontends.onnx.sequence_ragged import appended, item_of
from dldt.frontends.onnx.sequence_stack import as_part, equal_parts, erased, inserted, length_of, picked, stack_of

_END = np.iinfo(np.int64).max
Items: TypeAlias = TensorSequence | StackedSequence


@ONNX.imports("SequenceEmpty", since=11)
def sequence_empty_11(*, dtype: int | None = None) -> TensorSequence:
    """A sequence without items."""
    return TensorSequence((), element_type(1 if dtype is None else dtype))


@ONNX.imports("SequenceConstruct", since=11)
def sequence_construct_11(*inputs: Value) -> TensorSequence:
    """A sequence of the inputs."""
    return TensorSequence(inputs)


@ONNX.imports("SequenceLength", since=11)
def sequence_length_11(input_sequence: Imported, *, context: Context) -> Value:
    """How many items there are."""
    if isinstance(input_sequence, RaggedSequence):
        return length_of(input_sequence.sizes)
    given = _sequence(input_sequence)
    if isinstance(given, TensorSequence):
        return context.graph.constant(np.array(len(given.items), np.int64))
    return length_of(given.stack)


@ONNX.imports("SequenceAt", since=11)
def sequence_at_11(input_sequence: Imported, position: Value, *, context: Context) -> Value:
    """One item."""
    if isinstance(input_sequence, RaggedSequence):
        return item_of(input_sequence, position, context)
    given = _sequence(input_sequence)
    known = known_array(position)
    if isinstance(given, TensorSequence) and known is not None:
        return given.items[_place(known, len(given.items), len(given.items) - 1)]
    return picked(stack_of(given), position, context)


@ONNX.imports("SequenceInsert", since=11)
def sequence_insert_11(
    input_sequence: Imported, tensor: Value, position: Value | None = None, *, context: Context
) -> Imported:
    """The sequence with one more item: before that at the position, else at the end."""
    if isinstance(input_sequence, GrowingSequence):
        return GrowingSequence(input_sequence.start, (*input_sequence.appended, tensor))
    if isinstance(input_sequence, RaggedSequence) and position is None:
        return appended(input_sequence, tensor)
    given = _sequence(input_sequence)
    if position is None and isinstance(given, StackedSequence):
        return StackedSequence(Concat(0)(given.stack, as_part(tensor)))
    if isinstance(given, TensorSequence) and not given.items:
        return TensorSequence((tensor,))
    known = None if position is None else known_array(position)
    if position is not None and (known is None or isinstance(given, StackedSequence)):
        return StackedSequence(inserted(stack_of(given), tensor, position, context))
    items = _items(given, "inserted into")
    place = len(items) if known is None else _place(known, len(items), len(items))
    return TensorSequence((*items[:place], tensor, *items[place:]))


@ONNX.imports("SequenceErase", since=11)
def sequence_erase_11(input_sequence: Imported, position: Value | None = None, *, context: Context) -> Imported:
    """The sequence without the item at the position, else without the last one."""
    given = _sequence(input_sequence)
    if position is None and isinstance(given, StackedSequence):
        return StackedSequence(Slice()(given.stack, *(np.array([n], np.int64) for n in (0, -1, 1, 0))))
    known = None if position is None else known_array(position)
    if position is not None and (known is None or isinstance(given, StackedSequence)):
        return StackedSequence(erased(stack_of(given), position, context))
    items = _items(given, "erased from")
    last = len(items) - 1
    place = last if known is None else _place(known, len(items), last)
    if not items:
        raise InputError("SequenceErase takes an item of an empty sequence")
    return TensorSequence((*items[:place], *items[place + 1 :]))


@ONNX.imports("ConcatFromSequence", since=11)
def concat_from_sequence_11(input_sequence: Imported, *, axis: int, new_axis: int = 0) -> Value:
    """The items one after the other along an axis, which is a new one where ``new_axis`` is set."""
    if isinstance(input_sequence, RaggedSequence) and not new_axis and axis in (0, -input_sequence.flat.type.rank):
        return input_sequence.flat
    given = _sequence(input_sequence)
    if isinstance(given, TensorSequence):
        if not given.items:
            raise InputError("ConcatFromSequence takes an empty sequence")
        parts = [Unsqueeze()(item, np.array([axis], np.int64)) for item in given.items] if new_axis else given.items
        return Concat(axis)(*parts) if len(parts) > 1 else parts[0]
    rank = given.stack.type.rank - (0 if new_axis else 1)
    if not -rank <= axis < rank:
        raise InputError(f"axis {axis} is outside a tensor of rank {rank}")
    place = axis % rank
    moved = _moved(given.stack, place)
    return moved if new_axis else _merged(moved, place)


@ONNX.imports("SplitToSequence", since=11)
def split_to_sequence_11(
    input: Value, split: Value | None = None, *, axis: int = 0, keepdims: int = 1
) -> TensorSequence | StackedSequence:
    """Parts of the input along the axis: single ones where no split is given, else of its size or sizes."""
    rank = input.type.rank
    if not -rank <= axis < rank:
        raise InputError(f"axis {axis} is outside a tensor of rank {rank}")
    place = axis % rank
    size = input.type.shape[place]
    if split is None and not isinstance(size, int):
        stack = Transpose()(input, np.array([place, *(i for i in range(rank) if i != place)], np.int64))
        return StackedSequence(Unsqueeze()(stack, np.array([place + 1], np.int64)) if keepdims else stack)
    if split is not None and split.type.rank == 0 and (known_array(split) is None or not isinstance(size, int)):
        return StackedSequence(equal_parts(input, split, place))
    if split is not None and known_array(split) is None and isinstance(split.type.elements, int):
        return TensorSequence(VariadicSplit().all(input, np.array(place, np.int64), split), input.type.dtype)
    if not isinstance(size, int):
        raise UnsupportedError(f"SplitToSequence cuts {input.type} along an axis whose size is not known")
    lengths = _lengths(size, split)
    pieces = VariadicSplit().all(input, np.array(place, np.int64), np.array(lengths, np.int64)) if lengths else ()
    if split is not None or keepdims:
        return TensorSequence(pieces, input.type.dtype)
    squeezed = tuple(Squeeze()(piece, np.array([place], np.int64)) for piece in pieces)
    return TensorSequence(squeezed, input.type.dtype)


@ONNX.imports("SequenceMap", since=17)
def sequence_map_17(
    input_sequence: Imported, *additional_inputs: Imported, body: GraphRecord, context: Context
) -> tuple[Imported, ...]:
    """The body's outputs for each item, as sequences."""
    given = _sequence(input_sequence)
    if any(isinstance(value, StackedSequence) for value in (given, *additional_inputs)):
        return mapped(body, (given, *additional_inputs), context)
    items = _items(given, "mapped")
    found: list[tuple[Imported, ...]] = []
    for i in range(len(items)):
        others = [_item(value, i) for value in additional_inputs]
        found.append(context.inline(body, (items[i], *others)))
    return tuple(TensorSequence(tuple(map(_tensor, made))) for made in zip(*found, strict=True))


def _item(value: Imported, i: int) -> Value:
    if isinstance(value, TensorSequence):
        if i >= len(value.items):
            raise InputError("the sequences of SequenceMap have different lengths")
        return value.items[i]
    return _tensor(value)


def _tensor(value: Imported) -> Value:
    if not isinstance(value, Value):
        raise UnsupportedError("a sequence of sequences is not supported")
    return value


def _sequence(given: Imported) -> Items:
    if isinstance(given, TensorSequence | StackedSequence):
        return given
    if isinstance(given, GrowingSequence):
        raise UnsupportedError("a sequence that grows in a Loop may only be appended to there")
    if isinstance(given, RaggedSequence):
        raise UnsupportedError(
            "the items of a sequence differ in their first dim: it can be appended to, read item by item, and joined "
            "along the first axis"
        )
    raise InputError("a sequence is needed, this is none")


def _items(given: Items, what: str) -> tuple[Value, ...]:
    if isinstance(given, StackedSequence):
        raise UnsupportedError(f"a sequence whose length is found at run time is {what}")
    return given.items


def _place(position: np.ndarray[tuple[int, ...], np.dtype[np.generic]], length: int, last: int) -> int:
    if position.size != 1:
        raise InputError(f"the position in a sequence must be one number, it has {position.size}")
    place = int(position.item())
    if not -length <= place <= last:
        raise InputError(f"position {place} is outside a sequence of {length}")
    return place + length if place < 0 else place


def _moved(stack: Value, place: int) -> Value:
    """The first axis put where it is wanted."""
    order = [*range(1, place + 1), 0, *range(place + 1, stack.type.rank)]
    return stack if place == 0 else Transpose()(stack, np.array(order, np.int64))


def _merged(value: Value, place: int) -> Value:
    """The axes ``place`` and ``place + 1`` as one."""
    shape = ShapeOf()(value)
    ends = [(0, place), (place + 2, _END)]
    before, behind = (Slice()(shape, *(np.array([n], np.int64) for n in (a, b, 1, 0))) for a, b in ends)
    return Reshape()(value, Concat(0)(before, np.array([-1], np.int64), behind))


def _lengths(size: int, split: Value | None) -> list[int]:
    if split is None:
        return [1] * size
    known = known_array(split)
    if known is None:
        raise UnsupportedError("the sizes in split of SplitToSequence are computed at run time; they must be constants")
    if known.ndim > 1:
        raise InputError(f"split must be a number or a vector, it has {known.ndim} dims")
    if known.ndim:
        return [int(length) for length in known]
    part = int(known.item())
    if part < 1:
        raise InputError(f"split is {part}, a part must have at least one element")
    return [min(part, size - start) for start in range(0, size, part)]
