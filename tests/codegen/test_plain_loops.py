"""What runs as plain loops although there are faster kernels is named in the summary and in the artifact."""

from __future__ import annotations

import numpy as np

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime.format import read_artifact


def summary_of(tmp_path, op, *shapes, count=1):
    graph = Graph("contracting")
    data, filters = (graph.parameter(n, TensorType(DType.f32, s)) for n, s in zip("xw", shapes, strict=True))
    for k in range(count):
        graph.result(ops.ReLU()(op(data, filters, name=f"sum {k}")), f"y{k}")
        data = ops.Negative()(data)
    summary = compile_graph(graph, tmp_path / "m.so", resolve_target("x86-64-v3"))
    assert read_artifact(tmp_path / "m.so").metadata.raw["notes"] == list(summary.notes)
    return [note for note in summary.notes if "plain loops" in note]


def spread():
    return ops.ConvolutionBackpropData((2, 2), (0, 0), (0, 0), (2, 2))


def test_a_contraction_without_register_tiles_is_named(tmp_path):
    (note,) = summary_of(tmp_path, spread(), (1, 32, 9, 9), (32, 16, 3, 3))
    assert note == (
        "1 contraction(s) run as plain loops, which take many times as long as register tiles would: "
        "ConvolutionBackpropData 'sum 0'"
    )


def test_many_are_counted(tmp_path):
    (note,) = summary_of(tmp_path, spread(), (1, 32, 9, 9), (32, 16, 3, 3), count=6)
    assert note.startswith("6 contraction(s)")
    assert note.endswith("'sum 3' and 2 more")


def test_small_ones_and_those_of_register_tiles_are_not(tmp_path):
    assert not summary_of(tmp_path, spread(), (1, 2, 5, 5), (2, 2, 3, 3))
    assert not summary_of(tmp_path, ops.MatMul(False, False), (64, 64), (64, 64))
    assert not summary_of(tmp_path, ops.Convolution((1, 1), (1, 1), (1, 1), (1, 1)), (1, 32, 9, 9), (32, 32, 3, 3))


def transposing(tmp_path, order, *shape):
    graph = Graph("transposing")
    x = graph.parameter("x", TensorType(DType.f32, shape))
    graph.result(ops.Transpose()(x, np.array(order), name="turned"), "y")
    summary = compile_graph(graph, tmp_path / "m.so", resolve_target("x86-64-v3"))
    return [note for note in summary.notes if "plain loops" in note]


def test_transpositions_of_unknown_sizes_are_named(tmp_path):
    h, w = symbol("H"), symbol("W")
    (note,) = transposing(tmp_path, (0, 2, 3, 1), 1, 24, h, w)
    assert note == (
        "1 transposition(s) of unknown sizes run as plain loops, which take longer than the tiles of known ones; name "
        "sizes that matter with --specialize: Transpose 'turned'"
    )


def test_transpositions_of_rows_and_those_in_tiles_are_not(tmp_path):
    h, w = symbol("H"), symbol("W")
    assert not transposing(tmp_path, (0, 2, 1, 3), 1, h, w, 64)
    assert not transposing(tmp_path, (0, 2, 3, 1), 1, 24, 32, 32)
    assert not transposing(tmp_path, (0, 2, 3, 1), 1, 2, h, w)
