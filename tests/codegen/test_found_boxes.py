"""NonMaxSuppression, NonZero and Unique as native code, beside onnxruntime: odd boxes, equal scores, all types."""

from __future__ import annotations

import numpy as np
import pytest

from tests.codegen.onnx_native import check_text

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
