"""Windows at the edges of the data, and inside of it: each lane of a vector has its own taps there.

What is expected is computed tap by tap in numpy.
"""

from __future__ import annotations

import itertools

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

# kernel, stride, dilation, pad at the beginning and at the end, of rows and pixels alike
WINDOWS = [(3, 1, 1, 1, 1), (3, 2, 1, 1, 1), (3, 2, 1, 0, 1), (5, 1, 1, 2, 2), (3, 1, 2, 2, 2), (2, 3, 3, 1, 1)]
SIZES = [(1, 1), (2, 5), (4, 16), (5, 33), (3, 56), (9, 40)]


def windows(space: tuple[int, int]) -> list[tuple[int, int, int, int, int]]:
    """Those that have a place in so many rows and pixels, and nowhere without a tap."""
    room = [w for w in WINDOWS if all(size + w[3] + w[4] > (w[0] - 1) * w[2] for size in space)]
    return [w for w in room if all(all(taps_of(size, *w)) for size in space)]


def made_max(x, kernel, stride, dilation, begin, end):
    strides, dilations, begins, ends, kernels = ((n, n) for n in (stride, dilation, begin, end, kernel))
    return ops.MaxPool8(strides, dilations, begins, ends, kernels).all(x)[0]


def made_mean(x, kernel, stride, dilation, begin, end):
    strides, begins, ends, kernels = ((n, n) for n in (stride, begin, end, kernel))
    return ops.AvgPool(strides, begins, ends, kernels, exclude_pad=True)(x)


def taps_of(size: int, kernel: int, stride: int, dilation: int, begin: int, end: int) -> list[list[int]]:
    count = (size + begin + end - (kernel - 1) * dilation - 1) // stride + 1
    places = [[p * stride - begin + k * dilation for k in range(kernel)] for p in range(count)]
    return [[place for place in each if 0 <= place < size] for each in places]


def expected(x, window, reduce):
    rows, pixels = (taps_of(size, *window) for size in x.shape[2:])
    found = np.zeros((*x.shape[:2], len(rows), len(pixels)), x.dtype)
    for (i, high), (j, wide) in itertools.product(enumerate(rows), enumerate(pixels)):
        found[:, :, i, j] = reduce(x[:, :, high][:, :, :, wide])
    return found


def largest(x):
    with np.errstate(all="ignore"):
        return np.max(x, (2, 3))  # NaN where there is one


def mean(x):
    with np.errstate(all="ignore"):
        return np.mean(x.astype("f8"), (2, 3)).astype(x.dtype)


def data(shape, dtype, rng):
    if not dtype.is_float:
        return rng.integers(0, 200, shape).astype(dtype.numpy)
    odd = np.array([np.nan, np.inf, -np.inf, -1e4])
    x = rng.standard_normal(shape)
    return np.where(rng.random(shape) < 0.04, rng.choice(odd, shape), x).astype(dtype.numpy)


def model(dtype):
    graph = Graph("windows")
    for n, (rows, pixels) in enumerate(SIZES):
        x = graph.parameter(f"x{n}", TensorType(dtype, (1, 3, rows, pixels)))
        for k, window in enumerate(windows((rows, pixels))):
            graph.result(made_max(x, *window), f"m{n}_{k}")
            if dtype.is_float and window[2] == 1:
                graph.result(made_mean(x, *window), f"a{n}_{k}")
    return graph


def feeds(dtype):
    rng = np.random.default_rng(5)
    return {f"x{n}": data((1, 3, *size), dtype, rng) for n, size in enumerate(SIZES)}


def check(dtype, given, found):
    for n, size in enumerate(SIZES):
        for k, window in enumerate(windows(size)):
            x = given[f"x{n}"]
            made = found[f"m{n}_{k}"].view(x.dtype)
            np.testing.assert_array_equal(made, expected(x, window, largest), err_msg=f"{size} {window}")
            if f"a{n}_{k}" in found:
                near = {"rtol": 1e-2, "atol": 1e-2} if x.dtype.itemsize == 2 else {"rtol": 1e-4, "atol": 1e-5}
                made = found[f"a{n}_{k}"].view(x.dtype)
                np.testing.assert_allclose(made, expected(x, window, mean), err_msg=f"{size} {window}", **near)


@pytest.mark.parametrize("target", ["host", "x86-64-v3", "x86-64-v2"])
@pytest.mark.parametrize("dtype", [DType.f32, DType.f64, DType.f16, DType.u8], ids=str)
def test_every_window(dtype, target, tmp_path):
    given = feeds(dtype)
    first = run_native(model(dtype), given, resolve_target(target), tmp_path, threads=1)
    check(dtype, given, first)
    with load(tmp_path / "model.so", threads=2) as native:
        for name, found in native.run(given).items():
            np.testing.assert_array_equal(found.view("u1"), first[name].view("u1"), err_msg=name)


def test_on_aarch64(tmp_path):
    given = feeds(DType.f32)
    check(DType.f32, given, run_emulated(model(DType.f32), given, TARGETS["aarch64"], tmp_path))


@pytest.mark.parametrize("window", [w for w in WINDOWS if w[2] == 1], ids=str)
def test_free_sizes(window, tmp_path):
    graph = Graph("free")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), 2, symbol("H", 3), symbol("W", 3))))
    graph.result(made_max(x, *window), "m")
    graph.result(made_mean(x, *window), "a")
    rng = np.random.default_rng(6)
    given = [data((n, 2, *size), DType.f32, rng) for n in (1, 2) for size in ((3, 3), (5, 15), (4, 16), (7, 70))]
    run_native(graph, {"x": given[0]}, resolve_target("host"), tmp_path)
    with load(tmp_path / "model.so", threads=2) as native:
        for each in given:
            found = native.run({"x": each})
            np.testing.assert_array_equal(found["m"], expected(each, window, largest))
            np.testing.assert_allclose(found["a"], expected(each, window, mean), rtol=1e-4, atol=1e-5)
