"""A grouped convolution by its parts."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Concat, Convolution, GroupConvolution, Split, VariadicSplit
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import channel_vector
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite


@transform
class FuseGroupedConvolution(Rewrite[Match]):
    """A split, a convolution of each part and a Concat are one GroupConvolution where the convolutions are alike.

    ::

              ┌→ Convolution (+ b1) ┐
        Split ┼→ Convolution (+ b2) ┼→ Concat   →   GroupConvolution (+ [b1,b2,b3])
              └→ Convolution (+ b3) ┘
    """

    pattern = node(Concat)

    def rewrite(self, match: Match) -> Value | None:
        """All branches must have the same attributes and weight shapes; all or none a bias."""
        root = match.root
        assert isinstance(root.op, Concat)
        branches = [_branch(v) for v in root.inputs if v is not None]
        found = [b for b in branches if b is not None]
        if len(found) < 2 or len(found) != len(branches) or root.op.axis % root.type.rank != 1:
            return None
        split = found[0][0].node
        if [conv_input for conv_input, *_ in found] != list(split.outputs):
            return None
        data, axis = split.inputs[:2]
        if not isinstance(split.op, Split | VariadicSplit) or data is None or axis is None or axis.constant is None:
            return None
        ops, weights, biases = [b[1] for b in found], [b[2] for b in found], [b[3] for b in found]
        if int(axis.constant.reshape(-1)[0]) % data.type.rank != 1 or any(op != ops[0] for op in ops):
            return None
        if len({w.shape for w in weights}) != 1 or len({b is None for b in biases}) != 1:
            return None
        return _group(data, ops[0], weights, biases)


def _branch(value: Value) -> tuple[Value, Convolution, Array, Array | None] | None:
    """The input, operation, weights and bias of a convolution that nobody else reads."""
    bias = None
    if not value.is_used_once or value.type.rank < 3:
        return None
    if isinstance(value.op, Add):
        a, b = value.inputs
        if a is None or b is None or b.constant is None or not a.is_used_once:
            return None
        bias = channel_vector(b.constant, value.type.rank, 1, value.type.shape[1])
        channels = value.type.shape[1]
        if bias is None or not isinstance(channels, int):
            return None
        value, bias = a, np.broadcast_to(bias, (channels,))
    op = value.op
    if not isinstance(op, Convolution):
        return None
    x, w = value.inputs
    if x is None or w is None or w.constant is None:
        return None
    return x, op, w.constant, bias


def _group(data: Value, op: Convolution, weights: list[Array], biases: list[Array | None]) -> Value:
    grouped = GroupConvolution(
        strides=op.strides,
        pads_begin=op.pads_begin,
        pads_end=op.pads_end,
        dilations=op.dilations,
        auto_pad=op.auto_pad,
    )(data, np.stack(weights))
    given = [bias for bias in biases if bias is not None]
    if not given:
        return grouped
    return Add()(grouped, np.concatenate(given).reshape((1, -1) + (1,) * (grouped.type.rank - 2)))
