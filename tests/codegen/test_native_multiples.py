"""Inputs whose dims are expressions of free dims: the run solves for these, or says which dim does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from dldt.runtime.errors import RuntimeInputError

N, H, W = symbol("N", 0), symbol("H", 1, 50), symbol("W", 0)


def compiled(folder, *shapes):
    """2x of every input."""
    graph = Graph("multiples")
    for number, shape in enumerate(shapes):
        x = graph.parameter(f"x{number}", TensorType(DType.f32, shape))
        graph.result(ops.Add()(x, x), f"y{number}")
    path = folder / "m.so"
    compile_graph(graph, path, resolve_target("host"))
    return path


@pytest.mark.parametrize("threads", [1, 2])
def test_a_multiple_tells_its_factor(threads, tmp_path):
    rng = np.random.default_rng(0)
    with load(compiled(tmp_path, (N, 8 * H, 8 * W + 3)), threads=threads) as model:
        for shape in ((2, 8, 11), (1, 160, 3), (0, 16, 19)):
            x = rng.standard_normal(shape).astype(np.float32)
            np.testing.assert_array_equal(model.run({"x0": x})["y0"], 2 * x)
        for shape, message in (
            ((1, 12, 3), r"input 'x0': dim 1 must be 8\*H for a whole number H, but the array has 12"),
            ((1, 8, 8), r"input 'x0': dim 2 must be 8\*W\+3 for a whole number W, but the array has 8"),
            ((1, 0, 3), r"the dim H must be at least 1 and at most 50, but it is 0"),
            ((1, 408, 3), r"the dim H must be at least 1 and at most 50, but it is 51"),
        ):
            with pytest.raises(RuntimeInputError, match=message):
                model.run({"x0": np.zeros(shape, np.float32)})


def test_dims_that_follow_from_each_other(tmp_path):
    with load(compiled(tmp_path, (N * H, 2), (N + W, 1), (N,)), threads=1) as model:

        def zeros(*shapes):
            return {f"x{k}": np.zeros(shape, np.float32) for k, shape in enumerate(shapes)}

        found = model.run(zeros((12, 2), (10, 1), (4,)))
        assert [array.shape for array in found.values()] == [(12, 2), (10, 1), (4,)]
        with pytest.raises(RuntimeInputError, match=r"dim 0 must be H\*N for a whole number H, but the array has 13"):
            model.run(zeros((13, 2), (10, 1), (4,)))
        with pytest.raises(RuntimeInputError, match=r"the dim W must be at least 0, but it is -1"):
            model.run(zeros((12, 2), (3, 1), (4,)))


def test_a_dim_that_is_0(tmp_path):
    with load(compiled(tmp_path, (0, 3), (N,)), threads=2) as model:
        found = model.run({"x0": np.zeros((0, 3), np.float32), "x1": np.ones(2, np.float32)})
        assert found["y0"].shape == (0, 3)
        assert found["y1"].tolist() == [2, 2]


@pytest.mark.parametrize("dim", [H * H, (H + 1) // 2, H * W])
def test_what_does_not_tell_a_size_is_refused(dim, tmp_path):
    with pytest.raises(UnsupportedError, match=r"input 'x0': dim 1 is .*, which does not tell the size of H"):
        compiled(tmp_path, (N, dim))
