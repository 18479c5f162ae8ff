"""NonMaxSuppression, NonZero and Unique as native code, beside onnxruntime: odd boxes, equal scores, all types."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.runtime import load
from tests.codegen.onnx_native import check_text, compile_text

BATCH, CLASSES, BOXES = 2, 3, 400


def boxes(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Boxes as corners in any order, or as centre and size; some of no or of negative size, some equal."""
    first = rng.random((BATCH, BOXES, 2)) * 20
    size = rng.random((BATCH, BOXES, 2)) * 8 + 0.5
    size[:, ::17] = 0
    made = np.concatenate([first, size if kind == "center" else first + size], -1).astype(np.float32)
    made[:, 5::11] = made[:, 4:-1:11][:, : made[:, 5::11].shape[1]]
    if kind == "flipped":
        made[:, ::3] = made[:, ::3][..., [2, 3, 0, 1]]
    return made


@pytest.mark.parametrize(("overlap", "least"), [(0.5, 0.3), (0.0, 0.0), (1.0, 0.9), (0.3, 2.0)])
@pytest.mark.parametrize("kind", ["corner", "flipped", "center"])
def test_boxes(kind, overlap, least, tmp_path):
    rng = np.random.default_rng(7)
    text = f"""g (float[b,n,4] x, float[b,c,n] s, int64[1] m) => (int64[k,3] y) {{
        i = Constant<value=float[1] {{{overlap}}}>()
        t = Constant<value=float[1] {{{least}}}>()
        y = NonMaxSuppression<center_point_box={int(kind == "center")}>(x, s, m, i, t) }}"""
    scores = (rng.permutation(BATCH * CLASSES * BOXES).reshape(BATCH, CLASSES, BOXES) / 2400).astype(np.float32)
    feed = {"x": boxes(kind, rng), "s": scores}
    feeds = [{**feed, "m": np.array([most])} for most in (0, 1, 20, BOXES, 10**6)]
    single = {"x": feed["x"][:, :1], "s": scores[..., :1], "m": np.array([4])}
    check_text(text, [*feeds, single], tmp_path)


@pytest.mark.parametrize("size", [1, 2, 15, 16, 17, 1000, 100001])
@pytest.mark.parametrize("dtype", ["float", "bool", "int64", "int32", "uint8"])
def test_places_of_what_is_not_zero(dtype, size, tmp_path):
    rng = np.random.default_rng(size)
    kind = {"float": "f4"}.get(dtype, dtype)
    feeds = [{"x": (rng.random(size) < share).astype(kind)} for share in (0, 0.01, 0.5, 1)]
    if dtype == "float":
        feeds.append({"x": rng.choice(np.array([0.0, -0.0, np.nan, -np.inf, 1e-45], "f4"), size)})
    check_text(f"g ({dtype}[n] x) => (int64[1,m] y) {{ y = NonZero(x) }}", feeds, tmp_path)


@pytest.mark.parametrize("size", [1, 2, 31, 1000, 70000])
@pytest.mark.parametrize("dtype", ["float", "double", "int64", "int8"])
@pytest.mark.parametrize("is_sorted", [0, 1])
def test_each_value_once(is_sorted, dtype, size, tmp_path):
    rng = np.random.default_rng(size)
    kind = {"float": "f4", "double": "f8"}.get(dtype, dtype)
    outputs = f"{dtype}[m] y, int64[m] i, int64[n] v, int64[m] c"
    text = f"g ({dtype}[n] x) => ({outputs}) {{ y, i, v, c = Unique<sorted={is_sorted}>(x) }}"
    check_text(text, [{"x": rng.integers(-60, top, size).astype(kind)} for top in (-59, -50, 60)], tmp_path)


@pytest.mark.parametrize("is_sorted", [0, 1])
@pytest.mark.parametrize(("axis", "shape"), [(0, (300, 3)), (1, (2, 70)), (-1, (3, 2, 40)), (1, (5, 60, 2))])
@pytest.mark.parametrize("dtype", ["float", "int64", "int8"])
def test_each_slice_once(dtype, axis, shape, is_sorted, tmp_path):
    rng, kind = np.random.default_rng(1), {"float": "f4"}.get(dtype, dtype)
    dims = ",".join("abc"[: len(shape)])
    found = dims.replace("abc"[axis % len(shape)], "m")
    outputs = f"{dtype}[{found}] y, int64[m] i, int64[n] v, int64[m] c"
    text = f"g ({dtype}[{dims}] x) => ({outputs}) {{ y, i, v, c = Unique<axis={axis},sorted={is_sorted}>(x) }}"
    one = tuple(1 if k == axis % len(shape) else size for k, size in enumerate(shape))
    feeds = [{"x": rng.integers(-2, 1, s).astype(kind)} for s in (shape, one)]
    feeds.append({"x": rng.integers(-100, 100, shape).astype(kind)})
    check_text(text, feeds, tmp_path)


def test_no_slice_at_all(tmp_path):
    text = "g (float[a,b] x) => (float[m,b] y, int64[m] i, int64[a] v, int64[m] c) { y, i, v, c = Unique<axis=0>(x) }"
    with load(compile_text(text, tmp_path), threads=2) as model:
        for shape in ((0, 3), (4, 2), (0, 3)):
            x = np.ones(shape, np.float32)
            found = model.run({"x": x})
            for made, wanted in zip(found.values(), np.unique(x, True, True, True, axis=0), strict=True):
                np.testing.assert_array_equal(made, wanted.reshape(made.shape))


def test_a_scalar_that_is_not_zero(tmp_path):
    feeds = [{"x": np.array(x, np.float32)} for x in (0, 3, np.nan)]
    check_text("g (float x) => (int64[1,m] y) { y = NonZero(x) }", feeds, tmp_path)
