"""The measurements measure what they say: models, weights, errors, memory."""

import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from benchmarks import accuracy, compile_time, models
from benchmarks.random_weights import randomise
from dldt.codegen.target import TARGETS
from tests.codegen.qemu import require_emulator


def light(name):
    return next(model for model in models.MODELS if model.name == name)


def test_random_weights_are_sound_and_seeded():
    source = onnx.load(light("squeezenet").source)
    one, other = (
        randomise(onnx.ModelProto.FromString(source.SerializeToString()), np.random.default_rng(1)) for _ in "ab"
    )
    assert one.SerializeToString() == other.SerializeToString()
    onnx.checker.check_model(one, full_check=True)
    assert not [node for node in one.graph.node if node.op_type == "ConstantOfShape"]
    assert [value.name for value in one.graph.input] == ["data_0"]


def test_random_weights_keep_the_scale_of_activations():
    """He: the deviation of a convolution's weights is sqrt(2 / fan-in); statistics of BatchNorm are positive."""
    proto = randomise(onnx.load(light("resnet50").source), np.random.default_rng(1))
    weights = {item.name: numpy_helper.to_array(item) for item in proto.graph.initializer}
    for node in proto.graph.node:
        if node.op_type == "Conv":
            weight = weights[node.input[1]]
            assert weight.std() == pytest.approx((2 / np.prod(weight.shape[1:])) ** 0.5, rel=0.1)
        if node.op_type == "BatchNormalization":
            assert weights[node.input[4]].min() > 0


def test_the_error_is_relative_to_the_largest_number():
    a, b = np.array([1.0, 2.0, 4.5]), np.array([1.0, 2.0, 4.0])
    assert accuracy.relative_error([a], [b]) == pytest.approx(0.125)
    assert accuracy.relative_error([a, b], [a, b]) == 0
    assert accuracy.relative_error([a[:2]], [b]) == float("inf")
    assert np.isnan(accuracy.relative_error([np.array([np.nan])], [np.array([1.0])]))
    assert np.isnan(accuracy.relative_error([np.array([np.nan]), a], [np.array([1.0]), b]))


def test_models_that_are_not_there_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("DLDT_MODELS", str(tmp_path))
    found, missing = models.select(["squeezenet", "magika"])
    assert [model.name for model in found] == ["squeezenet"]
    assert missing == ["magika: not found (model.onnx)"]
    with pytest.raises(SystemExit, match="no model nonesuch"):
        models.select(["nonesuch"])


def test_inputs_are_seeded_and_have_the_batch_asked_for():
    model = light("squeezenet")
    assert models.random_inputs(model, batch=3)["data_0"].shape == (3, 3, 224, 224)
    one, other = models.random_inputs(model), models.random_inputs(model)
    assert np.array_equal(one["data_0"], other["data_0"])


def test_the_memory_of_child_processes_counts():
    child = "import time; x = bytearray(60 << 20); x[::4096] = b'1' * len(x[::4096]); time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    seconds, peak, code = compile_time.watch([sys.executable, "-c", parent])
    assert code == 0
    assert seconds > 0.5
    assert peak > 60


@pytest.mark.parametrize(
    "name",
    [
        "accuracy",
        "chart",
        "peers",
        "convolutions",
        "compile_time",
        "roofline",
        "levels",
        "readme",
        "opening",
        "threads",
        "identical",
        "startup",
    ],
)
def test_every_measurement_has_help(name):
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--help"], capture_output=True, text=True, check=True
    )
    assert f"python -m benchmarks.{name}" in done.stdout


def test_a_whole_model_for_another_architecture(tmp_path):
    found, missing = models.select(["mtcnn_pnet"])
    if missing:
        pytest.skip(missing[0])
    require_emulator(TARGETS["aarch64"])
    error, _ = accuracy.directly(found[0], tmp_path, "aarch64")
    assert error < 1e-5


def test_what_cannot_be_emulated_is_said(monkeypatch):
    monkeypatch.setattr(accuracy.cpu, "arch", lambda: "m68k")
    monkeypatch.setattr(accuracy.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"this machine does not run aarch64: install qemu-user \(no qemu-aarch64"):
        accuracy._require_machine("aarch64")
