"""Contractions of bytes: exact sums on every target, whatever the operands are."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.pipeline import assemble
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from tests.codegen.integer_case import LEVELS, Case, as_floats, convolution, extremes, run, target_of

CASES = {
    "1x1": Case(64, 40, (7, 6)),
    "3x3": Case(32, 33, (8, 9), 3, pad=1),
    "stride": Case(20, 32, (9, 9), 3, 2, 1),
    "dilated": Case(16, 16, (9, 9), 3, pad=2, dilation=2),
    "odd": Case(37, 19, (5, 7), 3, pad=1),
    "few inputs": Case(3, 20, (12, 11), 5, 2, 2),
    "few outputs": Case(32, 2, (6, 40)),
    "groups": Case(32, 48, (6, 7), 3, pad=1, groups=4),
    "small groups": Case(24, 24, (6, 7), 3, pad=1, groups=8),
    "depthwise": Case(32, 32, (8, 9), 3, pad=1, groups=32),
    "depthwise, odd": Case(20, 20, (9, 8), 5, 2, 2, groups=20),
}
ZEROS = {np.uint8: (0, 7, 128), np.int8: (0, -128, 5)}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_convolution(name, dtype, level, tmp_path):
    case = CASES[name]
    zero = ZEROS[dtype][len(name) % 3]
    x, w = extremes(dtype, (2, case.inputs, *case.size), seed=1), case.filters(-128, 127)
    found = run(convolution(case, dtype, zero, w), {"x": x}, level, tmp_path)
    np.testing.assert_array_equal(found, case.sums(x.astype(np.int64) - zero, w))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("bounds", [(0, 255), (-255, 255)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_weights_of_more_than_eight_bits(dtype, bounds, level, tmp_path):
    """Unsigned weights, and those with a zero point of their own."""
    case = Case(36, 40, (5, 6), 3, pad=1)
    x, w = extremes(dtype, (2, 36, 5, 6), seed=2), case.filters(*bounds)
    found = run(convolution(case, dtype, 3, w), {"x": x}, level, tmp_path)
    np.testing.assert_array_equal(found, case.sums(x.astype(np.int64) - 3, w))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shape", [(5, 64), (2, 3, 37)])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_matmul(dtype, transposed, shape, level, tmp_path):
    x = extremes(dtype, shape, seed=3)
    w = np.random.default_rng(4).integers(-128, 128, (shape[-1], 45))
    w[:, 0], w[:, 1] = -128, 127
    graph = Graph("matmul")
    value = graph.parameter("x", TensorType(DType.of(dtype), shape))
    given = (w.T if transposed else w).astype(np.float32)
    graph.result(ops.Convert(DType.i32)(ops.MatMul(False, transposed)(as_floats(value, 9), given)), "y")
    found = run(graph, {"x": x}, level, tmp_path)
    np.testing.assert_array_equal(found, (x.astype(np.int64) - 9) @ w)


SHAPES = {
    "plain": ((5, 64), (64, 33)),
    "odd": ((2, 7, 1001), (2, 1001, 20)),
    "one batch": ((2, 3, 40, 39), (39, 70)),
    "single": ((1, 30), (30, 17)),
}


def product_graph(a, b, zeros, transposed):
    graph = Graph("matmul")
    x, y = (graph.parameter(n, TensorType(DType.of(v.dtype), v.shape)) for n, v in (("x", a), ("z", b)))
    sums = ops.MatMul(*transposed)(as_floats(x, zeros[0]), as_floats(y, zeros[1]))
    graph.result(ops.Convert(DType.i32)(sums), "y")
    return graph


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("dtypes", [(np.uint8, np.int8), (np.int8, np.int8), (np.uint8, np.uint8)])
def test_matmul_of_two_computed_matrices(dtypes, transposed, name, level, tmp_path):
    shapes, number = SHAPES[name], list(SHAPES).index(name)
    a, b = (extremes(dtype, shape, seed=5 + k) for k, (dtype, shape) in enumerate(zip(dtypes, shapes, strict=True)))
    a[..., :3, :], b[..., :3] = np.iinfo(dtypes[0]).max, np.iinfo(dtypes[1]).min
    zeros = ((0, 0), (7, 0), (0, 5), (3, 127))[number]
    given = np.ascontiguousarray(np.swapaxes(b, -1, -2)) if transposed else b
    graph = product_graph(a, given, zeros, (False, transposed))
    found = run(graph, {"x": a, "z": given}, level, tmp_path)
    np.testing.assert_array_equal(found, (a.astype(np.int64) - zeros[0]) @ (b.astype(np.int64) - zeros[1]))


@pytest.mark.parametrize("level", ["host", "x86-64-v3"])
def test_the_first_matrix_transposed(level, tmp_path):
    """Elements that one lane multiplies do not lie side by side."""
    a, b = extremes(np.uint8, (40, 9), seed=5), extremes(np.int8, (40, 33), seed=6)
    found = run(product_graph(a, b, (7, 3), (True, False)), {"x": a, "z": b}, level, tmp_path)
    np.testing.assert_array_equal(found, (a.T.astype(np.int64) - 7) @ (b.astype(np.int64) - 3))


def test_zero_points_that_are_computed(tmp_path):
    a, b = extremes(np.uint8, (9, 70), seed=5), extremes(np.uint8, (70, 33), seed=6)
    graph = Graph("matmul")
    x, y = (graph.parameter(n, TensorType(DType.u8, v.shape)) for n, v in (("x", a), ("z", b)))
    zeros = [graph.parameter(n, TensorType(DType.u8, ())) for n in ("zx", "zz")]
    wide = [ops.Convert(DType.f32)(v) for v in (x, y, *zeros)]
    sums = ops.MatMul()(ops.Subtract()(wide[0], wide[2]), ops.Subtract()(wide[1], wide[3]))
    graph.result(ops.Convert(DType.i32)(sums), "y")
    feeds = {"x": a, "z": b, "zx": np.array(200, np.uint8), "zz": np.array(131, np.uint8)}
    found = run(graph, feeds, "host", tmp_path)
    np.testing.assert_array_equal(found, (a.astype(np.int64) - 200) @ (b.astype(np.int64) - 131))


@pytest.mark.parametrize(
    ("level", "row"),
    [
        ("avx512-vnni", "u8i8"),
        ("avx-vnni", "u8i8"),
        ("x86-64-v3", "u8i16"),
        ("aarch64", "u8long"),
        ("neon-dot", "u8u8"),
    ],
)
def test_two_computed_matrices_take_the_best_instruction(level, row):
    a, b = extremes(np.uint8, (40, 64), seed=5), extremes(np.uint8, (64, 70), seed=6)
    made = assemble(product_graph(a, b, (3, 128), (False, False)), target_of(level))
    rows = {str(chosen.implementation.arithmetic) for leaf in made.program.leaves() for chosen in leaf.chosen}
    assert row in rows


def test_sums_beyond_those_of_floats(tmp_path):
    """2^24 and more: the sums of integers are exact where sums of floats would be rounded."""
    case = Case(1024, 16, (3, 3), 3, pad=1)
    x, w = np.full((2, 1024, 3, 3), 255, np.uint8), case.filters(-128, 127)
    x[0, :, 0] = 254
    wanted = case.sums(x, w)
    assert np.abs(wanted).max() > 2**28
    np.testing.assert_array_equal(run(convolution(case, np.uint8, 0, w), {"x": x}, "host", tmp_path), wanted)


@pytest.mark.parametrize(
    ("level", "row"),
    [
        ("avx512-vnni", "u8i8"),
        ("avx-vnni", "u8i8"),
        ("x86-64-v4", "i16i16"),
        ("x86-64-v3", "i16i16"),
        ("x86-64-v2", "i16i16"),
        ("aarch64", "u8long"),
        ("neon-dot", "i8i8"),
        ("neon-i8mm", "u8i8"),
    ],
)
def test_the_best_instruction_is_taken(level, row):
    case = CASES["3x3"]
    made = assemble(convolution(case, np.uint8, 0, case.filters(-128, 127)), target_of(level))
    rows = {str(chosen.implementation.arithmetic) for leaf in made.program.leaves() for chosen in leaf.chosen}
    assert row in rows


@pytest.mark.parametrize(("bounds", "row"), [((0, 255), "u8i8"), ((-3, 252), "u8i8"), ((-255, 255), "u8i16")])
def test_unsigned_weights_become_signed_where_each_output_allows(bounds, row):
    """The sums of the data make up for it: they are a contraction of their own."""
    case = Case(36, 40, (5, 6), 3, pad=1)
    made = assemble(convolution(case, np.uint8, 0, case.filters(*bounds)), target_of("avx512-vnni"))
    found = [str(chosen.implementation.arithmetic) for leaf in made.program.leaves() for chosen in leaf.chosen]
    assert [each for each in found if each.startswith("u8")] == [row] * (1 + (row == "u8i8"))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_weights_with_a_zero_point_for_each_output(dtype, level, tmp_path):
    case = Case(20, 64, (5, 6))
    x, w = extremes(dtype, (2, 20, 5, 6), seed=2), case.filters(0, 255)
    w -= np.random.default_rng(5).integers(0, 256, (64, 1, 1, 1))
    found = run(convolution(case, dtype, 3, w), {"x": x}, level, tmp_path)
    np.testing.assert_array_equal(found, case.sums(x.astype(np.int64) - 3, w))


def test_a_channel_of_few_taps_stays_exact_in_floats():
    case = CASES["depthwise"]
    made = assemble(convolution(case, np.uint8, 7, case.filters(-128, 127)), target_of("x86-64-v4"))
    rows = {str(chosen.implementation.arithmetic) for leaf in made.program.leaves() for chosen in leaf.chosen}
    assert "u8f32" in rows
