"""Eye taken apart: where the number of a column minus that of a row is that of the diagonal."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.given import converted, counted, given, scalar
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value


@expands(ops.Eye)
def expand_eye(node: Node) -> tuple[Value, ...]:
    """The matrix, repeated for the batch."""
    op = node.op
    assert isinstance(op, ops.Eye)
    rows, columns, diagonal, *batch = given(node)
    numbers = ops.Unsqueeze()(counted(scalar(rows)), np.array([1]))
    hit = ops.Equal()(ops.Subtract()(counted(scalar(columns)), numbers), scalar(diagonal))
    made = converted(hit, op.output_type)
    if not batch or batch[0].type.elements == 0:
        return (made,)
    return (ops.Broadcast("bidirectional")(made, ops.Concat(0)(batch[0], np.ones(2, batch[0].type.dtype.numpy))),)
