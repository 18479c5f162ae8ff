"""Control flow: If."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.listed import listed
from dldt.compiler.ops.control import If
from dldt.compiler.shown import shown
from dldt.frontends.engine.context import Context, ImportedBody
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.sequences import FoundOptional, Imported, Nothing, parts, same_form, with_parts
from dldt.frontends.onnx.branch_rest import branches_with_rest, outcomes
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.sequence_ragged import Sequential, item_forms, ragged_of


@ONNX.imports("If", since=1)
def if_1(
    cond: Value, *, then_branch: GraphRecord, else_branch: GraphRecord, context: Context
) -> tuple[Imported | None, ...]:
    """The outputs of one branch or the other; of a known condition only its branch is imported."""
    for branch in (then_branch, else_branch):
        if branch.inputs:
            raise InputError(f"a branch of If takes no inputs, {shown(branch.name)} declares {listed(branch.inputs)}")
        if len(branch.outputs) < context.outputs:
            raise InputError(f"branch {shown(branch.name)} has {len(branch.outputs)} outputs, If has {context.outputs}")
    known = known_array(cond)
    if known is not None and known.size == 1:
        return context.inline(then_branch if known.item() else else_branch)
    (then, otherwise), captures = context.import_bodies((then_branch, else_branch), outcomes(cond, context))
    pairs = list(zip(then.outputs, otherwise.outputs, strict=False))
    if any(isinstance(a, Value) and isinstance(b, Value) and a.type.rank != b.type.rank for a, b in pairs):
        return branches_with_rest(cond, (then_branch, else_branch), context)
    if not all(same_form(a, b) for a, b in pairs):
        then, otherwise = _alike(then, otherwise), _alike(otherwise, then)
        pairs = list(zip(then.outputs, otherwise.outputs, strict=False))
    values = iter(If(then.graph, otherwise.graph).all(cond, *captures))
    return tuple(with_parts(a, [next(values) for _ in parts(a)]) for a, _ in pairs)


def _alike(branch: ImportedBody, other: ImportedBody) -> ImportedBody:
    """The branch with its sequences and optionals in a form that suits those of the other one: sequences may have other
    lengths there, and an optional may have a value in one branch alone."""
    made: list[Imported] = []
    for a, b in zip(branch.outputs, other.outputs, strict=True):
        if same_form(a, b):
            made.append(a)
        elif isinstance(a, Sequential) and isinstance(b, Sequential):
            made.append(ragged_of(branch.graph, a, *item_forms(b)))
        else:
            made.append(_optional(branch.graph, a, b))
    names = [result.name for result in branch.graph.outputs]
    for result in branch.graph.outputs:
        branch.graph.remove_output(result)
    values = [value for given in made for value in parts(given)]
    for i, value in enumerate(values):
        branch.graph.result(value, names[i] if i < len(names) else "")
    return attrs.evolve(branch, outputs=tuple(made))


def _optional(graph: Graph, own: Imported, other: Imported) -> Imported:
    """What a branch gives as an optional, which has no value in one of the branches."""
    if isinstance(own, FoundOptional) and isinstance(other, Nothing):
        return own
    form = other.given if isinstance(other, FoundOptional) else other
    if isinstance(own, Nothing):
        return FoundOptional(_zeros(graph, form), graph.constant(np.array(False)))
    alike = own.given if isinstance(own, FoundOptional) else own
    if not isinstance(form, Nothing) and not same_form(alike, form):
        raise UnsupportedError("of the branches of If only one gives a sequence, or only one a tensor")
    return own if isinstance(own, FoundOptional) else FoundOptional(own, graph.constant(np.array(True)))


def _zeros(graph: Graph, form: Imported) -> Imported:
    """Something of the same form: zeros, of no elements where a dim is not known."""
    types = [value.type for value in parts(form)]
    shapes = [tuple(dim if isinstance(dim, int) else 0 for dim in t.shape) for t in types]
    return with_parts(form, [graph.constant(np.zeros(s, t.dtype.numpy)) for s, t in zip(shapes, types, strict=True)])
