"""TopK, sorting, ArgMax and ArgMin as native code: every type, length, axis and order of the data.

What is expected is made of ``np.unique``: the rank of each value among the different ones, NaN behind all others.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from tests.codegen.native import run_emulated, run_native
from tests.codegen.onnx_native import check_text, compile_text

FLOATS = (DType.f32, DType.f64, DType.f16, DType.bf16)
INTEGERS = (DType.i8, DType.i16, DType.i32, DType.i64, DType.u8, DType.u16, DType.u32, DType.u64)

# shape, axis, k, mode, order of the answer
SMALL = [
    ((3, 1), 1, 1, "max", "value"),
    ((3, 2), 1, 1, "min", "value"),
    ((2, 7), 1, 3, "max", "value"),
    ((2, 8), 1, 8, "min", "value"),
    ((2, 9), 1, 2, "max", "index"),
    ((4, 31), 1, 17, "max", "value"),
    ((4, 33), 1, 32, "min", "index"),
    ((4, 33), 1, 33, "max", "value"),
    ((4, 9, 6), 0, 2, "max", "value"),
    ((40, 3, 6), 0, 35, "min", "value"),
    ((4, 9, 6), 1, 1, "max", "value"),
    ((1000,), 0, 1, "max", "value"),
    ((2, 1000), 1, 40, "max", "index"),
]
COLUMNS = [
    ((9, 16), 0, 1, "max", "value"),
    ((5, 17), 0, 1, "min", "value"),
    ((1, 40), 0, 1, "max", "value"),
    ((300, 70), 0, 1, "min", "value"),
    ((3, 7, 150), 1, 1, "max", "value"),
    ((2, 21, 9, 29), 1, 1, "min", "index"),
    ((4, 3, 64), 1, 1, "max", "none"),
]
LARGE = [
    ((1000,), 0, 1000, "min", "value"),
    ((8400,), 0, 300, "max", "value"),
    ((8400,), 0, 20, "min", "value"),
    ((2, 8400), 1, 5000, "min", "index"),
    ((100000,), 0, 1, "min", "value"),
    ((100000,), 0, 10, "max", "value"),
    ((100000,), 0, 700, "min", "value"),
    ((100000,), 0, 100000, "max", "value"),
]


def mixed(shape: tuple[int, ...], dtype: DType, rng: np.random.Generator) -> np.ndarray:
    """Values of which many are equal; of floats also NaN, infinities and both zeros; of integers the extremes."""
    if not dtype.is_float:
        edges = np.iinfo(dtype.numpy)
        some = rng.integers(edges.min, edges.max, shape, dtype.numpy, endpoint=True)
        few = rng.choice(np.array([edges.min, edges.max, 0, 1, 2, 3], dtype.numpy), shape)
        return np.where(rng.random(shape) < 0.5, some, few)
    odd = np.array([np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.0])
    some = rng.standard_normal(shape) * 10
    return np.where(rng.random(shape) < 0.5, some, rng.choice(odd, shape)).astype(dtype.numpy)


def rising(shape: tuple[int, ...], dtype: DType, rng: np.random.Generator) -> np.ndarray:
    """Sorted along the last axis."""
    return np.sort(np.clip(rng.standard_normal(shape) * 30 + 60, 0, 120).astype(dtype.numpy), -1)


def falling(shape: tuple[int, ...], dtype: DType, rng: np.random.Generator) -> np.ndarray:
    """Sorted along the last axis, the largest first."""
    return np.flip(rising(shape, dtype, rng), -1).copy()


def equal(shape: tuple[int, ...], dtype: DType, rng: np.random.Generator) -> np.ndarray:
    """One value."""
    return np.full(shape, 3, dtype.numpy)


def nothing(shape: tuple[int, ...], dtype: DType, rng: np.random.Generator) -> np.ndarray:
    """What is the worst there can be: NaN, or the extremes of integers."""
    return np.full(shape, np.nan if dtype.is_float else np.iinfo(dtype.numpy).max, dtype.numpy)


def best(x: np.ndarray, axis: int, k: int, mode: str, sort: str) -> np.ndarray:
    """The positions of the best along the axis."""
    comparable = x.astype("f4") if x.dtype.itemsize == 2 and x.dtype.kind not in "iu" else x
    _, found = np.unique(comparable, return_inverse=True)
    ranks = found.reshape(x.shape).astype("i8")
    wanted = -ranks if mode == "max" else ranks
    order = np.take(np.argsort(wanted, axis=axis, kind="stable"), range(k), axis)
    return np.sort(order, axis) if sort == "index" else order


def model(cases, dtype: DType) -> Graph:
    graph = Graph("selections")
    for number, (shape, axis, k, mode, sort) in enumerate(cases):
        x = graph.parameter(f"x{number}", TensorType(dtype, shape))
        values, places = ops.TopK(axis, mode, sort, DType.i64).all(x, np.array(k))
        graph.result(values, f"v{number}")
        graph.result(places, f"p{number}")
    return graph


def feeds_of(cases, dtype: DType, fill, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {f"x{number}": fill(case[0], dtype, rng) for number, case in enumerate(cases)}


def check(cases, feeds: dict[str, np.ndarray], outputs: dict[str, np.ndarray]) -> None:
    for number, (_, axis, k, mode, sort) in enumerate(cases):
        x, what = feeds[f"x{number}"], f"{cases[number]}"
        places = best(x, axis, k, mode, sort)
        np.testing.assert_array_equal(outputs[f"p{number}"], places, err_msg=what)
        values, wanted = outputs[f"v{number}"].view(x.dtype), np.take_along_axis(x, places, axis)
        np.testing.assert_array_equal(values.astype("f8"), wanted.astype("f8"), err_msg=what)


def check_all(cases, dtype: DType, target: str, folder: Path) -> None:
    """Every order of the data, in one request one after the other."""
    fills = [mixed, rising, falling, equal, nothing, mixed]
    path = folder / "model.so"
    feeds = [feeds_of(cases, dtype, fill, seed) for seed, fill in enumerate(fills)]
    first = run_native(model(cases, dtype), feeds[0], resolve_target(target), folder, threads=2)
    check(cases, feeds[0], first)
    with load(path, threads=2) as native:
        for each in feeds[1:]:
            check(cases, each, native.run(each))


@pytest.mark.parametrize("target", ["host", "x86-64-v3"])
@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS], ids=str)
def test_short_rows(dtype, target, tmp_path):
    check_all(SMALL, dtype, target, tmp_path)


@pytest.mark.parametrize("target", ["host", "x86-64-v3", "x86-64-v2"])
@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS], ids=str)
def test_the_best_of_many_columns(dtype, target, tmp_path):
    check_all(COLUMNS, dtype, target, tmp_path)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("dtype", [DType.f32, DType.i64], ids=str)
def test_the_best_of_as_many_columns_as_there_are(dtype, axis, tmp_path):
    """The kernel is the same for all sizes; one thread and two give the same."""
    graph = Graph("columns")
    x = graph.parameter("x", TensorType(dtype, tuple(symbol(name, 0) for name in "ABC")))
    for mode in ("max", "min"):
        graph.result(ops.TopK(axis, mode, "value", DType.i32).all(x, np.array(1))[1], mode)
    shapes = [(1, 1, 1), (3, 5, 15), (3, 5, 16), (2, 9, 79), (70, 3, 2), (1, 2, 500), (0, 3, 4) if axis else (3, 0, 4)]
    feeds = [mixed(shape, dtype, np.random.default_rng(seed)) for seed, shape in enumerate(shapes)]
    run_native(graph, {"x": feeds[0]}, resolve_target("host"), tmp_path)
    for threads in (1, 2):
        with load(tmp_path / "model.so", threads=threads) as native:
            for feed in feeds:
                found = native.run({"x": feed})
                for mode in ("max", "min"):
                    wanted = best(feed, axis, 1, mode, "value") if feed.size else np.empty(found[mode].shape)
                    np.testing.assert_array_equal(found[mode], wanted, err_msg=f"{feed.shape}")


@pytest.mark.parametrize("target", ["host", "x86-64-v3"])
@pytest.mark.parametrize("dtype", [DType.f32, DType.f64, DType.f16, DType.i64, DType.u8], ids=str)
def test_long_rows(dtype, target, tmp_path):
    check_all(LARGE, dtype, target, tmp_path)


@pytest.mark.parametrize("dtype", [DType.f32, DType.bf16, DType.i64], ids=str)
def test_on_aarch64(dtype, tmp_path):
    cases = [*SMALL, *COLUMNS, ((8400,), 0, 300, "max", "value")]
    feeds = feeds_of(cases, dtype, mixed)
    check(cases, feeds, run_emulated(model(cases, dtype), feeds, TARGETS["aarch64"], tmp_path))


def rows(*lists):
    return np.array(lists, np.float32)


NAN, INF = np.nan, np.inf
ODD = rows(
    [2, NAN, 7, 4, 1], [NAN, 2, 7, 4, 1], [2, 4, 7, 1, NAN], [NAN, NAN, NAN, NAN, NAN], [INF, NAN, -INF, INF, NAN],
    [-INF, 0, -INF, 0, -0.0], [3, 3, 1, 1, 3],
)  # fmt: skip


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_nan_is_the_largest_as_in_onnxruntime(k, tmp_path):
    text = (
        f"g (float[n,5] x) => (float[n,{k}] a, int64[n,{k}] b, float[n,{k}] c, int64[n,{k}] d) {{\n"
        f" k = Constant<value=int64[1] {{{k}}}>()\n a, b = TopK(x, k)\n c, d = TopK<largest=0>(x, k) }}"
    )
    check_text(text, [{"x": ODD}], tmp_path)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("dtype", ["float", "int32", "uint8", "double", "float16", "int64"])
def test_the_extreme_is_that_of_numpy(dtype, axis, tmp_path):
    """The first and the last of equals, and of NaN."""
    names = [f"{kind}{last}" for kind in ("ArgMax", "ArgMin") for last in (0, 1)]
    outputs = ", ".join(f"int64[p{i},q{i},r{i}] {name}" for i, name in enumerate(names))
    body = "\n".join(f" {name} = {name[:6]}<axis={axis},select_last_index={name[6:]}>(x)" for name in names)
    kind = {"float": "f4", "double": "f8", "float16": "f2"}.get(dtype, dtype)
    rng = np.random.default_rng(3)
    x = mixed((5, 3, 4), DType(f"f{8 * int(kind[1:])}"), rng) if kind[0] == "f" else rng.integers(0, 4, (5, 3, 4))
    found = run_text(f"g ({dtype}[a,b,c] x) => ({outputs}) {{\n{body} }}", {"x": x.astype(kind)}, tmp_path)
    last = x.shape[axis] - 1
    for name in names:
        choose = np.argmax if name.startswith("ArgMax") else np.argmin
        wanted = last - choose(np.flip(x, axis), axis=axis) if name[6:] == "1" else choose(x, axis=axis)
        np.testing.assert_array_equal(found[name], np.expand_dims(wanted, axis), err_msg=name)


@pytest.mark.parametrize("size", [1, 2, 31, 33, 16384, 100001, 2**20 + 1])
def test_the_extreme_of_long_rows(size, tmp_path):
    text = "g (float[n,m] x) => (int64[n] y, int64[n] z) {\n y = ArgMax<axis=1,keepdims=0>(x)\n"
    text += " z = ArgMin<axis=1,keepdims=0>(x) }"
    x = np.random.default_rng(size).standard_normal((3, size)).astype(np.float32)
    x[1, size // 2 :] = x[1, size // 2]
    check_text(text, [{"x": x}, {"x": np.zeros_like(x)}], tmp_path)


def run_text(text: str, feed: dict[str, np.ndarray], folder: Path) -> dict[str, np.ndarray]:
    with load(compile_text(text, folder), threads=2) as native:
        return native.run(feed)


@pytest.mark.parametrize("k", [2, 40])
@pytest.mark.parametrize("dtype", [DType.i32, DType.i64, DType.f32], ids=str)
def test_places_alone_in_another_type(k, dtype, tmp_path):
    """No other operation reads the places: what converts them must not become part of the kernel that finds them."""
    graph = Graph("places")
    x = graph.parameter("x", TensorType(DType.f32, (3, 120)))
    places = ops.TopK(1, "max", "value", DType.i32).all(x, np.array(k))[1]
    graph.result(ops.Convert(dtype)(places), "y")
    feed = mixed((3, 120), DType.f32, np.random.default_rng(1))
    (found,) = run_native(graph, {"x": feed}, resolve_target("host"), tmp_path, threads=1).values()
    np.testing.assert_array_equal(found, best(feed, 1, k, "max", "value").astype(dtype.numpy))
