"""A graph with free dims, made again for sizes that the user names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.compiler.dim_knowledge import DimKnowledge
from dldt.compiler.dims import Dim, FreeDim, Symbol, symbols
from dldt.compiler.errors import ShapeError, UsageError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.listed import listed
from dldt.compiler.ops.core import Parameter
from dldt.compiler.shown import shown
from dldt.compiler.types import Shape

Sizes = Mapping[str, "Sequence[int | None] | None"]
"""The shapes of inputs by name. None for a dim, or for a shape, leaves it as the model has it."""


def specialize(graph: Graph, sizes: Sizes) -> tuple[Graph, dict[Symbol, int]]:
    """A copy of ``graph`` whose inputs have these shapes, and what its free dims are then. Dims that ``sizes`` does not
    name stay free.

    Raises UsageError where the inputs cannot have these shapes, or where no free dim is named, and ShapeError where the
    model cannot run with them.
    """
    given = {value.node.name: value for value in graph.inputs}
    unknown = [name for name in sizes if name not in given]
    if unknown:
        raise UsageError(f"the model has no input {shown(unknown[0])} to specialize; its inputs: {listed(given)}")
    knowledge = DimKnowledge()
    for name, shape in sizes.items():
        if shape is not None:
            _learn(name, _declared(given[name]), shape, knowledge)
    fixed = _fixed(graph, knowledge)
    if not fixed:
        raise UsageError(f"{_text(sizes)} fixes no free dim of the model: there is nothing to specialize")
    made = graph.copy()
    types = {
        value.node.name: attrs.evolve(value.type, shape=tuple(map(knowledge.known, _declared(value))), value=None)
        for value in graph.inputs
    }
    try:
        made.retype(types)
    except ShapeError as error:
        raise ShapeError(f"the model cannot run with {_text(sizes)}: {error}") from error
    return made, fixed


def _declared(value: Value) -> Shape:
    op = value.op
    assert isinstance(op, Parameter)
    return op.shape


def _learn(name: str, shape: Shape, sizes: Sequence[int | None], knowledge: DimKnowledge) -> None:
    """Note that an input of this shape has these sizes."""
    if len(sizes) != len(shape):
        raise UsageError(f"input {shown(name)} has {len(shape)} dims, {len(sizes)} are given to specialize it")
    for axis, (dim, size) in enumerate(zip(shape, sizes, strict=True)):
        known = knowledge.known(dim)
        if size is None or known == size:
            continue
        if isinstance(known, int):
            raise UsageError(f"dim {axis} of input {shown(name)} cannot be {size} in a specialization: it is {known}")
        if not knowledge.unify(known, size):
            raise UsageError(f"no free dim can be found for which dim {axis} of input {shown(name)}, {dim}, is {size}")


def _fixed(graph: Graph, knowledge: DimKnowledge) -> dict[Symbol, int]:
    """The free dims of which ``knowledge`` has the sizes. Raises UsageError where one is beyond its bounds."""
    fixed: dict[Symbol, int] = {}
    for symbol in _free_dims(graph):
        known: Dim = knowledge.known(symbol.dim)
        if not isinstance(known, int):
            continue
        if known < symbol.lower or (isinstance(symbol.upper, int) and known > symbol.upper):
            most = f" and at most {symbol.upper}" if isinstance(symbol.upper, int) else ""
            raise UsageError(
                f"the dim {symbol.text} must be at least {symbol.lower}{most}: it cannot be specialized for {known}"
            )
        fixed[symbol] = known
    return fixed


def _free_dims(graph: Graph) -> list[Symbol]:
    named = {
        symbol: None
        for value in graph.inputs
        for dim in _declared(value)
        for symbol in symbols(dim)
        if isinstance(symbol, FreeDim)
    }
    return sorted(named, key=str)


def _text(sizes: Sizes) -> str:
    shapes = ((name, shape) for name, shape in sizes.items() if shape is not None)
    return ", ".join(f"{name}[{','.join('?' if d is None else str(d) for d in shape)}]" for name, shape in shapes)
