"""Sequences whose items differ in their leading dims: one tensor that holds them one behind the other, and their
sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.dims import Dim, product
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ops.arithmetic import Add, Maximum
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.top_k import CumSum
from dldt.compiler.types import DType, Shape, TensorType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.engine.sequences import RaggedSequence, StackedSequence, TensorSequence
from dldt.frontends.onnx.sequence_stack import length_of, place_in

_ZERO, _FIRST = np.array(0, np.int64), np.array([0], np.int64)
_ONE, _END = np.array([1], np.int64), np.array([np.iinfo(np.int64).max], np.int64)


Sequential: TypeAlias = TensorSequence | StackedSequence | RaggedSequence
"""A sequence of which all is known that an importer asks for."""


@attrs.frozen
class Form:
    """What is known of an item: None stands for a dim in which items differ."""

    dtype: DType
    shape: tuple[Dim | None, ...]

    def __str__(self) -> str:
        return f"{self.dtype.name}[{','.join('?' if dim is None else str(dim) for dim in self.shape)}]"


def ragged_of(graph: Graph, given: Sequential, *items: Form) -> RaggedSequence:
    """The sequence in a form that takes items of these forms, too."""
    forms = [*item_forms(given), *items]
    if not forms:
        raise UnsupportedError("nothing tells how many dims the items of the sequence have")
    first = forms[0]
    if any(len(form.shape) != len(first.shape) or form.dtype is not first.dtype for form in forms):
        told = ", ".join(dict.fromkeys(map(str, forms)))
        raise UnsupportedError(
            f"the items of a sequence must have one rank and one element type where it changes: {told}"
        )
    tail = _shared_tail([form.shape for form in forms])
    if isinstance(given, RaggedSequence):
        return with_lead(given, len(first.shape) - len(tail))
    if isinstance(given, StackedSequence):
        return _of_stack(given.stack, tail)
    lead = len(first.shape) - len(tail)
    flat = graph.constant(np.zeros((0, *tail), first.dtype.numpy))
    made = RaggedSequence(flat, graph.constant(np.zeros((0, lead), np.int64)))
    for item in given.items:
        made = appended(made, item)
    return made


def appended(given: RaggedSequence, item: Value) -> RaggedSequence:
    """The sequence with one more item."""
    given, flat, size = _made_to_fit(given, item)
    return RaggedSequence(Concat(0)(given.flat, flat), Concat(0)(given.sizes, size))


def inserted(given: RaggedSequence, item: Value, position: Value, context: Context) -> RaggedSequence:
    """The sequence with one more item, before that at the position."""
    given, flat, size = _made_to_fit(given, item)
    place = reshaped(place_in(given.sizes, position, 0, context), (1,))
    start = Gather()(_starts(given), place, _ZERO)
    return RaggedSequence(_put(given.flat, start, start, flat), _put(given.sizes, place, place, size))


def erased(given: RaggedSequence, position: Value, context: Context) -> RaggedSequence:
    """The sequence without the item at the position."""
    place = reshaped(place_in(given.sizes, position, 1, context), (1,))
    behind = Add()(place, _ONE)
    starts = _starts(given)
    start, end = (Gather()(starts, at, _ZERO) for at in (place, behind))
    return RaggedSequence(_put(given.flat, start, end), _put(given.sizes, place, behind))


def item_of(given: RaggedSequence, position: Value, context: Context) -> Value:
    """One item."""
    place = reshaped(place_in(given.sizes, position, 1, context), (1,))
    starts = _starts(given)
    start, end = (Gather()(starts, at, _ZERO) for at in (place, Add()(place, _ONE)))
    rows = Slice()(given.flat, start, end, _ONE, _FIRST)
    if lead_of(given) == 1:
        return rows
    size = Maximum()(reshaped(Gather()(given.sizes, place, _ZERO), (lead_of(given),)), np.array(0, np.int64))
    return Reshape()(rows, Concat(0)(size, np.array(rows.type.shape[1:], np.int64)))


def lead_of(given: RaggedSequence) -> int:
    """How many leading dims of the items may differ."""
    lead = given.sizes.type.shape[1]
    assert isinstance(lead, int)
    return lead


def rows_of(given: RaggedSequence) -> Value:
    """How many rows of ``flat`` each item has."""
    return ReduceProd()(given.sizes, _ONE)


def _starts(given: RaggedSequence) -> Value:
    """Where each item begins in ``flat``, and where the last one ends."""
    return Concat(0)(_FIRST, CumSum()(rows_of(given), _ZERO))


def _put(value: Value, start: Value, end: Value, *parts: Value) -> Value:
    """``value`` with the parts in place of its rows from ``start`` to ``end``."""
    before, behind = Slice()(value, _FIRST, start, _ONE, _FIRST), Slice()(value, end, _END, _ONE, _FIRST)
    return Concat(0)(before, *parts, behind)


def _made_to_fit(given: RaggedSequence, item: Value) -> tuple[RaggedSequence, Value, Value]:
    """The sequence in a form that has room for the item; the item's rows of ``flat`` and of ``sizes``."""
    wider = ragged_of(item.graph, given, form_of(item.type))
    lead = lead_of(wider)
    tail = wider.flat.type.shape[1:]
    rows = item if lead == 1 else Reshape()(item, np.array([_rows(item.type.shape[:lead]), *tail], np.int64))
    return wider, rows, Unsqueeze()(Slice()(ShapeOf()(item), _FIRST, np.array([lead], np.int64), _ONE, _FIRST), _FIRST)


def _rows(lead: Shape) -> int:
    """The number of rows, -1 where it is not known."""
    rows = product(lead)
    return rows if isinstance(rows, int) else -1


def item_forms(given: Sequential) -> list[Form]:
    """Forms of the items."""
    if isinstance(given, TensorSequence):
        return [form_of(item.type) for item in given.items]
    if isinstance(given, StackedSequence):
        return [Form(given.stack.type.dtype, given.stack.type.shape[1:])]
    return [Form(given.flat.type.dtype, (*(None,) * lead_of(given), *given.flat.type.shape[1:]))]


def form_of(item: TensorType) -> Form:
    """What the type of an item tells."""
    return Form(item.dtype, item.shape)


def _shared_tail(shapes: Sequence[tuple[Dim | None, ...]]) -> tuple[int, ...]:
    """The last dims that are the same numbers in all shapes, but never all dims, and without 0: a number of rows can be
    told from a number of elements."""
    tail: list[int] = []
    for dims in zip(*(reversed(shape[1:]) for shape in shapes), strict=True):
        if not isinstance(dims[0], int) or not dims[0] or any(dim != dims[0] for dim in dims):
            break
        tail.insert(0, dims[0])
    return tuple(tail)


def with_lead(given: RaggedSequence, lead: int) -> RaggedSequence:
    """The same with so many leading dims at least."""
    more = given.flat.type.shape[1 : 1 + max(lead - lead_of(given), 0)]
    if not more:
        return given
    many = Concat(0)(ShapeOf()(rows_of(given)), np.array([len(more)], np.int64))
    known = Broadcast()(np.array([more], np.int64), many)
    tail = given.flat.type.shape[1 + len(more) :]
    return RaggedSequence(flattened(given.flat, tail), Concat(1)(given.sizes, known))


def tail_behind(shape: Shape, axis: int) -> tuple[int, ...]:
    """The last dims that are numbers, all of them behind an axis."""
    return _shared_tail([shape[axis:]])


def _of_stack(stack: Value, tail: tuple[int, ...]) -> RaggedSequence:
    lead = stack.type.rank - 1 - len(tail)
    size = Slice()(ShapeOf()(stack), _ONE, np.array([lead + 1], np.int64), _ONE, _FIRST)
    many = Concat(0)(reshaped(length_of(stack), (1,)), np.array([lead], np.int64))
    return RaggedSequence(flattened(stack, tail), Broadcast()(size, many))


def flattened(value: Value, tail: Iterable[Dim]) -> Value:
    """The tensor as rows of the shape ``tail``."""
    tail = tuple(tail)
    rows = value.type.shape[: value.type.rank - len(tail)]
    return Reshape()(value, np.array([_rows(rows), *map(int, tail)], np.int64))
