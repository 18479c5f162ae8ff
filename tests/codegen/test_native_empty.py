"""Free dims that are 0: what nothing gives, as onnxruntime has it."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest

import dldt
from dldt.runtime import load
from tests.codegen.onnx_native import check_text

RNG = np.random.default_rng(5)


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


KERNEL, SCALE = normal(8, 3, 3, 3), normal(8)
AXES = " a = Constant<value=int64[1] {1}>()\n b = Constant<value=int64[1] {0}>()\n"
CASES = {
    "element_wise": ("g (float[n,3] x) => (float[n,3] y) { y = Relu(x) }", [{"x": normal(0, 3)}, {"x": normal(2, 3)}]),
    "matmul": (
        "g (float[n,k] x, float[k,m] w) => (float[n,m] y) { y = MatMul(x, w) }",
        [{"x": normal(n, k), "w": normal(k, m)} for n, k, m in ((0, 3, 2), (2, 0, 5), (2, 3, 0), (4, 3, 5))],
    ),
    "sums": (
        "g (float[n,k] x) => (float[n] y, float[k] z) {" + AXES + " y = ReduceSum<keepdims=0>(x, a)\n"
        " z = ReduceSum<keepdims=0>(x, b) }",
        [{"x": normal(0, 3)}, {"x": normal(3, 0)}, {"x": normal(3, 4)}],
    ),
    "concat": (
        "g (float[n,k] x, float[m,k] w) => (float[p,k] y) { y = Concat<axis=0>(x, w) }",
        [{"x": normal(n, 3), "w": normal(m, 3)} for n, m in ((0, 3), (0, 0), (1, 2))],
    ),
    "softmax": ("g (float[n,k] x) => (float[n,k] y) { y = Softmax(x) }", [{"x": normal(0, 3)}, {"x": normal(3, 7)}]),
    "convolution": (
        "g (float[n,3,h,w] x, float[8,3,3,3] f) => (float[n,8,p,q] y) { y = Conv<pads=[1,1,1,1]>(x, f) }",
        [{"x": normal(n, 3, 8, 8), "f": KERNEL} for n in (0, 1)],
    ),
    "transpose": (
        "g (float[n,k] x) => (float[k,n] y) { y = Transpose(x) }",
        [{"x": normal(0, 3)}, {"x": normal(3, 4)}],
    ),
    "reshape": (
        "g (float[n,4,6] x) => (float[n,24] y) { s = Constant<value=int64[2] {0, 24}>()\n y = Reshape(x, s) }",
        [{"x": normal(0, 4, 6)}, {"x": normal(3, 4, 6)}],
    ),
    "gather": (
        "g (float[n,k] x, int64[m] i) => (float[m,k] y) { y = Gather(x, i) }",
        [{"x": normal(4, 3), "i": np.zeros(0, np.int64)}, {"x": normal(4, 3), "i": np.array([1, 3])}],
    ),
    "non_zero": ("g (float[n] x) => (int64[1,m] y) { y = NonZero(x) }", [{"x": normal(0)}, {"x": normal(3)}]),
    "layer_norm": (
        "g (float[n,8] x, float[8] s) => (float[n,8] y) { y = LayerNormalization(x, s) }",
        [{"x": normal(0, 8), "s": SCALE}, {"x": normal(3, 8), "s": SCALE}],
    ),
    "top_k": (
        "g (float[n,8] x) => (float[n,3] y, int64[n,3] i) { k = Constant<value=int64[1] {3}>()\n y, i = TopK(x, k) }",
        [{"x": normal(0, 8)}, {"x": normal(3, 8)}],
    ),
    "reflection_of_other_axes": (
        "g (float[n,8] x) => (float[n,10] y) { p = Constant<value=int64[4] {0, 1, 0, 1}>()\n"
        ' y = Pad<mode="reflect">(x, p) }',
        [{"x": normal(0, 8)}, {"x": normal(3, 8)}],
    ),
    "none_of_the_best": (
        "g (float[n,8] x) => (float[n,0] y, int64[n,0] i) { k = Constant<value=int64[1] {0}>()\n y, i = TopK(x, k) }",
        [{"x": normal(0, 8)}, {"x": normal(3, 8)}],
    ),
    "unique": ("g (float[n] x) => (float[m] y) { y = Unique(x) }", [{"x": normal(0)}, {"x": normal(4)}]),
    "recurrent": (
        "g (float[t,2,3] x, float[1,16,3] w, float[1,16,4] r) => (float[t,1,2,4] y)"
        " { y = LSTM<hidden_size=4>(x, w, r) }",
        [{"x": normal(t, 2, 3), "w": normal(1, 16, 3), "r": normal(1, 16, 4)} for t in (0, 3)],
    ),
    "grid_sample": (
        "g (float[n,2,4,4] x, float[n,3,3,2] p) => (float[n,2,3,3] y) { y = GridSample(x, p) }",
        [{"x": normal(n, 2, 4, 4), "p": normal(n, 3, 3, 2)} for n in (0, 2)],
    ),
    "concat_with_an_empty_constant": (
        "g (float[n,3] x) => (float[m,3] y) {\n i = Constant<value=int64[2] {0, 3}>()\n z = ConstantOfShape(i)\n"
        " y = Concat<axis=0>(z, x) }",
        [{"x": normal(0, 3)}, {"x": normal(2, 3)}],
    ),
    "broadcast": (
        "g (float[n,8] x, float[m,8] s) => (float[p,8] y) { y = Add(x, s) }",
        [{"x": normal(n, 8), "s": normal(m, 8)} for n, m in ((0, 1), (0, 0), (3, 3))],
    ),
    "global_pool": (
        "g (float[n,4,h,w] x) => (float[n,4,1,1] y) { y = GlobalAveragePool(x) }",
        [{"x": normal(0, 4, 5, 5)}, {"x": normal(2, 4, 5, 5)}],
    ),
    "pool": (
        "g (float[n,4,h,w] x) => (float[n,4,p,q] y) { y = MaxPool<kernel_shape=[2,2], strides=[2,2]>(x) }",
        [{"x": normal(0, 4, 6, 6)}, {"x": normal(2, 4, 6, 6)}],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_nothing_gives_what_onnxruntime_gives(name, tmp_path):
    check_text(*CASES[name], tmp_path, tolerance=2e-5)


@pytest.mark.parametrize("name", CASES)
def test_sizes_of_nothing_may_be_known_when_it_is_compiled(name, tmp_path):
    text, feeds = CASES[name]
    path = tmp_path / "m.onnx"
    onnx.save(onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\n{text}'), path)
    empty = next(feed for feed in feeds if any(array.size == 0 for array in feed.values()))
    expected = onnxruntime.InferenceSession(str(path)).run(None, empty)
    graph = dldt.read_model(path, inputs={key: array.shape for key, array in empty.items()})
    dldt.compile_model(graph, tmp_path / "m.so")
    with load(tmp_path / "m.so", threads=1) as model:
        for got, want in zip(model.run(empty).values(), expected, strict=True):
            assert (got.dtype, got.shape) == (want.dtype, want.shape)
            np.testing.assert_allclose(got, want, rtol=2e-5)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("steps", ["0", "t"], ids=["known", "free"])
def test_a_recurrence_without_a_step_ends_as_it_begins(kind, steps, tmp_path):
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind] * 4
    x, w, r, h = normal(0, 2, 3), normal(1, gates, 3), normal(1, gates, 4), normal(1, 2, 4)
    text = (
        f"g (float[{steps},2,3] x, float[1,{gates},3] w, float[1,{gates},4] r, float[1,2,4] h)"
        f" => (float[{steps},1,2,4] y, float[1,2,4] last) {{ y, last = {kind}<hidden_size=4>(x, w, r, , , h) }}"
    )
    onnx.save(onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\n{text}'), tmp_path / "m.onnx")
    dldt.compile_model(tmp_path / "m.onnx", tmp_path / "m.so")
    with load(tmp_path / "m.so", threads=1) as model:
        made = model.run({"x": x, "w": w, "r": r, "h": h})
    assert made["y"].shape == (0, 1, 2, 4)
    np.testing.assert_array_equal(made["last"], h)


@pytest.mark.parametrize("batch", ["0", "n"], ids=["known", "free"])
def test_an_image_of_no_columns(batch, tmp_path):
    text = (
        f"g (float[{batch},4,4] x) => (float[{batch},1,3,3] y) {{ s = Constant<value=int64[2] {{3, 3}}>()\n"
        " k = Constant<value=int64[2] {2, 2}>()\n y = Col2Im(x, s, k) }"
    )
    onnx.save(onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : 18]>\n{text}'), tmp_path / "m.onnx")
    dldt.compile_model(tmp_path / "m.onnx", tmp_path / "m.so")
    with load(tmp_path / "m.so", threads=1) as model:
        assert model(normal(0, 4, 4)).shape == (0, 1, 3, 3)
