"""What MXNet 1.9.1 runs on no CPU, or not at all, beside formulas in numpy."""

from __future__ import annotations

import numpy as np
import openvino
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model, save_model
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


def moved_mean(x, box, moves, scale, size, samples, spread):
    """Position-sensitive pooling of one region whose cells are moved: the mean of ``samples`` by ``samples`` pixels."""
    low = np.round(box[:2]) * scale - 0.5
    extent = np.maximum((np.round(box[2:]) + 1) * scale - 0.5 - low, 0.1)
    outputs, bounds = len(x) // size**2, np.array(x.shape[2:0:-1])
    made = np.zeros((outputs, size, size))
    for o, i, j in np.ndindex(made.shape):
        move = moves[o // (outputs // (len(moves) // 2)) * 2 :][:2, i, j] * spread
        start = low + np.array([j, i]) * extent / size + move * extent
        places = [start + np.array([b, a]) * extent / size / samples for a, b in np.ndindex(samples, samples)]
        inside = [place for place in places if (place >= -0.5).all() and (place <= bounds - 0.5).all()]
        found = [between(x[(o * size + i) * size + j], np.clip(place, 0, bounds - 1)) for place in inside]
        made[o, i, j] = np.mean(found) if found else 0
    return made


def between(x, place):
    """The pixel at a place between four."""
    (left, top), (right, bottom) = np.floor(place).astype(int), np.ceil(place).astype(int)
    h, v = place - (left, top)
    first, second = (x[row, left] * (1 - h) + x[row, right] * h for row in (top, bottom))
    return first * (1 - v) + second * v


@pytest.mark.parametrize("classes", [1, 2])
def test_position_sensitive_pooling_of_moved_cells(classes, tmp_path):
    x = RANDOM.standard_normal((2, 8, 9, 10)).astype(np.float32)
    rois = np.array([[0, 1, 2, 12, 15], [1, 3, 0, 9, 8]], np.float32)
    moves = RANDOM.standard_normal((2, 2 * classes, 2, 2)).astype(np.float32)
    wanted = [moved_mean(x[int(r[0])], r[1:], m, 0.5, 2, 3, 0.1) for r, m in zip(rois, moves, strict=True)]
    fields = {"spatial_scale": 0.5, "output_dim": 2, "group_size": 2, "pooled_size": 2, "part_size": 2}
    fields |= {"sample_per_part": 3, "trans_std": 0.1, "no_trans": False}
    found = answers(tmp_path, "_contrib_DeformablePSROIPooling", x, rois, moves, **fields)
    check(found, np.stack(wanted).astype(np.float32))


@pytest.mark.parametrize("op", ["_copyto", "_CrossDeviceCopy"])
def test_copies(op, tmp_path):
    x = RANDOM.standard_normal((2, 3)).astype(np.float32)
    check(answers(tmp_path, op, x), x)


def test_parameters_of_recurrent_layers_are_one_vector(tmp_path):
    first, second = (RANDOM.standard_normal(size).astype(np.float32) for size in (6, 4))
    check(answers(tmp_path, "_rnn_param_concat", first, second, dim=0), np.concatenate([first, second]))


def test_zeros_without_a_type_are_floats(tmp_path):
    net = SymbolWriter()
    zeros = net.op("_zeros_without_dtype", shape="(2, 3)", dtype=-1)
    path = net.save(tmp_path, net.op("elemwise_add", net.input("x"), zeros))
    x = RANDOM.standard_normal((2, 3)).astype(np.float32)
    check(interpret(read_model(path, inputs={"x": x.shape}), {"x": x}).values(), x)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("op", ["SequenceLast", "SequenceReverse"])
def test_openvino_picks_from_sequences_of_any_batch(op, batch, tmp_path):
    x = RANDOM.standard_normal((5, batch, 2)).astype(np.float32)
    length = np.array([3, 5, 1][:batch], np.float32)
    wanted = x.copy()
    for item, count in enumerate(length.astype(int)):
        wanted[:count, item] = x[:count, item][::-1]
    wanted = wanted if op == "SequenceReverse" else wanted[0]
    net = SymbolWriter()
    path = net.save(tmp_path, net.op(op, net.input("x"), net.input("length"), use_sequence_length=True))
    graph = read_model(path, inputs={"x": (5, "N", 2), "length": ("N",)})
    saved = save_model(graph, tmp_path / "m.xml")
    found = openvino.Core().compile_model(saved, "CPU")({"x": x, "length": length})
    check([interpret(graph, {"x": x, "length": length})[graph.outputs[0].name], found[0]], wanted)


@pytest.mark.parametrize("size", [5, 40, 700])
@pytest.mark.parametrize("ascending", [False, True])
def test_of_equal_elements_the_lower_place_comes_first(ascending, size, tmp_path):
    x = RANDOM.integers(0, 4, (3, size)).astype(np.float32)
    order = np.argsort(x if ascending else -x, axis=1, kind="stable").astype(np.float32)
    for number, (op, count) in enumerate({"argsort": size, "topk": min(size, 30)}.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        options = {"is_ascend": ascending, **({"k": count} if op == "topk" else {})}
        for each in answers(folder, op, x, **options):
            np.testing.assert_array_equal(each, order[:, :count])
