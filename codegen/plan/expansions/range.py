"""Range taken apart where its length is found when the model runs."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.compiler import ops
from dldt.compiler.dims import DefinedDim
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType


@expands(ops.Range)
def expand_range(node: Node) -> tuple[Value, ...] | None:
    """start + step * i for i below the length. None where the length is known otherwise."""
    op, (start, stop, step) = node.op, node.inputs
    assert isinstance(op, ops.Range)
    assert start is not None
    assert stop is not None
    assert step is not None
    if not op.finds_length(start.type, stop.type, step.type):
        return None
    kind = DType.f64 if any(v.type.dtype.is_float for v in (start, stop, step)) else DType.i64
    first, last, by = (ops.Convert(kind)(ops.Reshape()(v, np.array([1]))) for v in (start, stop, step))
    distance, width = (ops.Convert(DType.f64)(v) for v in (ops.Subtract()(last, first), by))
    count = ops.Maximum()(ops.Ceiling()(ops.Divide()(distance, width)), np.array([0.0]))
    length = ops.Convert(DType.i64)(count)
    symbol = DefinedDim(f"{node.graph.name}:{node.id}.length", 0)
    node.graph.define(length, (symbol.dim,))
    number = ops.Range(DType.i64)(np.array(0), ops.Squeeze()(length, np.array([0])), np.array(1))
    made = ops.Add()(first, ops.Multiply()(ops.Convert(kind)(number), by))
    return (ops.Convert(op.output_type)(made) if op.output_type is not kind else made,)
