"""The greedy decoders taken apart: the best classes, which of them stay, and where these go."""

from __future__ import annotations

import numpy as np

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.given import converted, counted, given, number, scalar, size_of
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType

_ONE = np.array([1])
_NOWHERE = number(2**62)


@expands(ops.CTCGreedyDecoder)
def expand_ctc_greedy_decoder(node: Node) -> tuple[Value, ...]:
    """The classes [N, T, 1, 1] as floats."""
    op, (data, mask) = node.op, given(node)
    assert isinstance(op, ops.CTCGreedyDecoder)
    kind = data.type.dtype
    stops = ops.Convert(DType.i32)(ops.Equal()(ops.Transpose()(mask, np.array([1, 0])), np.array(0, kind.numpy)))
    valid = ops.Equal()(ops.CumSum()(stops, number(1)), np.array(0, np.int32))
    blank = ops.Subtract()(size_of(data, 2), number(1))
    codes, _ = _decoded(ops.Transpose()(data, np.array([1, 0, 2])), valid, blank, op.ctc_merge_repeated)
    return (ops.Unsqueeze()(converted(codes, kind), np.array([2, 3])),)


@expands(ops.CTCGreedyDecoderSeqLen)
def expand_ctc_greedy_decoder_seq_len(node: Node) -> tuple[Value, ...]:
    """The classes [N, T], and how many there are."""
    op, (data, lengths, *more) = node.op, given(node)
    assert isinstance(op, ops.CTCGreedyDecoderSeqLen)
    steps = counted(size_of(data, 1))
    valid = ops.Less()(steps, ops.Unsqueeze()(converted(lengths, DType.i64), _ONE))
    blank = scalar(more[0]) if more else ops.Subtract()(size_of(data, 2), number(1))
    codes, counts = _decoded(data, valid, blank, op.merge_repeated)
    return converted(codes, op.classes_index_type), converted(counts, op.sequence_length_type)


def _decoded(scores: Value, valid: Value, blank: Value, merge: bool) -> tuple[Value, Value]:
    """The classes that stay [N, T], then -1, and their numbers [N]."""
    best = ops.Squeeze()(ops.TopK(2, "max", "value", DType.i64).all(scores, number(1))[1], np.array([2]))
    kept = ops.LogicalAnd()(valid, ops.NotEqual()(best, blank))
    if merge:
        padded = ops.Pad("constant")(best, np.array([0, 1]), np.array([0, 0]), number(-1))
        before = ops.Slice()(padded, np.array([0]), np.array([-1]), _ONE, _ONE)
        kept = ops.LogicalAnd()(kept, ops.NotEqual()(best, before))
    ones = ops.Convert(DType.i64)(kept)
    places = ops.Subtract()(ops.CumSum()(ones, number(1)), number(1))
    empty = ops.Broadcast("numpy")(best.graph.constant(number(-1)), ops.ShapeOf()(best))
    codes = ops.ScatterElementsUpdate()(empty, ops.Select()(kept, places, _NOWHERE), best, number(1))
    return codes, ops.ReduceSum()(ones, _ONE)
