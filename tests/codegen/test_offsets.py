"""Offsets are arguments: kernels that differ only in where they read and write share a function."""

import numpy as np
import pytest

from dldt.codegen.pipeline import assemble
from dldt.codegen.plan.stored_scalars import MANY
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.codegen.native import run_native

TARGET = TARGETS["x86-64-v3"]
RANDOM = np.random.default_rng(0)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def split(parts):
    """The parts of a matrix, each through a softmax, joined again."""
    graph = Graph("split")
    x = graph.parameter("x", TensorType(DType.f32, (4, 5 * parts)))
    pieces = ops.Split(num_splits=parts).all(x, np.int64(1))
    graph.result(ops.Concat(axis=1)(*[ops.SoftMax(axis=1)(piece) for piece in pieces]), "y")
    feeds = {"x": RANDOM.standard_normal((4, 5 * parts)).astype(np.float32)}
    wanted = np.concatenate([softmax(piece) for piece in np.split(feeds["x"], parts, 1)], 1)
    return graph, feeds, {"y": wanted}


def windows(count):
    """Sums of neighbours that begin at one row each, of an image in channel blocks or not."""
    graph = Graph("windows")
    x = graph.parameter("x", TensorType(DType.f32, (1, 3, 2 + count, 7)))
    feeds, wanted = {"x": RANDOM.standard_normal((1, 3, 2 + count, 7)).astype(np.float32)}, {}
    for k in range(count):
        parts = [ops.Slice()(x, *(np.array([i]) for i in (k + m, k + m + 2, 1, 2))) for m in range(2)]
        graph.result(ops.Tanh()(ops.Add()(*parts)), f"y{k}")
        wanted[f"y{k}"] = np.tanh(feeds["x"][:, :, k : k + 2] + feeds["x"][:, :, k + 1 : k + 3])
    return graph, feeds, wanted


def joined(count):
    """Inputs with a free dim each, joined."""
    graph, feeds = Graph("joined"), {}
    inputs = []
    for k in range(count):
        inputs.append(graph.parameter(f"x{k}", TensorType(DType.f32, (symbol(f"N{k}"), 3))))
        feeds[f"x{k}"] = RANDOM.standard_normal((k + 2, 3)).astype(np.float32)
    graph.result(ops.Concat(axis=0)(*inputs), "y")
    return graph, feeds, {"y": np.concatenate(list(feeds.values()))}


def shifted(count):
    """An input with a constant of its own added for each output."""
    graph = Graph("shifted")
    x = graph.parameter("x", TensorType(DType.f32, (33,)))
    feeds, wanted = {"x": RANDOM.standard_normal(33).astype(np.float32)}, {}
    for k in range(count):
        graph.result(ops.Add()(x, np.array([k], np.float32)), f"y{k}")
        wanted[f"y{k}"] = feeds["x"] + np.float32(k)
    return graph, feeds, wanted


@pytest.mark.parametrize(
    ("made", "functions"), [(split(9), 2), (windows(6), 1), (joined(11), 1), (shifted(MANY + 6), 2), (shifted(3), 4)]
)
def test_places_and_many_constants_are_arguments(made, functions, tmp_path):
    graph, feeds, wanted = made
    run_pipeline(graph, default_pipeline())
    assert len(assemble(graph.copy(), TARGET).calls.library.functions) <= functions
    for threads in (1, 2):
        found = run_native(graph.copy(), feeds, TARGET, tmp_path, threads)
        for name, array in wanted.items():
            np.testing.assert_allclose(found[name], array, rtol=1e-5, atol=1e-6)
