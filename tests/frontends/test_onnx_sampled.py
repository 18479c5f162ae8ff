"""Regions, moved taps, spectra and random numbers: beside onnxruntime and numpy, and by their distributions."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import check, feeds_of, model_of, reference, save

RANDOM = np.random.default_rng(6)
X = RANDOM.standard_normal((2, 3, 9, 8)).astype(np.float32)
ROIS = np.array([[0, 0, 7, 5], [2, 1, 4.5, 8.5], [-3, 2, 20, 30]], np.float32)


def run(model, folder, **feeds):
    return interpret(import_onnx(save(model, folder)), feeds)["y0"]


@pytest.mark.parametrize("mode", ["avg", "max"])
@pytest.mark.parametrize("where", ["half_pixel", "output_half_pixel"])
def test_regions(where, mode, tmp_path):
    inputs = [X, ROIS, np.array([0, 1, 1])]
    attributes = dict(mode=mode, coordinate_transformation_mode=where, spatial_scale=0.75)
    sizes = dict(output_height=3, output_width=2, sampling_ratio=2)
    check(model_of("RoiAlign", inputs, 16, **attributes, **sizes), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("where", ["half_pixel", "output_half_pixel"])
def test_regions_with_as_many_samples_as_pixels(where, tmp_path):
    inputs = [X, ROIS, np.array([0, 1, 1])]
    attributes = dict(coordinate_transformation_mode=where, spatial_scale=0.75, output_height=2, output_width=1)
    check(model_of("RoiAlign", inputs, 16, **attributes), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("groups", [(1, 1), (1, 3), (3, 1)], ids=str)
def test_taps_that_are_moved(groups, tmp_path):
    group, offset_group = groups
    weights = RANDOM.standard_normal((6, 3 // group, 3, 2)).astype(np.float32)
    offset = RANDOM.standard_normal((2, offset_group * 12, 5, 7)).astype(np.float32)
    mask = RANDOM.random((2, offset_group * 6, 5, 7)).astype(np.float32)
    inputs = [X, weights, offset, np.arange(6, dtype=np.float32), mask]
    attributes = dict(group=group, offset_group=offset_group, strides=[2, 1], pads=[1, 0, 1, 0])
    check(model_of("DeformConv", inputs, 19, **attributes), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("length", [None, 6, 13])
@pytest.mark.parametrize("onesided", [0, 1])
def test_transform_of_real_numbers(length, onesided, tmp_path):
    x = RANDOM.standard_normal((3, 9, 2, 1)).astype(np.float32)
    inputs = [x, None if length is None else np.array(length), np.array(1)]
    model = model_of("DFT", inputs, 20, onesided=onesided)
    found = run(model, tmp_path, **feeds_of(model, inputs))
    want = (np.fft.rfft if onesided else np.fft.fft)(x[..., 0], length, axis=1)
    np.testing.assert_allclose(found[..., 0] + 1j * found[..., 1], want, atol=1e-4)


def test_transform_back(tmp_path):
    x = RANDOM.standard_normal((3, 10, 2)).astype(np.float32)
    spectrum = np.fft.fft(x[..., 0] + 1j * x[..., 1], axis=1)
    given = np.stack([spectrum.real, spectrum.imag], -1).astype(np.float32)
    found = run(model_of("DFT", [given], 20, inverse=1), tmp_path, x0=given)
    np.testing.assert_allclose(found, x, atol=1e-5)


@pytest.mark.parametrize("length", [8, 9])
def test_one_sided_spectrum_back(length, tmp_path):
    half = np.fft.rfft(RANDOM.standard_normal((2, length)), axis=1)
    given = np.stack([half.real, half.imag], -1).astype(np.float32)
    model = model_of("DFT", [given, np.array(length)], 20, inverse=1, onesided=1)
    found = run(model, tmp_path, x0=given, x1=np.array(length))
    np.testing.assert_allclose(found[..., 0], np.fft.irfft(half, length, axis=1), atol=1e-5)


def test_transforms_of_windows(tmp_path):
    signal, window = RANDOM.standard_normal((2, 50, 1)).astype(np.float32), np.hanning(16).astype(np.float32)
    inputs = [signal, np.array(5), window]
    model = model_of("STFT", inputs, 17, constants=(1,))
    feeds = feeds_of(model, inputs)
    np.testing.assert_allclose(run(model, tmp_path, **feeds), reference(model, feeds)[0], atol=1e-4)


def test_uniform_numbers(tmp_path):
    x = np.zeros((100, 200), np.float32)
    a, b = (run(model_of("RandomUniformLike", [x], 13, low=-1.0, high=3.0, seed=s), tmp_path, x0=x) for s in (1.0, 2.0))
    again = run(model_of("RandomUniformLike", [x], 13, low=-1.0, high=3.0, seed=1.0), tmp_path, x0=x)
    np.testing.assert_array_equal(a, again)
    assert not np.array_equal(a, b)
    assert a.min() >= -1
    assert a.max() < 3
    assert np.histogram(a, 16, (-1, 3))[0] == pytest.approx(np.full(16, 1250), abs=200)
    assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(a.ravel()[1:], a.ravel()[:-1])[0, 1]) < 0.03


def test_normal_numbers(tmp_path):
    found = run(model_of("RandomNormal", [], 13, shape=[20000], mean=2.0, scale=3.0, seed=4.0), tmp_path)
    assert found.mean() == pytest.approx(2, abs=0.1)
    assert found.std() == pytest.approx(3, abs=0.1)
    assert np.mean(np.abs(found - 2) < 3) == pytest.approx(0.683, abs=0.02)


def test_drawn_classes(tmp_path):
    x = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 1e-9]], np.float32))
    found = run(model_of("Multinomial", [x], 13, sample_size=10000, seed=1.0, dtype=7), tmp_path, x0=x)
    shares = np.stack([np.bincount(row, minlength=3) for row in found]) / 10000
    np.testing.assert_allclose(shares, np.exp(x), atol=0.02)


def test_what_is_refused(tmp_path):
    inputs = [X, ROIS, np.array([0, 1, 1])]
    with pytest.raises(UnsupportedError, match="whose number follows from the size of each region"):
        import_onnx(save(model_of("RoiAlign", inputs, 16, mode="max"), tmp_path))
    with pytest.raises(InputError, match=r"must be 1 \(real numbers\) or 2"):
        import_onnx(save(model_of("DFT", [X], 20), tmp_path))
