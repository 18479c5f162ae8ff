"""Dims that are found while the model runs: by kernels, and as numbers that data hold."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dldt.runtime import load
from dldt.runtime.errors import DldtRuntimeError, RuntimeInputError
from tests.codegen.onnx_native import check_text, compile_text

RNG = np.random.default_rng(7)


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def numbers(*values, scalar=False):
    return np.array(values[0] if scalar else values, np.int64)


BOXES = RNG.random((2, 150, 4)).astype(np.float32)
SCORES = RNG.random((2, 3, 150)).astype(np.float32)

CASES = {
    "non_zero": (
        "g (float[a,b,c] x) => (int64[3,n] y, float[n] z) { r = Relu(x)\n y = NonZero(r)\n"
        " t = Transpose<perm=[1,0]>(y)\n w = GatherND(x, t)\n z = Mul(w, w) }",
        [{"x": normal(4, 5, 3)}, {"x": normal(1, 50, 31)}, {"x": -np.ones((2, 2, 2), np.float32)}],
    ),
    "non_zero_bool": (
        "g (bool[n] x) => (int64[1,m] y) { y = NonZero(x) }",
        [{"x": RNG.random(100) > 0.5}, {"x": np.zeros(40, bool)}, {"x": np.ones(17, bool)}],
    ),
    "non_zero_of_one_number": (
        "g (int64[1] x) => (int64[1,m] y, int64[n] z) <bool[1] c = {1}> { f = NonZero(c)\n y = Add(f, x)\n"
        " z = Compress<axis=0>(x, c) }",
        [{"x": numbers(5)}],
    ),
    "compress": (
        "g (float[10,4] x, bool[10] c) => (float[n,4] y) { z = Compress<axis=0>(x, c)\n y = Relu(z) }",
        [{"x": normal(10, 4), "c": RNG.random(10) > 0.5}, {"x": normal(10, 4), "c": np.zeros(10, bool)}],
    ),
    "unique": (
        "g (float[n] x) => (float[m] y, int64[m] i, int64[n] v, int64[m] c) { y, i, v, c = Unique<sorted=1>(x) }",
        [{"x": RNG.integers(0, 9, 50).astype(np.float32)}, {"x": RNG.integers(0, 9, 2).astype(np.float32)}],
    ),
    "unique_in_order": (
        "g (int64[n] x) => (int64[m] y, int64[m] i, int64[n] v, int64[m] c) { y, i, v, c = Unique<sorted=0>(x) }",
        [{"x": RNG.integers(0, 9, 50)}, {"x": RNG.integers(0, 3, 7)}],
    ),
    "range_of_floats": (
        "g (float a, float b, float c) => (float[m] y) { y = Range(a, b, c) }",
        [
            {name: np.array(value, np.float32) for name, value in zip("abc", values, strict=True)}
            for values in ((1, 5.5, 0.5), (1, -5.5, -0.7), (1, 0, 0.5), (0, 1, 0.1))
        ],
    ),
    "range_of_integers": (
        "g (int64 a, int64 b, int64 c) => (int64[m] y) { y = Range(a, b, c) }",
        [
            {name: numbers(value, scalar=True) for name, value in zip("abc", values, strict=True)}
            for values in ((1, 11, 3), (1, -11, -3), (5, 5, 1), (3, 100, 1))
        ],
    ),
    "reshape": (
        "g (float[a,b] x, int64[3] s) => (float[p,q,r] y) { z = Reshape(x, s)\n y = Relu(z) }",
        [{"x": normal(4, 6), "s": numbers(*s)} for s in ((2, -1, 3), (0, 3, 2), (24, 1, 1), (4, 0, -1))],
    ),
    "expand": (
        "g (float[a,1] x, int64[2] s) => (float[p,q] y) { z = Expand(x, s)\n y = Neg(z) }",
        [{"x": normal(4, 1), "s": numbers(4, 7)}, {"x": normal(4, 1), "s": numbers(1, 2)}],
    ),
    "tile": (
        "g (float[a,b] x, int64[2] s) => (float[p,q] y) { y = Tile(x, s) }",
        [{"x": normal(4, 3), "s": numbers(2, 3)}, {"x": normal(1, 3), "s": numbers(5, 1)}],
    ),
    "constant_of_shape": (
        "g (int64[2] s) => (float[p,q] y) { y = ConstantOfShape<value=float[1] {2.5}>(s) }",
        [{"s": numbers(2, 3)}, {"s": numbers(0, 3)}, {"s": numbers(40, 33)}],
    ),
    "pad": (
        "g (float[a,b] x, int64[4] s) => (float[p,q] y) { y = Pad(x, s) }",
        [{"x": normal(4, 3), "s": numbers(2, 3, 1, 0)}, {"x": normal(4, 3), "s": numbers(0, 0, 0, 0)}],
    ),
    "slice": (
        "g (float[a,b] x, int64[1] s, int64[1] e) => (float[p,b] y) { z = Slice(x, s, e)\n y = Exp(z) }",
        [{"x": normal(9, 3), "s": numbers(s), "e": numbers(e)} for s, e in ((0, 5), (-4, -1), (2, 1000), (7, 3))],
    ),
    "top_k": (
        "g (float[n] x, int64[1] k) => (float[m] y, int64[m] i) { y, i = TopK(x, k) }",
        [{"x": normal(100), "k": numbers(7)}, {"x": normal(10), "k": numbers(10)}, {"x": normal(300), "k": numbers(1)}],
    ),
    "one_hot": (
        "g (int64[n] x, int64 d) => (float[n,m] y) { v = Constant<value=float[2] {0, 1}>()\n y = OneHot(x, d, v) }",
        [{"x": numbers(1, 0, 2, -1), "d": numbers(4, scalar=True)}],
    ),
    "boxes": (
        "g (float[b,n,4] x, float[b,c,n] s, int64[1] m) => (int64[k,3] y, float[k] z) {\n"
        " i = Constant<value=float[1] {0.5}>()\n t = Constant<value=float[1] {0.1}>()\n"
        " y = NonMaxSuppression(x, s, m, i, t)\n z = GatherND(s, y) }",
        [{"x": BOXES, "s": SCORES, "m": numbers(most)} for most in (50, 2, 0)],
    ),
    **{
        f"resize_{mode}": (
            "g (float[n,c,h,w] x, int64[2] d) => (float[n,c,p,q] y) { s = Shape<start=0,end=2>(x)\n"
            f" z = Concat<axis=0>(s, d)\n r = Resize<mode='{mode}'>(x, , , z)\n y = Relu(r) }}".replace("'", '"'),
            [{"x": normal(1, 3, 5, 7), "d": numbers(*size)} for size in ((9, 4), (5, 7), (10, 14), (1, 1))],
        )
        for mode in ("nearest", "linear", "cubic")
    },
    "one_kernel_after_another": (
        "g (float[n] x) => (float[m] y) { r = Relu(x)\n i = NonZero(r)\n j = Squeeze(i)\n a = Gather(x, j)\n"
        " h = Constant<value=float {0.5}>()\n d = Sub(a, h)\n e = Relu(d)\n k = NonZero(e)\n l = Squeeze(k)\n"
        " y = Gather(a, l) }",
        [{"x": normal(200)}, {"x": normal(1000)}, {"x": np.full(5, 0.2, np.float32)}],
    ),
    "broadcast_of_either": (
        "g (float[a,b] x, float[c,b] y) => (float[p,q] z) { z = Add(x, y) }",
        [{"x": normal(m, 3), "y": normal(n, 3)} for m, n in ((4, 1), (1, 5), (5, 5), (1, 1))],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sizes_that_are_found_give_what_onnxruntime_gives(name, tmp_path):
    check_text(*CASES[name], tmp_path)


def test_a_reshape_that_does_not_fit_names_the_node_and_both_values(tmp_path):
    text, _ = CASES["reshape"]
    with load(compile_text(text, tmp_path), threads=2) as model:
        with pytest.raises(
            RuntimeInputError, match=r"node .*the number of elements.*must be equal to.*, but they are 10 and 24"
        ):
            model.run({"x": normal(4, 6), "s": numbers(5, 2, 1)})
        assert model.run({"x": normal(4, 6), "s": numbers(6, 2, 2)})["y"].shape == (6, 2, 2)


def test_k_that_is_too_large_is_refused(tmp_path):
    text, _ = CASES["top_k"]
    with (
        load(compile_text(text, tmp_path), threads=1) as model,
        pytest.raises(RuntimeInputError, match=re.escape("must be at most n, but they are 8 and 7")),
    ):
        model.run({"x": normal(7), "k": numbers(8)})


def test_dims_that_do_not_broadcast_are_refused(tmp_path):
    text, _ = CASES["broadcast_of_either"]
    with (
        load(compile_text(text, tmp_path), threads=1) as model,
        pytest.raises(
            RuntimeInputError,
            match="two dims that broadcast, a and c, must be equal, or one of them must be 1, but they are 2 and 3",
        ),
    ):
        model.run({"x": normal(2, 3), "y": normal(3, 3)})


def test_memory_that_is_refused_ends_the_run_and_leaves_the_request_usable(tmp_path):
    text, _ = CASES["constant_of_shape"]
    with load(compile_text(text, tmp_path), threads=1) as model:
        request = model.create_request(max_memory=1 << 20)
        for rows, columns in ((10_000, 10_000), (2**31, 2**31), (2**32, 2**32), (2**62, 4)):
            with pytest.raises(DldtRuntimeError, match="memory"):
                request.run({"s": numbers(rows, columns)})
        assert request.run({"s": numbers(3, 2)})["y"].shape == (3, 2)
        assert 0 < request.memory <= 1 << 20
        request.release_memory()
        assert request.memory == 0
        assert request.run({"s": numbers(1, 2)})["y"].tolist() == [[2.5, 2.5]]
