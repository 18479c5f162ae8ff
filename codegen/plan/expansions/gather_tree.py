"""GatherTree taken apart: a loop from the last step to the first follows the beams."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.given import FIRST, converted, counted, given, number, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.ops.body_ports import BodyOutput, ConcatOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.types import DType, TensorType

_ONE = np.array([1])
_BACKWARDS = (0, -1, -1, 1, 0)


@expands(ops.GatherTree)
def expand_gather_tree(node: Node) -> tuple[Value, ...]:
    """The tokens, end tokens behind the first one and behind the last step."""
    tokens, parents, lengths, end = given(node)
    steps, limits = counted(size_of(tokens, 0)), ops.Unsqueeze()(converted(lengths, DType.i64), _ONE)
    found = _followed(node, tokens, converted(parents, DType.i64), steps, limits)
    last = ops.Reshape()(end, np.zeros(0, np.int64))
    beyond = ops.GreaterEqual()(ops.Reshape()(steps, np.array([-1, 1, 1])), limits)
    stops = ops.Convert(DType.i32)(ops.Equal()(found, last))
    ended = ops.Greater()(ops.CumSum()(stops, number(0)), np.array(0, np.int32))
    return (ops.Select()(ops.LogicalOr()(beyond, ended), last, found),)


def _followed(node: Node, tokens: Value, parents: Value, steps: Value, limits: Value) -> Value:
    """The token of each step that lies on the way of a beam [T, B, W]."""
    _, batch, width = tokens.type.shape
    first = ops.Slice()(ops.ShapeOf()(tokens), np.array([1]), np.array([3]), _ONE)
    start = ops.Broadcast("numpy")(counted(size_of(tokens, 2)), first)
    body = Graph(f"{node.graph.name}/{node.name}/beams")
    row = body.parameter("tokens", TensorType(tokens.type.dtype, (1, batch, width)))
    parent = body.parameter("parents", TensorType(DType.i64, (1, batch, width)))
    step = body.parameter("step", TensorType(DType.i64, (1,)))
    limit = body.parameter("limits", limits.type)
    beams = body.parameter("beams", start.type)
    inside = ops.Minimum()(ops.Maximum()(beams, number(0)), ops.Subtract()(size_of(row, 2), number(1)))
    token, origin = (ops.GatherElements(1)(ops.Squeeze()(x, FIRST), inside) for x in (row, parent))
    body.result(ops.Unsqueeze()(token, FIRST), "token")
    body.result(ops.Select()(ops.Less()(step, limit), origin, beams), "beams_before")
    ports = (
        *(SliceInput(*_BACKWARDS, input=i, parameter=i) for i in range(3)),
        InvariantInput(3, 3),
        MergedInput(4, 4, 1),
    )
    outputs = (ConcatOutput(*_BACKWARDS, result=0), BodyOutput(1))
    return ops.TensorIterator(body, ports, outputs)(tokens, parents, steps, limits, start)
