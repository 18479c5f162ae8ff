"""Results that are large and regular stay symbolic, folding has bounds on work, windows are cut to the data."""

import numpy as np
import pytest

from dldt.compiler.budget import limited
from dldt.compiler.ops.core import Constant
from dldt.frontends.read_model import read_model
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.runtime import load
from tests.codegen.onnx_native import check_text, compile_text

RANDOM = np.random.default_rng(0)


def feed(*shape):
    return {"x": RANDOM.standard_normal(shape).astype(np.float32)}


@pytest.mark.parametrize("upper", [0, 1])
@pytest.mark.parametrize("k", [0, -2, 3, 2**40, -(2**63)])
def test_a_triangle_of_a_large_matrix_takes_no_space(upper, k, tmp_path):
    declared = f"g (float[1500,1100] x) => (float[1500,1100] y) <int64 k = {{{k}}}>"
    text = f"{declared} {{ y = Trilu <upper: int = {upper}> (x, k) }}"
    path = compile_text(text, tmp_path)
    assert path.stat().st_size < 1 << 20
    given, border = feed(1500, 1100), min(max(k, -2000), 2000)
    with load(path) as model:
        (made,) = model.run(given).values()
    np.testing.assert_array_equal(made, (np.triu if upper else np.tril)(given["x"], border))


def test_a_large_mask_takes_no_space(tmp_path):
    """A causal mask, as exporters write it."""
    text = """g (float[2,1200,1200] x) => (float[2,1200,1200] y)
        <int64 zero = {0}, int64 n = {1200}, int64 one = {1}, int64[1] a = {1},
         float low = {-1000.0}, float nothing = {0.0}> {
        r = Range (zero, n, one)
        c = Unsqueeze (r, a)
        m = LessOrEqual (r, c)
        b = Where (m, nothing, low)
        y = Add (x, b)
    }"""
    check_text(text, [feed(2, 1200, 1200)], tmp_path)
    assert (tmp_path / "model.so").stat().st_size < 1 << 20


def test_a_repeated_number_is_held_once():
    assert Constant.of(np.broadcast_to(np.float32(3), (1 << 20, 1 << 10))).value.strides == (0, 0)


def test_a_repeated_number_as_weights(tmp_path):
    text = """g (float[1,600,3,3] x) => (float[1,700,3,3] y) <int64[4] s = {700,600,1,1}> {
        w = ConstantOfShape <value: tensor = float[1] {0.01}> (s)
        y = Conv (x, w)
    }"""
    check_text(text, [feed(1, 600, 3, 3)], tmp_path, 1e-4, 1e-5)


@pytest.mark.parametrize(
    ("made", "operation"),
    [
        ("a = ConstantOfShape <value: tensor = int64[1] {3}> (s) b = MatMul (a, a)", "MatMul"),
        (
            "a = ConstantOfShape <value: tensor = float[1] {0.5}> (t) b = MaxPool <kernel_shape = [99, 99]> (a)",
            "MaxPool",
        ),
    ],
)
def test_what_takes_long_to_fold_is_left_to_the_run(made, operation, tmp_path):
    text = f"""g (float[1] x) => (float[1] y) <int64[2] s = {{2048,2048}}, int64[4] t = {{1,1,3000,3000}}> {{
        {made}
        m = ReduceMax <keepdims: int = 0> (b)
        c = Cast <to: int = 1> (m)
        y = Add (c, x)
    }}"""
    with limited():  # as a command does
        compile_text(text, tmp_path)
        graph = read_model(tmp_path / "model.onnx")
        run_pipeline(graph, default_pipeline())
    assert operation in {node.op.type for node in graph.order()}


@pytest.mark.parametrize("size", [3, 4, 5, 6, 1001, 1 << 22])
def test_a_window_that_is_larger_than_the_data(size, tmp_path):
    """numpy's definition: onnxruntime refuses even sizes."""
    text = f"g (float[2,5,3,3] x) => (float[2,5,3,3] y) {{ y = LRN <size: int = {size}, alpha: float = 3.0> (x) }}"
    given = feed(2, 5, 3, 3)
    with load(compile_text(text, tmp_path)) as model:
        (made,) = model.run(given).values()
    squares, x = given["x"].astype(np.float64) ** 2, given["x"]
    sums = [squares[:, max(c - (size - 1) // 2, 0) : c + size // 2 + 1].sum(1) for c in range(5)]
    np.testing.assert_allclose(made, x / (1 + 3.0 / size * np.stack(sums, 1)) ** 0.75, rtol=1e-5)
