"""Free dims that leave nothing of some tensor are refused, by name, before any kernel runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import dldt.runtime
from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.plan.conditions import size_conditions
from dldt.compiler import ops
from dldt.compiler.dim_text import parse_dim
from dldt.compiler.dims import FreeDim, symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from dldt.runtime.errors import RunMemoryError, RuntimeInputError

HOST = """
#include <stdio.h>
#include "dldt_loader.h"
int main(int count, char **words) {
  char error[512];
  dldt_model *model = dldt_model_open(words[1], 1, error, sizeof error);
  if (model == NULL) { puts(error); return 2; }
  float x[15] = {0}, y[15], z[15];
  void *inputs[] = {x}, *outputs[] = {y, z};
  for (int64_t n = 5; n > 0; n--) printf("%d ", dldt_model_run(model, inputs, outputs, &n));
  dldt_model_close(model);
  return count - 2;
}
"""


def split():
    """Two rows, and what is left of N."""
    graph = Graph("split")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), 3)))
    first, rest = ops.VariadicSplit().all(x, np.array(0), np.array([2, -1]))
    graph.result(ops.Negative()(first), "first")
    graph.result(ops.Tanh()(rest), "rest")
    return graph


def pool():
    """A window of 5 rows, within the model alone."""
    graph = Graph("pool")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), 3, symbol("H"), 6)))
    pooled = ops.MaxPool((1, 1), (0, 0), (0, 0), (5, 1))(ops.ReLU()(x))
    graph.result(ops.ReduceMax(False)(pooled, np.array([2, 3])), "y")
    return graph


def size_sides(graph, free):
    """Both sides of each condition on sizes."""
    found = size_conditions(graph, free)
    assert all(condition.relation == "ge" for condition in found)
    return tuple((condition.left, condition.right) for condition in found)


def compiled(graph, folder):
    path = folder / "model.so"
    compile_graph(graph, path, resolve_target("host"))
    return path


def test_the_dims_are_those_that_bounds_leave_too_small():
    assert size_sides(split(), [FreeDim("N")]) == ((parse_dim("N-2"), 0),)
    assert size_sides(pool(), [FreeDim("N"), FreeDim("H")]) == ((parse_dim("H-4"), 0),)


def test_a_model_whose_dims_are_always_large_enough_has_none():
    graph = Graph("pair")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), symbol("H", 5))))
    graph.result(ops.Concat(0)(x, x), "y")
    graph.result(ops.VariadicSplit().all(x, np.array(1), np.array([4, -1]))[1], "z")
    assert size_sides(graph, [FreeDim("N"), FreeDim("H")]) == ()


def test_a_split_that_asks_for_more_than_there_is_is_refused(tmp_path):
    with load(compiled(split(), tmp_path), threads=1) as model:
        x = np.arange(12, dtype=np.float32).reshape(4, 3)
        for _ in range(2):  # refused again the second time, and nothing is left behind for what follows
            with pytest.raises(
                RuntimeInputError,
                match=re.escape("cannot run with dims N=1: ") + ".*must be at least 0, but they are -1 and 0",
            ):
                model.run({"x": x[:1]})
        for rows in (4, 2):  # of two rows, nothing is left
            outputs = model.run({"x": x[:rows]})
            np.testing.assert_array_equal(outputs["first"], -x[:2])
            np.testing.assert_allclose(outputs["rest"], np.tanh(x[2:rows]), rtol=1e-6)


def test_a_window_larger_than_the_image_is_refused(tmp_path):
    with load(compiled(pool(), tmp_path), threads=2) as model:
        x = np.arange(2 * 3 * 5 * 6, dtype=np.float32).reshape(2, 3, 5, 6)
        np.testing.assert_array_equal(model.run({"x": x})["y"], x.max((2, 3)))
        # One row too few: no window fits, and the largest of nothing is less than any number.
        np.testing.assert_array_equal(model.run({"x": x[:, :, :4].copy()})["y"], np.full((2, 3), -np.inf))
        with pytest.raises(
            RuntimeInputError,
            match=re.escape("cannot run with dims N=2, H=3: node ") + r".*must be at least 0, but they are -1 and 0",
        ):
            model.run({"x": x[:, :, :3].copy()})


def test_memory_that_is_refused_is_named_with_the_dims(tmp_path):
    x = np.ones((2, 3, 500, 6), np.float32)
    with load(compiled(pool(), tmp_path), threads=1, max_memory=4096) as model:
        with pytest.raises(
            RunMemoryError, match=r"the run needs \d+ bytes, .* max_memory of 4096; the dims are N=2, H=500"
        ):
            model.run({"x": x})
        assert model.run({"x": x[:, :, :5].copy()})["y"].shape == (2, 3)


def test_a_c_host_is_told(tmp_path):
    gcc = shutil.which("gcc") or shutil.which("cc")
    if gcc is None:
        pytest.skip("no C compiler (gcc, cc) is installed")
    folder = Path(dldt.runtime.__file__).parent
    (tmp_path / "main.c").write_text(HOST)
    words = [gcc, "-Wall", "-Werror", f"-I{folder}", "main.c", folder / "dldt_loader.c", "-o", "host", "-lpthread"]
    subprocess.run([*words, "-lpthread"], check=True, timeout=60, cwd=tmp_path)
    done = subprocess.run([tmp_path / "host", compiled(split(), tmp_path)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "0 0 0 0 4 ")
