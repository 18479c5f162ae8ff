"""Meanings that OpenVINO's CPU device does not show: expected values by hand or from onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from dldt.compiler import ops
from dldt.compiler.types import Array
from tests.ops.case import i64, normal, scalar


def onnx_run(op_type: str, opset: int, feeds: dict[str, Array], inputs: list[str], **attributes: Any) -> Array:
    """One ONNX operation run by onnxruntime."""
    node = helper.make_node(op_type, inputs, ["y"], **attributes)
    infos = [
        helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape) for k, x in feeds.items()
    ]
    graph = helper.make_graph([node], "g", infos, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, feeds)[0])


@pytest.mark.parametrize("dtype", ["i4", "i8"])
def test_integer_division_rounds_down_or_towards_zero(dtype: str) -> None:
    a = np.array([7, -7, 7, -7, -1, -8, 6, 5], dtype)
    b = np.array([2, 2, -2, -2, 5, 3, -3, 0], dtype)
    down, zero = ops.Divide().evaluate(a, b), ops.Divide(m_pythondiv=False).evaluate(a, b)
    np.testing.assert_array_equal(down, np.array([3, -4, -4, 3, -1, -3, -2, 0], dtype))
    np.testing.assert_array_equal(zero, np.array([3, -3, -3, 3, 0, -2, -2, 0], dtype))
    assert down.dtype == zero.dtype == np.dtype(dtype)


def test_gather_outside_the_axis_gives_zero() -> None:
    x = np.arange(1, 6, dtype=np.float32)
    y = ops.Gather().evaluate(x, i64(0, 5, -6, -1), scalar(0, "i8"))
    np.testing.assert_array_equal(y, np.array([1, 0, 0, 5], np.float32))
    y = ops.GatherElements(0).evaluate(x, i64(4, 9))
    np.testing.assert_array_equal(y, np.array([5, 0], np.float32))
    y = ops.GatherND().evaluate(x.reshape(5, 1), np.array([[1, 0], [1, 1]]))
    np.testing.assert_array_equal(y, np.array([2, 0], np.float32))


def test_clamp_of_integers_with_bounds_beyond_the_type() -> None:
    x = np.array([-(2**62), -5, 5, 2**62], np.int64)
    np.testing.assert_array_equal(ops.Clamp(-1e30, 1e30).evaluate(x), x)
    np.testing.assert_array_equal(ops.Clamp(-2.5, float("inf")).evaluate(x), np.array([-2, -2, 5, 2**62]))


@pytest.mark.parametrize("size", [3, 5])
def test_lrn_against_onnxruntime(size: int) -> None:
    x = normal(2, 7, 3, 4)
    expected = onnx_run("LRN", 13, {"x": x}, ["x"], size=size, alpha=0.2, beta=0.6, bias=1.5)
    np.testing.assert_allclose(ops.LRN(0.2, 0.6, 1.5, size).evaluate(x, i64(1)), expected, atol=1e-6)


def test_lrn_of_an_even_size_is_one_longer_after() -> None:
    x = np.array([1, 2, 3, 4], np.float32).reshape(1, 4, 1, 1)
    squares = np.array([1 + 4, 4 + 9, 9 + 16, 16]).reshape(1, 4, 1, 1)  # ONNX: floor((size-1)/2) before, the rest after
    expected = x / (1.5 + 0.2 / 2 * squares) ** 0.6
    np.testing.assert_allclose(ops.LRN(0.2, 0.6, 1.5, 2).evaluate(x, i64(1)), expected, atol=1e-6)


@pytest.mark.parametrize(("size", "stride", "pad"), [(8, 2, 1), (9, 2, 1), (7, 3, 1), (5, 3, 0)])
@pytest.mark.parametrize("include", [False, True])
def test_average_that_rounds_up_as_torch_does(size: int, stride: int, pad: int, include: bool) -> None:
    x = normal(1, 3, size, size)
    attributes = {"kernel_shape": [3, 3], "strides": [stride, stride], "pads": [pad] * 4, "ceil_mode": 1}
    expected = onnx_run("AveragePool", 19, {"x": x}, ["x"], count_include_pad=int(include), **attributes)
    op = ops.AvgPool14((stride,) * 2, (pad,) * 2, (pad,) * 2, (3, 3), not include, rounding_type="ceil_torch")
    np.testing.assert_allclose(op.evaluate(x), expected, atol=1e-6)


@pytest.mark.parametrize("sizes", [(4, 3), (12, 9), (9, 8), (3, 16)])
def test_linear_antialias_against_onnxruntime(sizes: tuple[int, int]) -> None:
    x = normal(1, 3, 9, 8)
    feeds = {"x": x, "sizes": i64(1, 3, *sizes)}
    expected = onnx_run("Resize", 18, feeds, ["x", "", "", "sizes"], mode="linear", antialias=1, exclude_outside=1)
    op = ops.Interpolate("linear", "sizes", antialias=True)
    y = op.evaluate(x, i64(*sizes), np.array([1, 1], np.float32), i64(2, 3))
    np.testing.assert_allclose(y, expected, atol=1e-5)


@pytest.mark.parametrize("coordinate", ["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"])
@pytest.mark.parametrize(("mode", "ours"), [("linear", "linear_onnx"), ("cubic", "cubic"), ("nearest", "nearest")])
@pytest.mark.parametrize("sizes", [(9, 11), (3, 2), (1, 5)])
def test_resize_against_onnxruntime(coordinate: str, mode: str, ours: str, sizes: tuple[int, int]) -> None:
    x = normal(1, 3, 5, 6)
    feeds = {"x": x, "sizes": i64(1, 3, *sizes)}
    more = {"nearest_mode": "floor"} if mode == "nearest" else {}
    expected = onnx_run(
        "Resize", 13, feeds, ["x", "", "", "sizes"], mode=mode, coordinate_transformation_mode=coordinate, **more
    )
    op = ops.Interpolate(ours, "sizes", coordinate, "floor")
    y = op.evaluate(x, i64(*sizes), np.array([1, 1], np.float32), i64(2, 3))
    np.testing.assert_allclose(y, expected, atol=2e-5)


def test_topk_of_equal_values_takes_the_first() -> None:
    x = np.array([[2, 1, 2, 1]], np.float32)
    values, indices = ops.TopK(1, "min", "value", "i64").evaluate(x, scalar(3, "i8"))
    np.testing.assert_array_equal(values, [[1, 1, 2]])
    np.testing.assert_array_equal(indices, [[1, 3, 0]])


def test_a_window_without_data_averages_to_zero() -> None:
    op = ops.AvgPool((3,), (0,), (1,), (2,), True, "ceil")
    np.testing.assert_array_equal(op.evaluate(np.ones((1, 1, 5), np.float32)), np.array([[[1, 1, 0]]], np.float32))


def test_half_precision_sums_are_taken_in_single() -> None:
    x = np.full((1, 4096), 0.1, np.float16)
    y = ops.MatMul(False, True).evaluate(x, x)
    exact = (x.astype(np.float64) ** 2).sum()
    assert y.dtype == np.float16
    assert abs(float(y[0, 0]) - exact) / exact < 1e-3
