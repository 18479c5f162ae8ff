from __future__ import annotations

import numpy as np
import pytest

from tests.frontends.onnx_node import check, model_of

RNG = np.random.default_rng(17)
X = RNG.uniform(0.5, 2, (2, 3, 4)).astype(np.float32)
REDUCTIONS = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"]


@pytest.mark.parametrize("kind", REDUCTIONS)
@pytest.mark.parametrize("axes", [None, (1,), (0, -1)], ids=str)
@pytest.mark.parametrize("keepdims", [0, 1])
def test_axes_as_an_attribute(kind, axes, keepdims, tmp_path):
    attributes = {"keepdims": keepdims} | ({} if axes is None else {"axes": axes})
    check(model_of(f"Reduce{kind}", [X], 11, **attributes), [X], tmp_path)


@pytest.mark.parametrize("kind", REDUCTIONS)
@pytest.mark.parametrize("axes", [None, (1,), (0, -1)], ids=str)
def test_axes_as_an_input(kind, axes, tmp_path):
    inputs = [X] if axes is None else [X, np.array(axes, np.int64)]
    check(model_of(f"Reduce{kind}", inputs, 18, (1,) if axes else (), keepdims=0), inputs, tmp_path)


def test_no_axes_may_mean_no_reduction(tmp_path):
    check(model_of("ReduceSum", [X], 13, noop_with_empty_axes=1), [X], tmp_path)
    inputs = [X, np.zeros(0, np.int64)]
    check(model_of("ReduceSum", inputs, 13, (1,), noop_with_empty_axes=1), inputs, tmp_path)
    check(model_of("ReduceSum", inputs, 13, (1,)), inputs, tmp_path)


def test_sum_of_integers(tmp_path):
    x = np.arange(6, dtype=np.int64).reshape(2, 3)
    check(model_of("ReduceSum", [x], 11, axes=[1]), [x], tmp_path)


@pytest.mark.parametrize(
    ("trans_a", "trans_b", "alpha", "beta"), [(0, 0, 1, 1), (1, 0, 0.5, 1), (0, 1, 1, 0.25), (1, 1, 2, 0)]
)
@pytest.mark.parametrize("c_shape", [(5,), (3, 5), (3, 1), None], ids=str)
def test_gemm(trans_a, trans_b, alpha, beta, c_shape, tmp_path):
    a = RNG.standard_normal((4, 3) if trans_a else (3, 4)).astype(np.float32)
    b = RNG.standard_normal((5, 4) if trans_b else (4, 5)).astype(np.float32)
    inputs = [a, b] if c_shape is None else [a, b, RNG.standard_normal(c_shape).astype(np.float32)]
    attributes = {"transA": trans_a, "transB": trans_b, "alpha": float(alpha), "beta": float(beta)}
    check(model_of("Gemm", inputs, 13, (1, 2)[: len(inputs) - 1], **attributes), inputs, tmp_path)


@pytest.mark.parametrize(
    ("a", "b"),
    [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (3, 4, 2)), ((4,), (4, 5)), ((3, 4), (4,))],
    ids=str,
)
def test_matmul(a, b, tmp_path):
    inputs = [RNG.standard_normal(shape).astype(np.float32) for shape in (a, b)]
    check(model_of("MatMul", inputs, 13), inputs, tmp_path)


def vector(size):
    return RNG.uniform(0.5, 2, size).astype(np.float32)


@pytest.mark.parametrize("opset", [7, 9, 14, 15])
def test_batch_normalization(opset, tmp_path):
    inputs = [RNG.standard_normal((2, 3, 4, 5)).astype(np.float32), *(vector(3) for _ in range(4))]
    check(model_of("BatchNormalization", inputs, opset, (1, 2, 3, 4), epsilon=1e-3), inputs, tmp_path)


def test_instance_and_group_normalization(tmp_path):
    x = RNG.standard_normal((2, 4, 5, 3)).astype(np.float32)
    inputs = [x, vector(4), vector(4)]
    check(model_of("InstanceNormalization", inputs, 7, (1, 2)), inputs, tmp_path, rtol=1e-4)
    check(model_of("GroupNormalization", inputs, 21, (1, 2), num_groups=2), inputs, tmp_path, rtol=1e-4)
    per_group = [x, vector(2), vector(2)]
    check(model_of("GroupNormalization", per_group, 18, (1, 2), num_groups=2), per_group, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("axis", [-1, 1])
def test_layer_normalization(axis, tmp_path):
    x = RNG.standard_normal((2, 3, 4)).astype(np.float32)
    size = x.shape[axis:]
    for inputs in ([x, vector(size)], [x, vector(size), vector(size)]):
        check(model_of("LayerNormalization", inputs, 17, (1, 2)[: len(inputs) - 1], axis=axis), inputs, tmp_path,
              rtol=1e-4)  # fmt: skip


def test_local_and_norm_based_normalization(tmp_path):
    x = RNG.standard_normal((2, 7, 3, 3)).astype(np.float32)
    for size in (3, 5):
        check(model_of("LRN", [x], 13, size=size, alpha=0.01, beta=0.5, bias=2.0), [x], tmp_path)
    x[0, :, 0, 0] = 0
    for p in (1, 2):
        check(model_of("LpNormalization", [x], 7, axis=1, p=p), [x], tmp_path)
    check(model_of("MeanVarianceNormalization", [x], 13), [x], tmp_path, rtol=1e-4)
    check(model_of("MeanVarianceNormalization", [x], 13, axes=[2, 3]), [x], tmp_path, rtol=1e-4)
