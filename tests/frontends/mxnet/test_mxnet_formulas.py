"""What MXNet 1.9.1 runs on no CPU, or not at all, beside formulas in numpy."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.mxnet.symbol_writer import SymbolWriter

RANDOM = np.random.default_rng(4)


def answers(folder, op, *arrays, **attributes):
    """What both the interpreter and native code make of a node."""
    net = SymbolWriter()
    inputs = [net.input(f"x{i}", array) for i, array in enumerate(arrays)]
    path = net.save(folder, net.op(op, *inputs, **attributes))
    graph = read_model(path, inputs={name: array.shape for name, array in net.inputs.items()})
    (first,) = interpret(graph, net.inputs).values()
    (second,) = load(compile_model(graph, folder / "m.so", threads=1), threads=1).run(net.inputs).values()
    return first, second


def check(found, wanted):
    for each in found:
        assert each.shape == wanted.shape
        np.testing.assert_allclose(each, wanted, rtol=1e-5, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.parametrize("size", [8, 6])
def test_fourier_transforms(size, tmp_path):
    x = RANDOM.standard_normal((3, size)).astype(np.float32)
    spectrum = np.fft.fft(x)
    pairs = np.stack([spectrum.real, spectrum.imag], -1).reshape(3, -1).astype(np.float32)
    check(answers(tmp_path, "_contrib_fft", x), pairs)
    check(answers(tmp_path, "_contrib_ifft", pairs), x * size)


def windows(x, kernel, stride):
    """ceil(size / stride) windows, each from a multiple of the stride on."""
    return [x[..., at : at + kernel] for at in range(0, x.shape[-1], stride)]


@pytest.mark.parametrize("kind", ["max", "avg", "sum"])
def test_pooling_convention_same(kind, tmp_path):
    x = RANDOM.standard_normal((2, 3, 10)).astype(np.float32)
    reduce = {"max": np.max, "avg": np.mean, "sum": np.sum}[kind]
    wanted = np.stack([reduce(part, axis=-1) for part in windows(x, 3, 2)], -1)
    options = {"kernel": "(3,)", "stride": "(2,)", "pooling_convention": "same"}
    check(answers(tmp_path, "Pooling", x, pool_type=kind, **options), wanted)


def cell_means(x, box, scale, size, outputs):
    """Position-sensitive pooling of one region."""
    low = np.round(box[:2]) * scale
    step = np.maximum((np.round(box[2:]) + 1) * scale - low, 0.1) / size
    made = np.zeros((outputs, size, size))
    for o, i, j in np.ndindex(made.shape):
        first = np.floor(low + np.array([j, i]) * step).astype(int)
        last = np.ceil(low + np.array([j + 1, i + 1]) * step).astype(int)
        bounds = np.array(x.shape[2:0:-1])
        first, last = np.clip(first, 0, bounds), np.clip(last, 0, bounds)
        cell = x[(o * size + i) * size + j, first[1] : last[1], first[0] : last[0]]
        made[o, i, j] = cell.mean() if cell.size else 0
    return made


def test_position_sensitive_pooling(tmp_path):
    x = RANDOM.standard_normal((2, 8, 9, 10)).astype(np.float32)
    rois = np.array([[0, 1, 2, 12, 15], [1, 3, 0, 9, 8]], np.float32)
    wanted = np.stack([cell_means(x[int(roi[0])], roi[1:], 0.5, 2, 2) for roi in rois]).astype(np.float32)
    found = answers(tmp_path, "_contrib_PSROIPooling", x, rois, spatial_scale=0.5, output_dim=2, pooled_size=2)
    check(found, wanted)
