"""NonMaxSuppression taken apart: boxes are ranked by score, then a kernel keeps some of them."""

from __future__ import annotations

import numpy as np

from dldt.codegen.loop.kept_boxes import KeptBoxes
from dldt.codegen.loop.prefix import Prefix
from dldt.codegen.loop.ranked import Ranked
from dldt.codegen.loop.soft_boxes import SoftBoxes
from dldt.codegen.loop.soft_scores import SoftScores
from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.expansions.non_zero import count_of
from dldt.codegen.plan.in_memory import in_memory
from dldt.compiler import ops
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.types import DType


@expands(ops.NonMaxSuppression)
def expand_boxes(node: Node) -> tuple[Value, ...]:
    """The triples [count, 3], the same with scores, and their number."""
    op, graph = node.op, node.graph
    assert isinstance(op, ops.NonMaxSuppression)
    boxes, scores, most, overlap, least, sigma = (*node.inputs, None, None, None, None)[:6]
    assert boxes is not None
    assert scores is not None
    numbers = [boxes if boxes.type.dtype is DType.f32 else ops.Convert(DType.f32)(boxes)]
    numbers.append(scores if scores.type.dtype is DType.f32 else ops.Convert(DType.f32)(scores))
    known = 0 if most is None else None if most.constant is None else int(most.constant.reshape(()))
    limits = ops.Concat(0)(_number(graph, overlap, 0.0), _number(graph, least, -np.inf))
    box_values, values, most_kept = in_memory(numbers[0]), in_memory(numbers[1]), _limit(graph, most)
    centered, softness = op.box_encoding == "center", op.softness(None if sigma is None else sigma.type)
    if softness:
        scale = graph.constant(np.array([-0.5 / softness], np.float32))
        limits = ops.Concat(0)(_number(graph, least, -np.inf), scale)
        kept = SoftBoxes(centered, known)(box_values, values, most_kept, _fixed(limits), name=node.name)
        triples = Prefix(count_of(node))(kept)
        found = SoftScores(centered)(box_values, values, in_memory(triples), _fixed(limits))
        found = found if scores.type.dtype is DType.f32 else ops.Convert(scores.type.dtype)(found)
    else:
        ranked = Ranked(scores.type.shape[2], "max")(values)
        kept = KeptBoxes(centered, known)(box_values, values, ranked, most_kept, _fixed(limits), name=node.name)
        triples = Prefix(count_of(node))(kept)
        found = ops.GatherND(0)(scores, triples)
    if op.sort_result_descending:
        order = ops.TopK(0, "max", "value", DType.i64).all(found, ops.Squeeze()(ops.ShapeOf()(found), np.array([0])))[1]
        triples = ops.Gather()(triples, order, np.array(0))
        found = ops.Gather()(found, order, np.array(0))
    where = ops.Slice()(triples, np.array([0]), np.array([2]), np.array([1]), np.array([1]))
    rows = ops.Concat(1)(ops.Convert(scores.type.dtype)(where), ops.Unsqueeze()(found, np.array([1])))
    count = ops.Slice()(ops.ShapeOf()(triples), np.array([0]), np.array([1]), np.array([1]))
    kind = op.output_type
    if kind is not DType.i64:
        triples, count = ops.Convert(kind)(triples), ops.Convert(kind)(count)
    return triples, rows, count


def _number(graph: Graph, value: Value | None, otherwise: float) -> Value:
    """A number as f32 [1]."""
    if value is None:
        return graph.constant(np.array([otherwise], np.float32))
    flat = ops.Reshape()(value, np.array([1]))
    return flat if flat.type.dtype is DType.f32 else ops.Convert(DType.f32)(flat)


def _limit(graph: Graph, most: Value | None) -> Value:
    """How many boxes of a class are kept at most, as i64 in memory."""
    if most is None:
        return graph.constant(np.zeros(2, np.int64))
    if most.constant is not None:
        return graph.constant(np.repeat(most.constant.reshape(-1).astype(np.int64), 2))
    return ops.Convert(DType.i64)(ops.Reshape()(most, np.array([1])))


def _fixed(limits: Value) -> Value:
    """Limits that are constants, as one."""
    parts = [v.constant if v is not None and v.op.type == "Const" else None for v in limits.inputs]
    if any(part is None for part in parts):
        return limits
    return limits.graph.constant(np.concatenate([part for part in parts if part is not None]))
