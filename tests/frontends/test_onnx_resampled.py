"""Resize where it is made of gathers and weights: with factors that are inputs, and in what Interpolate lacks."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.errors import InputError
from dldt.compiler.interpret import interpret
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import feeds_of, model_of, reference, save

X = np.random.default_rng(4).standard_normal((1, 2, 7, 6)).astype(np.float32)
NO_ROI = np.zeros(0, np.float32)
UP, DOWN = (np.array([1, 1, *each], np.float32) for each in ((1.7, 2.5), (0.6, 0.45)))
ROI = np.array([0, 0, 0.2, 0.1, 1, 1, 0.8, 1.2], np.float32)
MODES = ("nearest", "linear", "cubic")


@pytest.mark.parametrize("scales", [UP, DOWN], ids=["up", "down"])
@pytest.mark.parametrize("coordinates", ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"])
@pytest.mark.parametrize("mode", MODES)
def test_factors_that_are_inputs(mode, coordinates, scales, tmp_path):
    inputs = [X, NO_ROI, scales]
    attributes = dict(mode=mode, coordinate_transformation_mode=coordinates)
    check(model_of("Resize", inputs, 13, constants=(1,), **attributes), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("constants", [(1, 2), (1,)], ids=["constant", "input"])
def test_antialias(mode, constants, tmp_path):
    inputs = [X, NO_ROI, DOWN]
    check(model_of("Resize", inputs, 18, constants, mode=mode, antialias=1), inputs, tmp_path, rtol=1e-4)


def test_weights_of_what_is_outside_are_left_out(tmp_path):
    inputs = [X, NO_ROI, UP]
    check(model_of("Resize", inputs, 13, (1, 2), mode="cubic", exclude_outside=1), inputs, tmp_path, rtol=1e-4)


def test_crop(tmp_path):
    inputs = [X, ROI, NO_ROI, np.array([1, 2, 5, 8])]
    attributes = dict(mode="linear", coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=9.0)
    check(model_of("Resize", inputs, 13, (1, 2, 3), **attributes), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("policy", ["not_larger", "not_smaller"])
def test_aspect_ratio(policy, tmp_path):
    inputs = [X, NO_ROI, NO_ROI, np.array([14, 9])]
    attributes = dict(axes=[2, 3], keep_aspect_ratio_policy=policy)
    check(model_of("Resize", inputs, 18, (1, 2, 3), **attributes), inputs, tmp_path)


def check(model, inputs, folder, rtol=1e-5):
    feeds = feeds_of(model, inputs)
    found, want = interpret(import_onnx(save(model, folder)), feeds)["y0"], reference(model, feeds)[0]
    assert (found.dtype, found.shape) == (want.dtype, want.shape)
    np.testing.assert_allclose(found, want, rtol=rtol, atol=rtol)


def test_crop_without_a_part(tmp_path):
    inputs = [X, NO_ROI, UP]
    model = model_of("Resize", inputs, 13, (1, 2), coordinate_transformation_mode="tf_crop_and_resize")
    with pytest.raises(InputError, match="tf_crop_and_resize needs a roi of 8 numbers"):
        import_onnx(save(model, tmp_path))
