"""Elements that data pick, beside every kind of contraction and reduction, as an embedding beside a product."""

import numpy as np
import pytest

from tests.codegen.onnx_native import check_text

MATRIX = {
    "a product by constants": ("p = MatMul (x, w)", {"w": (48, 96)}, (24, 48)),
    "a product of one row": ("p = MatMul (x, w)", {"w": (48, 96)}, (1, 48)),
    "a product of computed matrices": ("e = Exp (w)\n p = MatMul (x, e)", {"w": (48, 96)}, (24, 48)),
    "a Gemm with a bias": ("p = Gemm (x, w, c)", {"w": (48, 96), "c": (96,)}, (24, 48)),
    "a sum": ("s = ReduceSum <keepdims = 1> (x, one)\n p = Mul (s, w)", {"w": (1, 96)}, (24, 48)),
    "a softmax": ("q = MatMul (x, w)\n p = Softmax <axis = 1> (q)", {"w": (48, 96)}, (24, 48)),
}
IMAGE = {
    "a pointwise convolution": "p = Conv (x, w)",
    "a convolution": "p = Conv <pads = [1, 1, 1, 1]> (x, w)",
    "a convolution of stride 2": "p = Conv <pads = [1, 1, 1, 1], strides = [2, 2]> (x, w)",
    "a convolution by groups": "p = Conv <pads = [1, 1, 1, 1], group = 2> (x, w)",
    "a depthwise convolution": "p = Conv <pads = [1, 1, 1, 1], group = 32> (x, w)",
    "a transposed convolution": "p = ConvTranspose <strides = [2, 2]> (x, w)",
    "a pooled image": "p = MaxPool <kernel_shape = [2, 2]> (x)",
}
WEIGHTS = {
    "a pointwise convolution": (32, 32, 1, 1),
    "a convolution by groups": (32, 16, 3, 3),
    "a depthwise convolution": (32, 1, 3, 3),
    "a transposed convolution": (32, 32, 2, 2),
}


def _constants(seed, **shapes):
    """Initialisers as text: constants of the model."""
    random = np.random.default_rng(seed)
    lines = []
    for name, shape in shapes.items():
        numbers = ", ".join(f"{v:.4f}" for v in random.standard_normal(int(np.prod(shape))))
        lines.append(f"float[{','.join(map(str, shape))}] {name} = {{{numbers}}}")
    return ", ".join(lines)


def _matrix_text(kind, after):
    lines, shapes, _ = MATRIX[kind]
    held = _constants(1, **shapes, table=(50, 96)) + ", int64[1] one = {1}"
    picked = "z = Gather (table, ids)"
    mixed = "y = Add (z, p)" if after else "r = Relu (p)\n y = Mul (r, z)"
    return f"g (float[R,48] x, int64[R] ids) => (float[R,96] y) <{held}> {{\n {picked}\n {lines}\n {mixed}\n}}"


@pytest.mark.parametrize("after", [True, False], ids=["sum", "product"])
@pytest.mark.parametrize("kind", MATRIX)
def test_an_embedding_beside(kind, after, tmp_path):
    rows, depth = MATRIX[kind][2]
    random = np.random.default_rng(2)
    feeds = [
        {
            "x": random.standard_normal((n, depth)).astype(np.float32),
            "ids": random.integers(0, 50, n),
        }
        for n in (rows, 5)
    ]
    check_text(_matrix_text(kind, after), feeds, tmp_path, 1e-4, 1e-4)


@pytest.mark.parametrize("kind", IMAGE)
@pytest.mark.parametrize("axis", [0, 1, 3])
def test_a_slice_by_data_beside(kind, axis, tmp_path):
    held = _constants(3, w=WEIGHTS.get(kind, (32, 32, 3, 3)))
    text = f"""g (float[2,32,12,12] x, float[A,B,C,D] t, int64[K] ids) => (float[2,32,E,F] y) <{held}> {{
 z = Gather <axis = {axis}> (t, ids)
 {IMAGE[kind]}
 y = Add (p, z)
}}"""
    out = {"a convolution of stride 2": 6, "a transposed convolution": 24, "a pooled image": 11}.get(kind, 12)
    shape = (2, 32, out, out)
    random = np.random.default_rng(4)
    source = tuple(7 if k == axis else size for k, size in enumerate(shape))
    feed = {
        "x": random.standard_normal((2, 32, 12, 12)).astype(np.float32),
        "t": random.standard_normal(source).astype(np.float32),
        "ids": random.integers(0, 7, shape[axis]),
    }
    check_text(text, [feed], tmp_path, 1e-4, 1e-4)


def test_what_is_picked_goes_into_a_product(tmp_path):
    held = _constants(5, table=(50, 48), w=(48, 96))
    text = f"""g (int64[R] ids, float[R,48] x) => (float[R,96] y) <{held}> {{
 z = Gather (table, ids)
 s = Add (z, x)
 y = MatMul (s, w)
}}"""
    random = np.random.default_rng(6)
    feed = {"ids": random.integers(-50, 50, 9), "x": random.standard_normal((9, 48)).astype(np.float32)}
    check_text(text, [feed], tmp_path, 1e-4, 1e-4)
