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
from dldt.compiler.ops.comparison import GreaterEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reduce import ReduceProd, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.top_k import CumSum
from dldt.compiler.types import DType, Shape, TensorType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.engine.sequences import (
    Imported,
    RaggedSequence,
    StackedSequence,
    TensorOfFoundRank,
    TensorSequence,
)
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
    dtype, rank = forms[0].dtype, max(len(form.shape) for form in forms)
    if any(form.dtype is not dtype for form in forms):
        told = ", ".join(dict.fromkeys(map(str, forms)))
        raise UnsupportedError(f"the items of a sequence must have one element type where it changes: {told}")
    differ = any(len(form.shape) != rank for form in forms)
    tail = _shared_tail([(*(None,) * (rank - len(form.shape)), *form.shape) for form in forms])
    lead = rank - len(tail)
    if isinstance(given, StackedSequence):
        given = _of_stack(given.stack, tail)
    if isinstance(given, RaggedSequence):
        return _of_rank(given, rank, lead) if differ else with_lead(given, lead)
    flat = graph.constant(np.zeros((0, *tail), dtype.numpy))
    made = RaggedSequence(flat, graph.constant(np.zeros((0, lead), np.int64)), differ)
    for item in given.items:
        made = appended(made, item)
    return made


def appended(given: RaggedSequence, item: Value) -> RaggedSequence:
    """The sequence with one more item."""
    given, flat, size = _made_to_fit(given, item)
    return attrs.evolve(given, flat=Concat(0)(given.flat, flat), sizes=Concat(0)(given.sizes, size))


def inserted(given: RaggedSequence, item: Value, position: Value, context: Context) -> RaggedSequence:
    """The sequence with one more item, before that at the position."""
    given, flat, size = _made_to_fit(given, item)
    place = reshaped(place_in(given.sizes, position, 0, context), (1,))
    start = Gather()(_starts(given), place, _ZERO)
    sizes = _put(given.sizes, place, place, size)
    return attrs.evolve(given, flat=_put(given.flat, start, start, flat), sizes=sizes)


def erased(given: RaggedSequence, position: Value, context: Context) -> RaggedSequence:
    """The sequence without the item at the position."""
    place = reshaped(place_in(given.sizes, position, 1, context), (1,))
    behind = Add()(place, _ONE)
    starts = _starts(given)
    start, end = (Gather()(starts, at, _ZERO) for at in (place, behind))
    return attrs.evolve(given, flat=_put(given.flat, start, end), sizes=_put(given.sizes, place, behind))


def item_of(given: RaggedSequence, position: Value, context: Context) -> Imported:
    """One item."""
    place = reshaped(place_in(given.sizes, position, 1, context), (1,))
    starts = _starts(given)
    start, end = (Gather()(starts, at, _ZERO) for at in (place, Add()(place, _ONE)))
    rows = Slice()(given.flat, start, end, _ONE, _FIRST)
    if lead_of(given) == 1 and not given.ranks_differ:
        return rows
    size = reshaped(Gather()(given.sizes, place, _ZERO), (lead_of(given),))
    tail = np.array(rows.type.shape[1:], np.int64)
    if not given.ranks_differ:
        return Reshape()(rows, Concat(0)(Maximum()(size, _ZERO), tail))
    own = ReduceSum()(Convert(DType.i64)(GreaterEqual()(size, _ZERO)), _ZERO)
    return TensorOfFoundRank(Reshape()(rows, Concat(0)(Abs()(size), tail)), Add()(own, np.array(tail.size, np.int64)))


def lead_of(given: RaggedSequence) -> int:
    """How many leading dims of the items may differ."""
    lead = given.sizes.type.shape[1]
    assert isinstance(lead, int)
    return lead


def rows_of(given: RaggedSequence) -> Value:
    """How many rows of ``flat`` each item has."""
    return ReduceProd()(Abs()(given.sizes) if given.ranks_differ else given.sizes, _ONE)


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
    tail = wider.flat.type.shape[1:]
    lead = item.type.rank - len(tail)
    rows = item if lead == 1 else Reshape()(item, np.array([_rows(item.type.shape[:lead]), *tail], np.int64))
    size = Unsqueeze()(Slice()(ShapeOf()(item), _FIRST, np.array([lead], np.int64), _ONE, _FIRST), _FIRST)
    missing = np.full((1, lead_of(wider) - lead), -1, np.int64)
    return wider, rows, Concat(1)(missing, size) if missing.size else size


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
    whole = Form(given.flat.type.dtype, (*(None,) * lead_of(given), *given.flat.type.shape[1:]))
    return [whole, attrs.evolve(whole, shape=whole.shape[1:])] if given.ranks_differ else [whole]


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
    return attrs.evolve(given, flat=flattened(given.flat, tail), sizes=Concat(1)(given.sizes, known))


def _of_rank(given: RaggedSequence, rank: int, lead: int) -> RaggedSequence:
    """The same as a sequence whose items have up to ``rank`` dims, ``lead`` of these in the sizes."""
    missing = rank - (lead_of(given) + given.flat.type.rank - 1)
    wide = with_lead(given, lead - missing)
    if not missing:
        return attrs.evolve(wide, ranks_differ=True)
    many = Concat(0)(ShapeOf()(rows_of(given)), np.array([missing], np.int64))
    none = Broadcast()(np.array([[-1]], np.int64), many)
    return RaggedSequence(wide.flat, Concat(1)(none, wide.sizes), True)


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
