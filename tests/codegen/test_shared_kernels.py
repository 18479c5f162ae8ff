"""Kernels that are described alike are emitted once, and only those that have the same text."""

import numpy as np
import pytest

from dldt.codegen.buffers import Buffer
from dldt.codegen.build import assemble
from dldt.codegen.contraction import describe
from dldt.codegen.emit.builder import Builder
from dldt.codegen.loops import Axis, Nest, Number, Reduce
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline

TARGET = TARGETS["x86-64-v4"]


def stack(activations):
    """Convolutions of one shape, one an activation."""
    generator = np.random.default_rng(0)
    graph = Graph("stack")
    value = graph.parameter("x", TensorType(DType.f32, (1, 32, 14, 14)))
    for activate in activations:
        weights = graph.constant(generator.standard_normal((32, 32, 1, 1)).astype(np.float32))
        value = activate(ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))(value, weights))
    graph.result(value, "y")
    run_pipeline(graph, default_pipeline())
    return assemble(graph, TARGET)


def text(kernel):
    b = Builder(TARGET)
    kernel.emit(b)
    return "\n".join(b.functions)


def relu(value):
    return ops.ReLU()(value)


def at_least(number):
    return lambda value: ops.Maximum()(value, np.float32(number))


@pytest.mark.parametrize(
    "activations", [[relu] * 6, [at_least(0.5), at_least(0.25)] * 3, [at_least(0.0), at_least(-0.0)] * 3]
)
def test_kernels_of_one_description_have_one_text(activations):
    kernels = [kernel for kernel in stack(activations).library.kernels if kernel.description is not None]
    assert len(kernels) == 6
    texts = {}
    for kernel in kernels:
        texts.setdefault(kernel.description, set()).add(text(kernel))
    assert all(len(found) == 1 for found in texts.values())
    assert len(texts) < 6


def test_a_kernel_is_emitted_once(monkeypatch):
    made = []
    monkeypatch.setattr("dldt.codegen.contraction.emit_contraction", lambda *words, **options: made.append(words))
    model = stack([relu] * 6)
    described = {kernel.description for kernel in model.library.kernels} - {None}
    assert len(made) == len(described) < 6


def test_zeros_of_both_signs_are_told_apart():
    out = Buffer("out", DType.f32, (4,))
    zeros = [describe((), Nest((), out, (0,), Number(DType.f32, zero)), ()) for zero in (0.0, -0.0, 0.0)]
    assert zeros[0] == zeros[2] != zeros[1]


def test_what_depends_on_free_dims_or_axes_has_no_description():
    out = Buffer("out", DType.f32, (4,))
    number = Number(DType.f32, 1.0)
    assert describe((), Nest((), out, (0,), number), ("N",)) is None
    assert describe((), Nest((), out, (0,), Reduce("sum", (Axis("k", 4),), number)), ()) is None
