"""Decoding of connectionist temporal classification."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal, NotEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.scatter import ScatterElementsUpdate
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.top_k import CumSum, TopK
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import DimOf, dims_of, reshape

_TIME = np.array(1, np.int64)


@CAFFE.imports("CTCGreedyDecoder")
def ctc_greedy_decoder(bottom: Value, mask: Value, *, blank_index: int = -1, ctc_merge_repeated: bool = True) -> Value:
    """[N, T, 1, 1]: the best classes of data [T, N, C], without blanks and repeats, then -1; steps from the first 0 of
    `mask` [T, N] on do not count"""
    if bottom.type.rank != 3 or mask.type.rank != 2:
        raise InputError(f"{bottom.type} and {mask.type} must have the axes T, N, C and T, N")
    steps, classes = bottom.type.shape[0], bottom.type.shape[2]
    if not isinstance(steps, int) or not isinstance(classes, int) or not 1 <= steps < 1 << 20:
        raise UnsupportedError(f"steps and classes of {bottom.type} must be fixed")
    blank = np.array(classes - 1 if blank_index < 0 else blank_index, np.int64)
    places = TopK(2, "max", "value", DType.i64).all(bottom, np.array(1, np.int64))[1]
    best = Transpose()(reshape(places, [DimOf(0), DimOf(1)]), np.array([1, 0], np.int64))
    ended = Equal()(Transpose()(mask, np.array([1, 0], np.int64)), np.array(0, np.float32))
    kept = Equal()(CumSum()(Convert(DType.i64)(ended), _TIME), np.array(0, np.int64))
    kept = LogicalAnd()(kept, NotEqual()(best, blank))
    if ctc_merge_repeated and steps > 1:
        kept = LogicalAnd()(kept, _differs(best, steps))
    behind = np.array(steps, np.int64)
    target = Subtract()(CumSum()(Convert(DType.i64)(kept), _TIME), np.array(1, np.int64))
    empty = Broadcast()(
        bottom.graph.constant(np.array(-1, np.int64)), Concat(0)(dims_of(best, (0,)), np.array([steps + 1], np.int64))
    )
    filled = ScatterElementsUpdate()(empty, Select()(kept, target, behind), best, _TIME)
    found = Slice()(filled, np.array([0]), np.array([steps]), np.array([1]), np.array([1]))
    return Convert(bottom.type.dtype)(reshape(found, [DimOf(0), steps, 1, 1]))


def _differs(best: Value, steps: int) -> Value:
    """Whether each class is another one than that of the step before; the first one is."""
    first, last, one, axis = (np.array([number], np.int64) for number in (0, steps - 1, 1, 1))
    before = Slice()(best, first, last, one, axis)
    none = Broadcast()(best.graph.constant(np.array(-1, np.int64)), Concat(0)(dims_of(best, (0,)), one))
    return NotEqual()(best, Concat(1)(none, before))
