"""Constant folding: what is computed, what would be too large, what numpy refuses."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.budget import limited
from dldt.compiler.ops import (
    Add,
    Broadcast,
    Convert,
    MaxPool,
    Multiply,
    Pad,
    Power,
    ReLU,
    Split,
    Tile,
)
from dldt.compiler.types import DType, TensorType
from dldt.passes.transforms.fold_constants import FoldConstants
from dldt.passes.transforms.merge_common_subexpressions import MergeCommonSubexpressions
from tests.passes.check import declined, f32, graph_of, i64, random, rewritten


def test_a_chain_of_constants_becomes_one_constant():
    def build(g):
        scale = Multiply()(Convert(destination_type=DType.f32)(g.constant(np.arange(6, dtype=np.int8))), 0.5)
        return Add()(g.parameter("x", f32(6)), scale)

    assert rewritten(FoldConstants(), build, count=2) == "Add(x, [6])"


def test_folded_numbers_are_those_of_the_definition():
    graph = graph_of(lambda g: Add()(g.parameter("x", f32(3)), ReLU()(g.constant(np.float32([-1, 0, 2])))))
    FoldConstants().apply(graph)
    folded = graph.output_values[0].inputs[1].constant
    assert folded.tolist() == [0, 0, 2]
    assert folded.dtype == np.float32


def test_a_split_of_a_constant_folds_output_by_output():
    def build(g):
        parts = Split(num_splits=2).all(g.constant(random(4, 2)), i64(0)[0])
        return Add()(g.parameter("x", f32(2, 2)), parts[0]), Add()(g.parameter("z", f32(2, 2)), parts[1])

    assert rewritten(FoldConstants(), build, count=1) == "Add(x, [2,2]); Add(z, [2,2])"


@pytest.mark.parametrize(("limit", "count"), [(8 * 4 * 4096, 1), (8 * (4 * 4096 - 4 - 8 - 1), 0)])
def test_an_expansion_beyond_the_limit_is_not_folded(limit, count):
    graph = graph_of(lambda g: Add()(g.parameter("x", f32(4096)), Broadcast()(g.constant(np.float32([1])), i64(4096))))
    with limited(memory=limit):
        assert FoldConstants().apply(graph) == count


def test_a_hostile_tile_is_not_computed():
    declined(FoldConstants(), lambda g: Tile()(g.constant(np.float32([1])), i64(1 << 40)))


def test_many_expansions_share_one_budget():
    size = 1 << 17

    def build(g):
        x = g.parameter("x", f32(size))
        for i in range(8):
            x = Add()(x, Pad("constant")(g.constant(np.float32([i])), i64(0), i64(size - 1)))
        return x

    graph = graph_of(build)
    with limited(memory=4 * size * 7 // 2):
        assert FoldConstants(max_share=1.0).apply(graph) == 3


def test_what_would_take_long_is_not_computed():
    window = MaxPool((1, 1), (600, 600), (600, 600), (1000, 1000))
    with limited():
        declined(FoldConstants(), lambda g: window(g.constant(random(1, 1, 8, 8))))


def test_what_numpy_refuses_stays(monkeypatch):
    def refuse(self, a, b):
        raise ValueError("numpy does not do that")

    def build(g):
        power = Power()(g.constant(np.int32([2, 3])), g.constant(np.int32([1, 2])))
        return Add()(g.parameter("x", TensorType(DType.i32, (2,))), power)

    graph = graph_of(build)
    monkeypatch.setattr(Power, "evaluate", refuse)
    assert FoldConstants().apply(graph) == 0
    monkeypatch.undo()
    assert FoldConstants().apply(graph) == 1


def test_folding_does_not_copy_weights_that_it_does_not_touch():
    weights = random(64, 64)
    graph = graph_of(lambda g: Add()(g.parameter("x", f32(64, 64)), g.constant(weights)))
    FoldConstants().apply(graph)
    MergeCommonSubexpressions().apply(graph)
    assert np.shares_memory(graph.output_values[0].inputs[1].constant, weights)
