"""Weights on a grid: found again by their values, stored in a few bits, and multiplied as if they were whole. Products
with unpacked weights are the definition, so that results are the same bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.convolution import family
from dldt.codegen.kernels.convolution.choose_arithmetic import smaller_arithmetic
from dldt.codegen.llvm.arithmetic import F32
from dldt.codegen.llvm.grid import Grid
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.codegen.task.numerics import Numerics
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import cpu, load
from tests.codegen.qemu import require_emulator, run_under_qemu

SHAPES = [(4, 32, 256, 64), (4, 128, 512, 100), (4, 16, 96, 33), (4, 32, 200, 50), (8, 32, 256, 20), (8, 64, 134, 35)]
"""Bits, length of a block, inputs, outputs: with blocks, chunks of channels and vectors that are not full."""


def weights(bits, block, inputs, outputs, *, origins=True, seed=0):
    """f32[outputs, inputs], as exporters quantise alone: (number - origin) * scale."""
    rng = np.random.default_rng(seed)
    blocks = -(-inputs // block) if block else 1
    numbers = rng.integers(0, 1 << bits, (outputs, inputs))
    origin = rng.integers(0, 1 << bits, (outputs, blocks)) if origins else np.full((outputs, blocks), 1 << (bits - 1))
    scale = (rng.random((outputs, blocks)) * 0.02 + 1e-3).astype(np.float32)
    each = np.arange(inputs) // (block or inputs)
    return (numbers - origin[:, each]).astype(np.float32) * scale[:, each]


def five(array):
    return array[None, :, :, None, None]


def unpacked(grid, array, lanes):
    """What the packed bytes say, by their documented order."""
    outputs, inputs = array.shape
    width, blocks = -(-outputs // lanes) * lanes, grid.blocks(inputs)
    data = np.frombuffer(b"".join(grid.pack(array, lanes)), np.uint8)
    assert data.size == grid.size(inputs, lanes) * width // lanes
    head = data[: 8 * width * blocks].reshape(blocks, 2, 4 * width)
    scales, starts = (np.ascontiguousarray(head[:, k]).view(dtype) for k, dtype in enumerate((np.float32, np.int32)))
    body = data[head.size :].reshape(-1, 1, width)
    shifts = np.arange(0, 8, grid.bits, dtype=np.uint8)[None, :, None]
    numbers = ((body >> shifts) & np.uint8((1 << grid.bits) - 1)).reshape(-1, width).astype(np.int32)
    each = np.arange(inputs) // (grid.block or inputs)
    return ((numbers - starts[each]).astype(np.float32) * scales[each]).T


@pytest.mark.parametrize("origins", [False, True])
@pytest.mark.parametrize(("bits", "block", "inputs", "outputs"), SHAPES)
def test_a_grid_is_found_by_the_values(bits, block, inputs, outputs, origins):
    array = weights(bits, block, inputs, outputs, origins=origins)
    grid = Grid(bits, block)
    assert grid.holds(five(array))
    packed = unpacked(grid, array, 8)
    np.testing.assert_array_equal(packed[:outputs], array)
    assert not packed[outputs:].any()


def test_one_scale_of_each_output():
    array = weights(4, 0, 90, 7)
    assert Grid(4, 0).holds(five(array))
    np.testing.assert_array_equal(unpacked(Grid(4, 0), array, 4)[:7], array)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: np.random.default_rng(1).standard_normal(w.shape).astype(np.float32),
        lambda w: np.where(np.arange(w.size).reshape(w.shape) == 1000, np.nextafter(w, np.float32(9)), w),
        lambda w: np.where(np.arange(w.size).reshape(w.shape) == 1000, np.float32("inf"), w),
        lambda w: np.where(np.arange(w.size).reshape(w.shape) == 1000, np.float32("nan"), w),
        lambda w: np.where(np.arange(w.size).reshape(w.shape) == 1000, w.max() * 8, w),
    ],
    ids=["any", "ulp", "infinity", "nan", "far"],
)
def test_other_weights_are_on_no_grid(spoil):
    array = spoil(weights(4, 32, 128, 40))
    assert not any(Grid(4, block).holds(five(array)) for block in (0, 128, 64, 32, 16))


def test_numbers_that_all_grids_hold():
    """Zeros, one number, two signs, numbers near the least and the largest float."""
    tiny, huge = np.float32(1e-42), np.float32(3e38)
    for values in ([0.0], [0.3], [0.5, -0.5], [tiny, 2 * tiny, 0], [huge, -huge]):
        array = np.resize(np.array(values, np.float32), (5, 64))
        assert Grid(4, 32).holds(five(array)), values
        np.testing.assert_array_equal(unpacked(Grid(4, 32), array, 4)[:5], array)


@pytest.mark.parametrize("shape", [(1, 8, 64, 3, 3), (2, 8, 64, 1, 1), (1, 8, 16, 1, 1), (1, 8, 65, 1, 1)])
def test_windows_groups_few_and_odd_inputs_have_none(shape):
    assert not Grid(4, 32).holds(np.zeros(shape, np.float32))


def product(array, rows, bias):
    graph = Graph("grid")
    x = graph.parameter("x", TensorType(DType.f32, (rows, array.shape[1])))
    found = ops.Add()(ops.MatMul(False, True)(x, graph.constant(array)), graph.constant(bias))
    graph.result(ops.ReLU()(found), "y")
    return graph


@pytest.fixture
def always(monkeypatch):
    """Returns a switch: contractions take the grid, or f32, whatever it costs."""

    def switch(grid):
        chosen = (lambda part, on: (smaller_arithmetic(part, on) or F32, "")) if grid else (lambda part, on: (F32, ""))
        monkeypatch.setattr(family, "choose_arithmetic", chosen)
        monkeypatch.setattr(family, "smaller_arithmetic", lambda part, on: None)

    return switch


def algorithms(model):
    return [step.algorithm for step in model.metadata.steps if step.algorithm.startswith("conv")]


@pytest.mark.parametrize("level", ["host", "x86-64-v3", "x86-64-v2"])
@pytest.mark.parametrize(("bits", "block", "inputs", "outputs"), SHAPES)
def test_products_are_those_of_whole_weights(bits, block, inputs, outputs, level, tmp_path, always):
    """Bit for bit, for any number of rows and of threads; and as numpy's in double precision."""
    target = resolve_target(level)
    if missing := cpu.missing(list(target.features)):
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    rng = np.random.default_rng(block)
    array, bias = weights(bits, block, inputs, outputs, seed=3), rng.standard_normal(outputs).astype(np.float32)
    for name, grid in (("grid", True), ("whole", False)):
        always(grid)
        compile_graph(product(array, symbol("N"), bias), tmp_path / f"{name}.so", target)
    with load(tmp_path / "grid.so", threads=1) as one, load(tmp_path / "grid.so", threads=2) as two:
        assert all(each.endswith(f"_q{bits}x{block}") for each in algorithms(one))
        with load(tmp_path / "whole.so", threads=1) as whole:
            for rows in (1, 2, 5, 23, 64):
                x = rng.standard_normal((rows, inputs)).astype(np.float32)
                found, again, plain = (model.run({"x": x})["y"] for model in (one, two, whole))
                wanted = np.maximum(x.astype(np.float64) @ array.astype(np.float64).T + bias, 0)
                assert np.abs(found - wanted).max() <= 2e-6 * max(1, np.abs(wanted).max())
                assert found.tobytes() == again.tobytes()
                if algorithms(whole)[0].split("_")[2] == algorithms(one)[0].split("_")[2] or target.fma:
                    np.testing.assert_array_equal(found, plain)


def test_aarch64(tmp_path, always):
    target = TARGETS["aarch64"]
    require_emulator(target)
    always(True)
    rng = np.random.default_rng(5)
    array, bias = weights(4, 32, 200, 50), rng.standard_normal(50).astype(np.float32)
    made = assemble(product(array, 7, bias), target, Numerics())
    x = rng.standard_normal((7, 200)).astype(np.float32)
    pieces = list(made.calls.weights.pieces())
    found = run_under_qemu(made.modules, pieces, made.metadata, {"x": x}, target, tmp_path)["y"]
    wanted = np.maximum(x.astype(np.float64) @ array.astype(np.float64).T + bias, 0)
    assert np.abs(found - wanted).max() <= 2e-6 * np.abs(wanted).max()


def test_a_file_of_numbers_of_four_bits_is_small(tmp_path):
    """A product of one row, as a language model's: chosen by its cost, told in the summary, a sixth of f32's bytes."""
    array = weights(4, 32, 1024, 1024)
    made = compile_graph(product(array, 1, np.zeros(1024, np.float32)), tmp_path / "m.so", resolve_target("host"))
    assert any("weights of 4 bits and a scale for blocks of 32 channels" in note for note in made.notes)
    assert (tmp_path / "m.so").stat().st_size < array.nbytes / 4
