"""Branches of If whose outputs have different ranks: they take in the nodes behind the If that read these outputs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.errors import DldtError, InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.control import If
from dldt.compiler.types import Array
from dldt.frontends.engine.context import Context, ImportedBody
from dldt.frontends.engine.record import GraphRecord, NodeRecord, needed
from dldt.frontends.engine.sequences import Imported, TensorOfFoundRank, parts, same_form, with_parts
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.onnx.required_condition import require_condition

Branches: TypeAlias = tuple[GraphRecord, GraphRecord]

_STEPS = 12
"""So often the branches take in only what reads their outputs; then all that follows."""


def branches_with_rest(cond: Value, branches: Branches, context: Context) -> tuple[Imported | None, ...]:
    """The outputs of an If whose branches give tensors of different ranks.

    The nodes that read these become the last ones of both branches, until what the branches give has one rank. A branch
    behind which the model cannot run is never taken: that becomes a condition of the model. Of outputs that only the
    moved nodes read, those of one rank are given.
    """
    own = context.node.outputs[: context.outputs]
    rest = context.dependents()
    moved: list[NodeRecord] = []
    names, records = list(own), list(branches)
    differing: Collection[str] = own
    known = outcomes(cond, context)
    for step in range(len(rest) + 1):
        added = _readers(differing, moved, rest, step >= _STEPS)
        if not added:
            break
        moved += added
        names = _read_elsewhere(own, moved, rest, context.results)
        records = [_extended(branch, own, moved, names) for branch in branches]
        try:
            with context.trial():
                bodies, captures = context.import_bodies(tuple(records), known)
        except UnsupportedError:
            differing = names
            continue
        except InputError as error:
            taken = _only_possible(records, known, context, error)
            require_condition(cond, taken, context, error)
            return context.inline(branches[0 if taken else 1])
        differing = [name for name, ranks in zip(names, _ranks(bodies), strict=True) if len(set(ranks)) > 1]
        if not differing:
            return _joined(cond, bodies, captures, names, moved, context)
    records = [_extended(branch, own, moved, names) for branch in branches]
    bodies, _ = context.import_bodies(tuple(records), known)
    return _of_found_rank(cond, records, bodies, names, moved, context)


def outcomes(cond: Value, context: Context) -> tuple[dict[str, Array], ...]:
    """What the condition is in the two branches, by its name."""
    if not cond.type.is_static:
        return ()
    return tuple({context.node.inputs[0]: np.full(cond.type.static_shape, outcome)} for outcome in (True, False))


def _readers(
    names: Collection[str], moved: Sequence[NodeRecord], rest: Sequence[NodeRecord], everything: bool
) -> list[NodeRecord]:
    """The nodes of the rest that read what differs, and those between them and what was moved."""
    left = [node for node in rest if node not in moved]
    wanted = {name for node in left if everything or not set(names).isdisjoint(needed(node)) for name in node.outputs}
    for node in reversed(left):
        if not wanted.isdisjoint(node.outputs):
            wanted.update(needed(node))
    return [node for node in left if not wanted.isdisjoint(node.outputs)]


def _read_elsewhere(
    own: Sequence[str], moved: Sequence[NodeRecord], rest: Sequence[NodeRecord], results: Sequence[str]
) -> list[str]:
    """What the branches must give: the outputs of the If and of moved nodes that others read."""
    read = {*results, *(name for node in rest if node not in moved for name in needed(node))}
    made = [*own, *(name for node in moved for name in node.outputs)]
    return [name for name in made if name in read]


def _extended(
    branch: GraphRecord, own: Sequence[str], moved: Sequence[NodeRecord], names: Sequence[str]
) -> GraphRecord:
    """The branch with the moved nodes behind it."""
    bridge = [
        NodeRecord("Identity", name, (inner,), (name,), version=16)
        for name, inner in zip(own, branch.outputs, strict=False)
        if name
    ]
    return attrs.evolve(branch, nodes=(*branch.nodes, *bridge, *moved), outputs=tuple(names))


def _only_possible(
    records: Sequence[GraphRecord], known: Sequence[dict[str, Array]], context: Context, error: InputError
) -> bool:
    """Whether then_branch is the one that can be imported; ``error`` is raised where none can."""
    for i, record in enumerate(records):
        try:
            with context.trial():
                context.import_bodies((record,), known[i : i + 1])
        except DldtError:
            continue
        return i == 0
    raise error


def _ranks(bodies: Sequence[ImportedBody]) -> list[tuple[tuple[int, ...], ...]]:
    """For each output, the ranks of its tensors in each body."""
    made = [[tuple(value.type.rank for value in parts(output)) for output in body.outputs] for body in bodies]
    return list(zip(*made, strict=True))


def _of_found_rank(
    cond: Value,
    records: Sequence[GraphRecord],
    bodies: Sequence[ImportedBody],
    names: Sequence[str],
    moved: Sequence[NodeRecord],
    context: Context,
) -> tuple[Imported | None, ...]:
    """The outputs of the If where nothing is left that could make one rank of those that differ: with dims of 1 before
    them and their ranks behind, as the graph's outputs may be."""
    ranks = dict(zip(names, _ranks(bodies), strict=True))
    differing = [name for name, (a, b) in ranks.items() if a != b and len(a) == len(b) == 1]
    padded = []
    for side, record in enumerate(records):
        for name in differing:
            own, highest = ranks[name][side][0], max(rank for (rank,) in ranks[name])
            record = _with_rank(record, name, own, highest)
        padded.append(record)
    known = outcomes(cond, context)
    bodies, captures = context.import_bodies(tuple(padded), known)
    told = [f"{name}.rank" for name in differing]
    given = _given(cond, bodies, captures, [*names, *told])
    for name, rank in zip(differing, told, strict=True):
        value, number = given[name], given.pop(rank)
        if isinstance(value, Value) and isinstance(number, Value):
            given[name] = TensorOfFoundRank(value, number)
    return _settled(given, moved, context)


def _with_rank(branch: GraphRecord, name: str, own: int, highest: int) -> GraphRecord:
    """The branch with the output ``name`` of the highest rank, and its own rank as a further output."""
    full, axes, rank = f"{name}.full", f"{name}.axes", f"{name}.rank"
    constants = {
        axes: TensorRecord.of(np.arange(highest - own, dtype=np.int64)),
        rank: TensorRecord.of(np.array(own, np.int64)),
    }
    node = NodeRecord("Unsqueeze", full, (name, axes), (full,), version=13)
    if own == highest:
        node = NodeRecord("Identity", full, (name,), (full,), version=16)
    outputs = (*(full if output == name else output for output in branch.outputs), rank)
    initializers = {**branch.initializers, **constants}
    return attrs.evolve(branch, nodes=(*branch.nodes, node), outputs=outputs, initializers=initializers)


def _joined(
    cond: Value,
    bodies: Sequence[ImportedBody],
    captures: Sequence[Value],
    names: Sequence[str],
    moved: Sequence[NodeRecord],
    context: Context,
) -> tuple[Imported | None, ...]:
    """The outputs of the If that holds the moved nodes; None for one that only these read."""
    return _settled(_given(cond, bodies, captures, names), moved, context)


def _given(
    cond: Value, bodies: Sequence[ImportedBody], captures: Sequence[Value], names: Sequence[str]
) -> dict[str, Imported]:
    """The outputs of an If by their names."""
    then, otherwise = bodies
    if not all(same_form(a, b) for a, b in zip(then.outputs, otherwise.outputs, strict=True)):
        raise UnsupportedError("the branches of If give sequences of different lengths, or only one of them a value")
    values = iter(If(then.graph, otherwise.graph).all(cond, *captures))
    return {n: with_parts(a, [next(values) for _ in parts(a)]) for n, a in zip(names, then.outputs, strict=True)}


def _settled(given: dict[str, Imported], moved: Sequence[NodeRecord], context: Context) -> tuple[Imported | None, ...]:
    """The If's own outputs; those of the moved nodes are given to who reads them."""
    own = context.node.outputs[: context.outputs]
    context.settle(moved, {name: value for name, value in given.items() if name not in own})
    return tuple(given.get(name) for name in own)
