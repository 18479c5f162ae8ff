"""Running sums as native code: every type, axis, length and direction, beside sums that are added up one by one."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from tests.codegen.native import run_emulated, run_native
from tests.codegen.onnx_native import check_text

FLOATS = (DType.f32, DType.f64, DType.f16, DType.bf16)
INTEGERS = (DType.i8, DType.i16, DType.i32, DType.i64, DType.u8, DType.u16, DType.u32, DType.u64)
SHAPES = [((9,), 0), ((1,), 0), ((5, 37), 1), ((5, 37), 0), ((33, 64), 0), ((4, 3, 150), 1), ((2, 7, 3, 17), 1)]
WAYS = [(exclusive, reverse) for exclusive in (False, True) for reverse in (False, True)]


def data(shape, dtype, rng):
    if dtype.is_float:
        some = (rng.standard_normal(shape) * 10).astype(dtype.numpy)
        odd = np.array([np.inf, -np.inf, np.nan, -0.0, 0.0], dtype.numpy)
        return np.where(rng.random(shape) < 0.02, rng.choice(odd, shape), some)
    edges = np.iinfo(dtype.numpy)
    return rng.integers(edges.min, edges.max, shape, dtype.numpy, endpoint=True)


def added_up(x, axis, exclusive, reverse):
    """Each sum is the one before plus an element, in the type of the elements."""
    rows = np.moveaxis(x, axis, 0)
    rows = rows[::-1] if reverse else rows
    found = np.zeros_like(rows)
    with np.errstate(all="ignore"):
        for i in range(exclusive, len(rows)):
            added = rows[i - exclusive]
            found[i] = added if i == 0 else (found[i - 1] + added).astype(x.dtype)
    return np.moveaxis(found[::-1] if reverse else found, 0, axis)


def model(dtype):
    graph = Graph("sums")
    for number, (shape, axis) in enumerate(SHAPES):
        x = graph.parameter(f"x{number}", TensorType(dtype, shape))
        for way in WAYS:
            graph.result(ops.CumSum(*way)(x, np.array(axis)), f"y{number}{way}")
    return graph


def feeds(dtype):
    rng = np.random.default_rng(1)
    return {f"x{number}": data(shape, dtype, rng) for number, (shape, _) in enumerate(SHAPES)}


def check(dtype, given, found):
    for number, (_, axis) in enumerate(SHAPES):
        for way in WAYS:
            x, made = given[f"x{number}"], found[f"y{number}{way}"]
            wanted = added_up(x, axis, *way)
            np.testing.assert_array_equal(
                made.view(x.dtype).astype("f8"), wanted.astype("f8"), err_msg=f"{number}{way}"
            )


@pytest.mark.parametrize("target", ["host", "x86-64-v3", "x86-64-v2"])
@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS], ids=str)
def test_every_type(dtype, target, tmp_path):
    given = feeds(dtype)
    check(dtype, given, run_native(model(dtype), given, resolve_target(target), tmp_path, threads=2))


@pytest.mark.parametrize("dtype", [DType.f32, DType.f16, DType.i64], ids=str)
def test_on_aarch64(dtype, tmp_path):
    given = feeds(dtype)
    check(dtype, given, run_emulated(model(dtype), given, TARGETS["aarch64"], tmp_path))


@pytest.mark.parametrize("kind", ["float", "double", "int32", "int64"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_free_dims_and_what_is_computed_around_it(axis, kind, tmp_path):
    text = (
        f"g ({kind}[a,b,c] x) => ({kind}[a,b,c] y, {kind}[a,b,c] z) {{\n i = Constant<value=int64 {{{axis}}}>()\n"
        " d = Add(x, x)\n s = CumSum(d, i)\n y = Neg(s)\n t = CumSum<exclusive=1,reverse=1>(x, i)\n z = Add(t, x) }"
    )
    numpy_kind = {"float": "f4", "double": "f8"}.get(kind, kind)
    rng = np.random.default_rng(2)
    shapes = ((3, 5, 40), (1, 1, 1), (2, 3, 133), (0, 4, 4), (4, 4, 0), (70, 3, 2), (2, 0, 3))
    check_text(text, [{"x": (rng.standard_normal(s) * 20).astype(numpy_kind)} for s in shapes], tmp_path, 0)


def test_long_sums_take_no_more_than_an_addition_an_element(tmp_path):
    graph = Graph("long")
    x = graph.parameter("x", TensorType(DType.i64, (2_000_000,)))
    graph.result(ops.CumSum()(x, np.array(0)), "y")
    given = np.arange(2_000_000)
    found = run_native(graph, {"x": given}, resolve_target("host"), tmp_path)
    np.testing.assert_array_equal(found["y"], np.cumsum(given))


def test_unique_of_many_elements(tmp_path):
    text = "g (int64[n] x) => (int64[k] y, int64[k] i, int64[n] j, int64[k] c) { y, i, j, c = Unique(x) }"
    check_text(text, [{"x": np.random.default_rng(3).integers(0, 50_000, n)} for n in (300_000, 1, 0)], tmp_path)
    with load(tmp_path / "model.so", threads=1) as native:
        assert native.run({"x": np.zeros(5, np.int64)})["c"].tolist() == [5]
