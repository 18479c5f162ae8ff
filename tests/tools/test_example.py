"""The README's main job."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

from dldt.codegen.target import TARGETS
from dldt.runtime import cpu
from tests.errors.commands import command
from tests.tools.conftest import DIGITS

LEVELS = ("x86-64-v3", "x86-64-v4")


@pytest.fixture(params=["", *LEVELS], ids=["host", *LEVELS])
def level(request):
    """The environment of a machine of that level; of this one."""
    if request.param and (cpu.arch() != "x86_64" or cpu.missing(list(TARGETS[request.param].features))):
        pytest.skip(f"this processor is no {request.param}")
    return os.environ | ({"DLDT_HOST_LEVEL": request.param} if request.param else {})


def test_the_commands_do_the_same(level, tmp_path):
    done = command("compile", DIGITS / "digits.onnx", "-o", tmp_path / "d.so", env=level)
    assert done.returncode == 0, done.stderr
    if "DLDT_HOST_LEVEL" in level and level["DLDT_HOST_LEVEL"] == "x86-64-v3":
        assert "host (256-bit vectors)" in done.stdout
    done = command("run", tmp_path / "d.so", "--top", "1", env=level)
    assert done.returncode == 0, done.stderr
    assert "top:" in done.stdout


def test_the_example_recognises_digits(level):
    done = subprocess.run([sys.executable, DIGITS / "run.py"], capture_output=True, text=True, check=False, env=level)
    assert done.returncode == 0, done.stderr
    assert float(re.search(r"accuracy  ([0-9.]+)", done.stdout)[1]) >= 0.97


def test_the_pictures_are_those_that_were_not_trained_on():
    from sklearn.datasets import load_digits

    data = np.load(DIGITS / "test_images.npz")
    assert data["images"].shape == (360, 1, 8, 8)
    order = np.random.default_rng(20240501).permutation(1797)[1797 * 4 // 5 :]
    assert np.array_equal(data["labels"], load_digits().target[order])


def test_the_speech_example_hears_vowels():
    folder = DIGITS.parent / "speech"
    done = subprocess.run([sys.executable, folder / "run.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "heard oeia           spoken oeia" in done.stdout
    assert float(re.search(r"accuracy  ([0-9.]+)", done.stdout)[1]) >= 0.97
