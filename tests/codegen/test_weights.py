"""Weights stored in 16 bits: what is computed is the contraction of the rounded weights, on every target."""

from __future__ import annotations

import attrs
import ml_dtypes
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.convolution import choose_arithmetic as choice
from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.codegen.kernels.convolution.problem import Problem, Source
from dldt.codegen.kernels.objective import Objective
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.llvm.arithmetic import ARITHMETICS
from dldt.codegen.object.object import compile_modules
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.codegen.task.numerics import Numerics
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu, load
from tests.codegen.qemu import require_emulator, run_under_qemu
from tests.codegen.test_micro import ALLOWED, MULTIPLY_ADDS, SPILLS, inner_loops

HALVES = {DType.f16: np.float16, DType.bf16: ml_dtypes.bfloat16}
ROUNDED = [pytest.param(dtype, id=str(dtype)) for dtype in HALVES]
LARGE = 1 << 30
PAIR = (1, 1)


def arrays():
    """x of the product, image of the convolutions, and the weights of each; some are ties, some denormal halves."""
    rng = np.random.default_rng(11)
    found = {
        "x": rng.standard_normal((3, 37)),
        "image": rng.standard_normal((1, 6, 9, 7)),
        "product": rng.standard_normal((37, 50)),
        "filters": rng.standard_normal((33, 6, 3, 3)),
        "groups": rng.standard_normal((2, 20, 3, 1, 3)),
        "transposed": rng.standard_normal((6, 5, 2, 2)),
    }
    found = {name: array.astype(np.float32) for name, array in found.items()}
    found["product"][0, :4] = [1 + 2.0**-8, 1 + 3 * 2.0**-8, 1 + 2.0**-11, 3 * 2.0**-25]
    return found


def model(values):
    graph = Graph("weights")
    x, image = (graph.parameter(name, TensorType(DType.f32, values[name].shape)) for name in ("x", "image"))
    bias = graph.constant(np.linspace(-1, 1, 50, dtype=np.float32))
    graph.result(ops.ReLU()(ops.Add()(ops.MatMul(False, False)(x, graph.constant(values["product"])), bias)), "product")
    same = (PAIR, PAIR, PAIR, PAIR)
    graph.result(ops.Convolution(*same)(image, graph.constant(values["filters"])), "filters")
    graph.result(ops.GroupConvolution((1, 2), (0, 1), (0, 1), PAIR)(image, graph.constant(values["groups"])), "groups")
    twice = ops.ConvolutionBackpropData((2, 2), (0, 0), (0, 0), PAIR)
    graph.result(twice(image, graph.constant(values["transposed"])), "transposed")
    return graph


def expected(values, dtype):
    """The definitions in double precision, with the weights rounded."""
    weights = ("product", "filters", "groups", "transposed")
    wide = {k: (v.astype(HALVES[dtype]) if k in weights else v).astype(np.float64) for k, v in values.items()}
    image = wide["image"]
    around = np.pad(image, [(0, 0), (0, 0), (1, 1), (1, 1)])
    windows = np.lib.stride_tricks.sliding_window_view(around, (3, 3), (2, 3))
    sides = np.pad(image, [(0, 0), (0, 0), (0, 0), (1, 1)]).reshape(1, 2, 3, 9, 9)
    rows = np.lib.stride_tricks.sliding_window_view(sides, 3, 4)[..., ::2, :]
    blown = np.einsum("nchw,coij->nohiwj", image, wide["transposed"]).reshape(1, 5, 18, 14)
    return {
        "product": np.maximum(wide["x"] @ wide["product"] + np.linspace(-1, 1, 50, dtype=np.float32), 0),
        "filters": np.einsum("nchwij,ocij->nohw", windows, wide["filters"]),
        "groups": np.einsum("ngchwj,gocj->ngohw", rows, wide["groups"][:, :, :, 0]).reshape(1, 40, 9, 4),
        "transposed": blown,
    }


@pytest.fixture
def everywhere(monkeypatch):
    """Every contraction takes the weights that were asked for, whatever it costs."""
    monkeypatch.setattr(choice, "saves_time", lambda problem, *_: not problem.channelwise)
    monkeypatch.setattr(ContractionPart, "narrow", ())


def check(found, wanted):
    assert set(found) == set(wanted)
    for name, array in wanted.items():
        assert found[name].shape == array.shape, name
        assert np.abs(found[name] - array).max() <= 2e-6 * np.abs(array).max(), name


@pytest.mark.parametrize("dtype", ROUNDED)
@pytest.mark.parametrize("level", ["host", "x86-64-v3", "x86-64-v2"])
def test_the_weights_are_rounded_and_nothing_else(level, dtype, tmp_path, everywhere):
    target = resolve_target(level)
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    values = arrays()
    compile_graph(model(values), tmp_path / "m.so", target, numerics=Numerics(weights=dtype))
    results = []
    for threads in (1, 2):
        with load(tmp_path / "m.so", threads=threads) as loaded:
            results.append(loaded.run({"x": values["x"], "image": values["image"]}))
    check(results[0], expected(values, dtype))
    assert all(results[0][name].tobytes() == results[1][name].tobytes() for name in results[0])


@pytest.mark.parametrize("dtype", ROUNDED)
def test_aarch64(dtype, tmp_path, everywhere):
    target, values = TARGETS["aarch64"], arrays()
    require_emulator(target)
    made = assemble(model(values), target, Numerics(weights=dtype))
    feeds = {name: values[name] for name in ("x", "image")}
    found = run_under_qemu(made.modules, list(made.calls.weights.pieces()), made.metadata, feeds, target, tmp_path)
    check(found, expected(values, dtype))


@pytest.mark.parametrize("level", TARGETS)
@pytest.mark.parametrize("dtype", ROUNDED)
def test_widening_spills_nothing(level, dtype, everywhere):
    target, graph = TARGETS[level], Graph("rows")
    if dtype is DType.f16 and not target.converts_half:
        pytest.skip("f16 is refused there")
    x = graph.parameter("x", TensorType(DType.f32, (8, 512)))
    graph.result(ops.MatMul(False, False)(x, graph.constant(np.ones((512, 256), np.float32))), "y")
    codes = compile_modules(assemble(graph, target, Numerics(weights=dtype)).modules, target, assembly=True)
    loops = list(inner_loops("\n".join(code.assembly for code in codes), target.arch))
    assert loops
    for body in loops:
        spills = [line for line in body.splitlines() if SPILLS[target.arch].search(line)]
        assert len(spills) <= ALLOWED.get(level, 0) * len(MULTIPLY_ADDS[target.arch].findall(body)), "\n".join(spills)


def product(rows, inputs=4096, outputs=4096):
    source = Source(batch=0, row=0, pixel=inputs, channel=1)
    return Problem(1, 1, inputs, outputs, PAIR, PAIR, PAIR, (0, 0), (1, rows), (1, rows), source)


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_what_is_bound_by_memory_is_narrow(target):
    def stored(problem, wanted, streamed=LARGE):
        part = ContractionPart(problem, lambda: np.full((1, 1, 1, 1, 1), 1 / 3, np.float32), None)
        row, reason = choice.choose_arithmetic(part, Setting(target, Numerics(weights=wanted), streamed))
        assert (row.data, row.sums, row.products, reason) == (DType.f32, DType.f32, 1, "")
        return row.weights

    narrow = [stored(product(rows), DType.bf16) for rows in (1, 2, 64, 1000)]
    assert narrow == [DType.bf16] * 2 + [DType.f32] * 2
    assert stored(product(symbol("N", 1)), DType.f16) is DType.f16
    assert stored(product(1), DType.f32) is DType.f32
    # All of the model's weights in the second-level cache, or a channel apart: reading them is no matter.
    assert stored(product(1, 256, 64), DType.bf16, 1 << 16) is DType.f32
    assert stored(attrs.evolve(product(1), channelwise=True), DType.bf16) is DType.f32


def dense(weights):
    graph = Graph("dense")
    x = graph.parameter("x", TensorType(DType.f32, (1, weights.shape[0])))
    graph.result(ops.MatMul(False, False)(x, graph.constant(weights, name="dense/w"), name="dense"), "y")
    return graph


def test_weights_beyond_the_range_stay(tmp_path, everywhere):
    weights = np.eye(20, dtype=np.float32)
    weights[3, 5] = 65520
    summary = compile_graph(
        dense(weights), tmp_path / "m.so", resolve_target("host"), numerics=Numerics(weights=DType.f16)
    )
    assert summary.precision == "as in the model: nothing was changed"
    assert summary.notes == (
        "no contraction is bound by the reading of its weights: none is stored as f16",
        "dense: a weight is beyond the largest f16: its weights stay f32",
    )
    with load(tmp_path / "m.so", threads=1) as loaded:
        assert loaded(np.ones((1, 20), np.float32))[0, 5] == 65521


def misfit(weights, dtype):
    return ARITHMETICS[f"f32_{dtype}"].misfit(weights)


def test_what_does_not_fit():
    values = np.float32([1, -65519.996, np.nan, np.inf])
    assert misfit(values, DType.f16) == ""
    assert misfit(np.append(values, np.float32(-65520)), DType.f16) == "a weight is beyond the largest f16"
    assert misfit(np.float32([3.3895e38]), DType.bf16) == ""
    assert misfit(np.float32([np.inf, 3.4e38]), DType.bf16) == "a weight is beyond the largest bf16"
    small = np.float32([[1e-5, 2e-5], [-3e-5, 0]])
    assert misfit(small, DType.f16) == "the weights are too small for f16"
    assert misfit(small, DType.bf16) == misfit(small * 10, DType.f16) == ""
    assert misfit(np.zeros((2, 3), np.float32), DType.f16) == misfit(np.zeros((0, 3), np.float32), DType.f16) == ""


@pytest.mark.parametrize("dtype", ROUNDED)
def test_infinities_and_nan_stay(dtype, tmp_path, everywhere):
    weights = np.eye(20, dtype=np.float32)
    weights[0, 0], weights[1, 1], weights[2, 2] = np.inf, -np.inf, np.nan
    compile_graph(dense(weights), tmp_path / "m.so", resolve_target("host"), numerics=Numerics(weights=dtype))
    with load(tmp_path / "m.so", threads=1) as loaded:
        y = loaded(np.ones((1, 20), np.float32))[0]
    np.testing.assert_array_equal(y, np.float32([np.inf, -np.inf, np.nan, *[1] * 17]))


@pytest.mark.parametrize("dtype", ROUNDED)
@pytest.mark.parametrize(("level", "rows"), [("host", 1), ("x86-64-v3", 1), ("host", 700)])
def test_weights_that_fewer_bits_hold_are_stored_in_them(level, rows, dtype, tmp_path):
    """Nobody need allow it: of memory-bound products because it saves time, of others where size is asked for."""
    rng, target = np.random.default_rng(3), resolve_target(level)
    weights = rng.standard_normal((1024, 1100)).astype(HALVES[dtype]).astype(np.float32)
    graph = Graph("dense")
    x = graph.parameter("x", TensorType(DType.f32, (rows, 1024)))
    graph.result(ops.MatMul()(x, graph.constant(weights)), "y")
    optimize = Objective.speed if rows == 1 else Objective.size
    if cpu.missing(list(target.features)):
        pytest.skip("this processor lacks what the target has")
    summary = compile_graph(graph, tmp_path / "m.so", target, optimize=optimize)
    assert summary.precision == "as in the model: nothing was changed"
    assert summary.notes == (f"1 contraction(s) with {dtype} weights, which hold the model's exactly",)
    assert summary.weights_bytes < 1.1 * 2 * weights.size
    data = rng.standard_normal((rows, 1024)).astype(np.float32)
    with load(tmp_path / "m.so", threads=1) as loaded:
        found = loaded.run({"x": data})["y"]
    exact = data.astype(np.float64) @ weights
    assert np.abs(found - exact).max() <= 2e-6 * np.abs(exact).max()


def test_weights_that_no_fewer_bits_hold_stay():
    weights = np.ones((1, 8, 300, 1, 1), np.float32)

    def narrow():
        rows = ContractionPart(product(1), lambda: weights, None).narrow
        return [row.weights for row in rows if not row.grid]

    assert narrow() == [DType.f16, DType.bf16]
    weights[0, 7, 299] = 1 / 3
    assert narrow() == []
    weights[0, 7, 299] = 1 + 2.0**-10
    assert narrow() == [DType.f16]
    weights[0, 7, 299] = 2.0**20
    assert narrow() == [DType.bf16]
