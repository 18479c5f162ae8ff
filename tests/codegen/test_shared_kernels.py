"""Kernels that write one text share a function, and what is known of their texts is not written again."""

import numpy as np
import pytest

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.object import object_cache
from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.pipeline import assemble
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline

TARGET = TARGETS["x86-64-v4"]


@pytest.fixture
def written(monkeypatch):
    """The emissions that were written."""
    made = []
    write = Emission.__call__
    monkeypatch.setattr(Emission, "__call__", lambda self, b: (made.append(self), write(self, b)))
    return made


def stack(activations, cache=None, target=TARGET):
    """Convolutions of one shape, one an activation."""
    generator = np.random.default_rng(0)
    graph = Graph("stack")
    value = graph.parameter("x", TensorType(DType.f32, (1, 32, 14, 14)))
    for activate in activations:
        weights = graph.constant(generator.standard_normal((32, 32, 1, 1)).astype(np.float32))
        value = activate(ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(value, weights))
    graph.result(value, "y")
    run_pipeline(graph, default_pipeline())
    return assemble(graph, target, cache=cache)


def relu(value):
    return ops.ReLU()(value)


def at_least(number):
    return lambda value: ops.Maximum()(value, np.float32(number))


@pytest.mark.parametrize(
    ("activations", "functions"),
    [([relu] * 6, 1), ([at_least(0.5), at_least(0.25)] * 3, 2)],
)
def test_equal_kernels_share_a_function(written, activations, functions):
    library = stack(activations).calls.library
    convolutions = [kernel for kernel in library.kernels if kernel.implementation.family == "convolution"]
    assert len(convolutions) == 6
    assert (
        sum(kernel in convolutions for kernel in library.functions.values()) == functions + 1
    )  # the last one writes the user's memory
    assert len(written) == len(library.functions)


def test_emissions_that_write_one_text_share_a_function():
    """The text is the same whatever the number of rows is."""
    graph = Graph("rows")
    for number, rows in enumerate((512, 1024)):
        x = graph.parameter(f"x{number}", TensorType(DType.f32, (rows, 4, 16)))
        graph.result(ops.SoftMax(2)(x), f"y{number}")
    run_pipeline(graph, default_pipeline())
    library = assemble(graph, TARGET).calls.library
    assert len({kernel.emit.digest() for kernel in library.kernels}) == 2
    assert len(library.functions) == 1


def test_what_the_cache_knows_is_not_written(tmp_path, written):
    first = stack([relu, at_least(0.5)], ObjectCache(tmp_path))
    count = len(written)
    again = stack([relu, at_least(0.5)], ObjectCache(tmp_path))
    assert len(written) == count > 1
    assert [module.digest for module in again.modules] == [module.digest for module in first.modules]
    assert [module.write() for module in again.modules] == [module.write() for module in first.modules]


def test_another_target_and_another_compiler_write_anew(tmp_path, written, monkeypatch):
    stack([relu], ObjectCache(tmp_path))
    count = len(written)
    stack([relu], ObjectCache(tmp_path), TARGETS["x86-64-v3"])
    assert len(written) == 2 * count
    monkeypatch.setattr(object_cache, "_compiler", lambda: "changed")
    stack([relu], ObjectCache(tmp_path))
    assert len(written) == 3 * count
