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
from dldt.frontends.onnx.ops.loop import loop_1
from dldt.frontends.onnx.sequence_cut import cut
from dldt.frontends.onnx.sequence_joined import joined, stacked
from dldt.frontends.onnx.sequence_map import mapped, turn
from dldt.frontends.onnx.sequence_ragged import (
    Sequential,
    appended,
    erased,
    form_of,
    inserted,
    item_forms,
    item_of,
    ragged_of,
)
from dldt.frontends.onnx.sequence_stack import (
    as_part,
    equal_parts,
    length_of,
    picked,
    stack_of,
    stack_with,
    stack_without,
)

_END = np.iinfo(np.int64).max
LongSequence: TypeAlias = StackedSequence | RaggedSequence
"""A sequence whose length may be found when the model runs."""


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
    return _length(_sequence(input_sequence), context)


@ONNX.imports("SequenceAt", since=11)
def sequence_at_11(input_sequence: Imported, position: Value, *, context: Context) -> Imported:
    """One item."""
    known = known_array(position)
    if isinstance(input_sequence, TensorSequence) and known is not None:
        items = input_sequence.items
        return items[_place(known, len(items), len(items) - 1)]
    given = _of_found_length(input_sequence, context)
    if isinstance(given, RaggedSequence):
        return item_of(given, position, context)
    return picked(given.stack, position, context)


@ONNX.imports("SequenceInsert", since=11)
def sequence_insert_11(
    input_sequence: Imported, tensor: Value, position: Value | None = None, *, context: Context
) -> Imported:
    """The sequence with one more item: before that at the position, else at the end."""
    if isinstance(input_sequence, GrowingSequence):
        return GrowingSequence(input_sequence.start, (*input_sequence.appended, tensor))
    given = input_sequence
    known = None if position is None else known_array(position)
    if isinstance(given, TensorSequence) and (position is None or known is not None):
        items = given.items
        place = len(items) if known is None else _place(known, len(items), len(items))
        return TensorSequence((*items[:place], tensor, *items[place:]))
    if isinstance(given, TensorSequence) and not given.items:
        return TensorSequence((tensor,))
    long = _of_found_length(given, context, tensor)
    if isinstance(long, RaggedSequence):
        return appended(long, tensor) if position is None else inserted(long, tensor, position, context)
    if position is None:
        return StackedSequence(Concat(0)(long.stack, as_part(tensor)))
    return StackedSequence(stack_with(long.stack, tensor, position, context))


@ONNX.imports("SequenceErase", since=11)
def sequence_erase_11(input_sequence: Imported, position: Value | None = None, *, context: Context) -> Imported:
    """The sequence without the item at the position, else without the last one."""
    known = None if position is None else known_array(position)
    if isinstance(input_sequence, TensorSequence) and (position is None or known is not None):
        items = input_sequence.items
        if not items:
            raise InputError("SequenceErase takes an item of an empty sequence")
        place = len(items) - 1 if known is None else _place(known, len(items), len(items) - 1)
        return TensorSequence((*items[:place], *items[place + 1 :]))
    given = _of_found_length(input_sequence, context)
    last = context.graph.constant(np.array(-1, np.int64)) if position is None else position
    if isinstance(given, RaggedSequence):
        return erased(given, last, context)
    return StackedSequence(stack_without(given.stack, last, context))


@ONNX.imports("ConcatFromSequence", since=11)
def concat_from_sequence_11(input_sequence: Imported, *, axis: int, new_axis: int = 0, context: Context) -> Value:
    """The items one after the other along an axis, which is a new one where ``new_axis`` is set."""
    given = _sequence(input_sequence)
    if isinstance(given, RaggedSequence):
        return stacked(given, axis, context) if new_axis else joined(given, axis, context)
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
    input: Value, split: Value | None = None, *, axis: int = 0, keepdims: int = 1, context: Context
) -> Sequential:
    """Parts of the input along the axis: single ones where no split is given, else of its size or sizes."""
    rank = input.type.rank
    if not -rank <= axis < rank:
        raise InputError(f"axis {axis} is outside a tensor of rank {rank}")
    place = axis % rank
    size = input.type.shape[place]
    if split is None and not isinstance(size, int):
        stack = Transpose()(input, np.array([place, *(i for i in range(rank) if i != place)], np.int64))
        return StackedSequence(Unsqueeze()(stack, np.array([place + 1], np.int64)) if keepdims else stack)
    known = None if split is None else known_array(split)
    if split is not None and split.type.rank == 0 and (known is None or not isinstance(size, int)):
        whole = known is not None and known.item() > 0 and size % int(known.item()) == 0
        return StackedSequence(equal_parts(input, split, place)) if whole else cut(input, split, place, context)
    if split is not None and (known is None or not isinstance(size, int)) and isinstance(split.type.elements, int):
        return TensorSequence(VariadicSplit().all(input, np.array(place, np.int64), split), input.type.dtype)
    if not isinstance(size, int):
        raise UnsupportedError(f"SplitToSequence cuts {input.type} by as many sizes as are found when the model runs")
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
    every = (given, *additional_inputs)
    if any(isinstance(value, RaggedSequence) for value in every):
        of_items = [not isinstance(value, Value) for value in every]
        count, empty = _length(given, context), [TensorSequence(())] * len(body.outputs)
        return loop_1(count, None, *every, *empty, body=turn(body, of_items), context=context)[len(every) :]
    if any(isinstance(value, StackedSequence) for value in every):
        return mapped(body, every, context)
    assert isinstance(given, TensorSequence)
    found: list[tuple[Imported, ...]] = []
    for i, item in enumerate(given.items):
        others = [_item(value, i) for value in additional_inputs]
        found.append(context.inline(body, (item, *others)))
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


def _sequence(given: Imported) -> Sequential:
    if isinstance(given, TensorSequence | StackedSequence | RaggedSequence):
        return given
    if isinstance(given, GrowingSequence):
        raise UnsupportedError("a sequence that grows in a Loop may only be appended to there")
    raise InputError("a sequence is needed, this is a tensor")


def _length(given: Sequential, context: Context) -> Value:
    if isinstance(given, TensorSequence):
        return context.graph.constant(np.array(len(given.items), np.int64))
    return length_of(given.sizes if isinstance(given, RaggedSequence) else given.stack)


def _of_found_length(given: Imported, context: Context, *more: Value) -> LongSequence:
    """The sequence in a form whose length may be found at run time, with room for more items."""
    sequence = _sequence(given)
    wanted = [form_of(value.type) for value in more]
    forms = [*item_forms(sequence), *wanted]
    if isinstance(sequence, RaggedSequence) or any(form != forms[0] for form in forms):
        return ragged_of(context.graph, sequence, *wanted)
    return StackedSequence(stack_of(sequence))


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
