"""Every row of Arithmetic multiplies what it says and rounds no more than it says: exact results, for each."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.convolution import choose_arithmetic as choice
from dldt.codegen.kernels.convolution.pack import pack_panel
from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.codegen.llvm.arithmetic import ARITHMETICS, F32
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.task.numerics import Numerics
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.runtime import cpu, load
from tests.codegen.test_bfloat import blocked, windows

ONE, NONE = (1, 1), (0, 0)
ROWS = [
    pytest.param(row, id=name)
    for name, row in ARITHMETICS.items()
    if row.data.is_float and row.sums is F32.sums and not row.grid
]
"""Integers and doubles are multiplied where a model says so, not where a user asks for it; weights on a grid are those
of ``test_grid``."""


@pytest.fixture(params=["host", "x86-64-v3"])
def target(request):
    target = resolve_target(request.param)
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    return target


@pytest.fixture(autouse=True)
def whatever_it_costs(monkeypatch):
    """Weights are stored as the row says even where reading them is no matter, and where fewer bits would hold them."""
    monkeypatch.setattr(choice, "saves_time", lambda *_: True)
    monkeypatch.setattr(ContractionPart, "narrow", ())


def convolved(row, x, w, target, folder):
    """The convolution of x, which another kernel stores, with w by the row; and the row's name in the kernel's."""
    if not row.available(target):
        pytest.skip(f"{target.name} has no instruction for {row}")
    graph = Graph("row")
    result = ops.Convolution(ONE, NONE, NONE, ONE)(blocked(graph, "x", x.shape), graph.constant(w))
    graph.result(result, "y")
    allowed = Numerics(winograd=False, weights=row.weights, precision=row.data)
    compile_graph(graph, folder / "m.so", target, numerics=allowed)
    with load(folder / "m.so", threads=1) as model:
        last = [step for step in model.metadata.steps if step.what == "Convolution"][-1]
        assert last.algorithm.startswith(f"conv_{row.data}_")
        assert last.algorithm.endswith(f"_{row.weights}") == bool(row.widened)
        assert last.pair == row.products
        return model.run({"x": x})["y"]


@pytest.mark.parametrize(
    ("inputs", "outputs", "kernel"), [(6, 20, ONE), (7, 33, ONE), (32, 24, (1, 3)), (5, 3, (3, 2))]
)
@pytest.mark.parametrize("row", ROWS)
def test_small_integers_are_summed_exactly(row, inputs, outputs, kernel, target, tmp_path):
    """Products of integers up to 4, not more than 100 of them, are exact in every type of sums, in whatever order."""
    rng = np.random.default_rng(inputs)
    x = rng.integers(-4, 5, (2, inputs, 6, 9)).astype(np.float32)
    w = rng.integers(-4, 5, (outputs, inputs, *kernel)).astype(np.float32)
    wanted = np.einsum("nchwij,ocij->nohw", windows(x, kernel, ONE, NONE), w)
    np.testing.assert_array_equal(convolved(row, x, w, target, tmp_path), wanted)


@pytest.mark.parametrize("row", ROWS)
def test_operands_are_rounded_to_their_types_and_a_product_once(row, target, tmp_path):
    """Of five input channels one counts: the others' products are zeros."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal((1, 5, 30, 40)).astype(np.float32)
    w = rng.standard_normal((20, 5, 1, 1)).astype(np.float32)
    w[:, 1:] = 0
    data, weights = x.astype(row.data.numpy), w.astype(row.weights.numpy)
    assert (row is F32) == bool(np.array_equal(data, x) and np.array_equal(weights, w))
    product = data[:, :1].astype(np.float64) * weights[:, 0].reshape(1, 20, 1, 1).astype(np.float64)
    wanted = product.astype(row.sums.numpy).astype(np.float32)
    np.testing.assert_array_equal(convolved(row, x, w, target, tmp_path), wanted)


@pytest.mark.parametrize("products", [1, 2, 4])
def test_channels_of_one_lane_lie_side_by_side(products):
    """[steps of a chunk][outputs][products], then the rest of the channels likewise, with zeros behind the last."""
    row, chunk = attrs.evolve(F32, products=products), 6
    weights = np.arange(1, 3 * 8 + 1, dtype=np.float32).reshape(3, 8, 1, 1)
    wanted = []
    for first, count in ((0, chunk), (chunk, 2)):
        for step in range(0, count, products):
            for output in weights[:, first : first + count, 0, 0]:
                wanted += [*output[step : step + products], *[0] * (step + products - count)]
    packed = np.frombuffer(b"".join(pack_panel(weights, chunk, row)), np.float32)
    np.testing.assert_array_equal(packed, wanted)
    assert packed.nbytes == (row.steps(chunk) + row.steps(2)) * row.vector_size(3)


def test_rows_have_names_of_their_own():
    assert all(name == row.name == str(row) for name, row in ARITHMETICS.items())
    named = {row.named("conv", "1x1") for row in ARITHMETICS.values()}
    assert len(named) == len(ARITHMETICS)


@pytest.mark.parametrize("row", [param for param in ROWS if param.values[0] is not F32])
def test_what_is_rounded_is_said(row):
    assert row.rounding
    assert row.error
    assert row.multiplied.widened is None
    assert row.refusal or row.available(resolve_target("x86-64-v2"))
