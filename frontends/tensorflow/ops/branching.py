"""Control flow: one of several bodies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.comparison import NotEqual
from dldt.compiler.ops.control import If
from dldt.compiler.types import DType
from dldt.frontends.engine.context import Context
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.sequences import Imported, parts, same_form, with_parts
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.framework import TENSORFLOW


@TENSORFLOW.imports("If")
@TENSORFLOW.imports("StatelessIf")
def if_(
    cond: Value,
    *input: Imported,
    then_branch: GraphRecord,
    else_branch: GraphRecord,
    context: Context,
) -> tuple[Imported | None, ...]:
    """The outputs of one branch or the other, which take what they need from around; of a known condition only its
    branch is imported."""
    return branched(truth(cond), then_branch, else_branch, context)


@TENSORFLOW.imports("Case")
@TENSORFLOW.imports("StatelessCase")
def case(
    branch_index: Value,
    *input: Imported,
    branches: tuple[GraphRecord, ...],
    context: Context,
) -> tuple[Imported | None, ...]:
    """The outputs of the branch of this number; of the last one, where there is none of this number."""
    if not branches:
        raise InputError("Case has no branches")
    known = known_array(branch_index)
    if known is not None and known.size == 1:
        number = int(known.item())
        return context.inline(branches[number if 0 <= number < len(branches) else -1])
    return context.inline(_chosen(context.node, branches, 0))


def _chosen(node: NodeRecord, branches: Sequence[GraphRecord], number: int) -> GraphRecord:
    """The branch from ``number`` on that the index names, as an If between this one and the others."""
    if number == len(branches) - 1:
        return branches[-1]
    stem = f"{node.name}/branch/{number}"
    rest = _chosen(node, branches, number + 1)
    outputs = tuple(f"{stem}/if:{i}" for i in range(len(branches[number].outputs)))
    is_it = NodeRecord("Equal", f"{stem}/equal", (node.inputs[0], stem), (f"{stem}/equal",))
    attributes = {"then_branch": branches[number], "else_branch": rest}
    chosen = NodeRecord("StatelessIf", f"{stem}/if", is_it.outputs, outputs, attributes)
    index = TensorRecord.of(np.array(number, np.int32))
    return GraphRecord(stem, (is_it, chosen), {}, outputs, {stem: index})


def truth(cond: Value) -> Value:
    """A condition as one boolean: a number is one where it is not 0. Raises UnsupportedError on several numbers."""
    if cond.type.elements != 1:
        raise UnsupportedError(f"a condition of type {cond.type} is not supported; it must be one number")
    if cond.type.dtype is DType.boolean:
        return cond
    return NotEqual()(cond, np.array(0, cond.type.dtype.numpy))


def branched(
    cond: Value, then_branch: GraphRecord, else_branch: GraphRecord, context: Context
) -> tuple[Imported | None, ...]:
    """The outputs of one graph or the other."""
    known = known_array(cond)
    if known is not None and known.size == 1:
        return context.inline(then_branch if known.item() else else_branch)
    (then, otherwise), captures = context.import_bodies((then_branch, else_branch))
    pairs = list(zip(then.outputs, otherwise.outputs, strict=True))
    if not pairs or not all(same_form(a, b) for a, b in pairs):
        raise UnsupportedError("the branches give different numbers of tensors, or lists of different lengths")
    values = iter(If(then.graph, otherwise.graph).all(cond, *captures))
    return tuple(with_parts(a, [next(values) for _ in parts(a)]) for a, _ in pairs)
