"""The boxes that a kernel keeps, as tensors of a size that is known before: those behind the last one are marked."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.loop.kept_boxes import KeptBoxes
from dldt.codegen.loop.ranked import Ranked
from dldt.codegen.plan.in_memory import in_memory
from dldt.codegen.plan.shape_parts import size_of
from dldt.compiler import ops
from dldt.compiler.dims import minimum
from dldt.compiler.graph import Value
from dldt.compiler.types import DType


@attrs.frozen
class KeptCandidates:
    """For each box that may be kept: the row of its scores, its place in the row, its score, and whether it is kept
    (``here``); the kept ones come first, row by row, in a row the best first. ``number`` [1] says how many they are."""

    row: Value
    place: Value
    score: Value
    here: Value
    number: Value


@attrs.frozen
class Suppression:
    """Which boxes stay: of each row of scores the first ``candidates`` are looked at, in the order of scores, those
    above ``least``; one goes that overlaps a kept one by more than ``overlap``; at most ``most`` stay. The rest: see
    ``KeptBoxes``."""

    overlap: float
    least: float
    candidates: int | None = None
    most: int | None = None
    least_side: float = 0.0
    inclusive: bool = False
    eta: float = 1.0


def kept_candidates(boxes: Value, scores: Value, rule: Suppression) -> KeptCandidates:
    """Of ``boxes`` [B, N, 4] and ``scores`` [B, C, N], in f32, those that stay."""
    graph, size = scores.graph, scores.type.shape[2]
    numbers = in_memory(scores)
    ranked = Ranked(size if rule.candidates is None else minimum(size, rule.candidates), "max")(numbers)
    limits = graph.constant(np.array([rule.overlap, rule.least], np.float32))
    enough = graph.constant(np.full(2, 2**31 - 1 if rule.most is None else rule.most))
    keep = KeptBoxes(False, rule.most, rule.candidates, rule.least_side, rule.inclusive, rule.eta)
    found = keep(in_memory(boxes), numbers, ranked, enough, limits)
    number = ops.Reshape()(_part(found, 0, 1, 0, 1), np.array([1]))
    triples = _part(found, 1, 2**62, 0, 3)
    here = ops.Less()(ops.Range(DType.i64)(np.array(0), size_of(triples, 0), np.array(1)), number)
    batch, kind, place = (_column(triples, k, here) for k in range(3))
    row = ops.Add()(ops.Multiply()(batch, size_of(scores, 1)), kind)
    at = ops.Add()(ops.Multiply()(row, size_of(scores, 2)), place)
    score = ops.Gather()(ops.Reshape()(scores, np.array([-1])), at, np.array(0))
    return KeptCandidates(row, place, score, here, number)


def upright(boxes: Value) -> Value:
    """The boxes; those whose corners are in the wrong order overlap nothing, so they have no extent."""
    low, high = (ops.Slice()(boxes, np.array([k]), np.array([k + 2]), np.array([1]), np.array([2])) for k in (0, 2))
    wrong = ops.ReduceLogicalOr(True)(ops.Less()(high, low), np.array([2]))
    return ops.Select()(wrong, np.array(0, np.float32), boxes)


def _part(x: Value, first: int, last: int, left: int, right: int) -> Value:
    return ops.Slice()(x, np.array([first, left]), np.array([last, right]), np.array([1, 1]))


def _column(triples: Value, k: int, here: Value) -> Value:
    """A column of the triples; behind the last one it is 0."""
    return ops.Select()(here, ops.Reshape()(_part(triples, 0, 2**62, k, k + 1), np.array([-1])), np.array(0))
