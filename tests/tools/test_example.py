"""The README's main job."""

import re
import subprocess
import sys

import numpy as np

from tests.tools.conftest import DIGITS


def test_the_example_recognises_digits():
    done = subprocess.run([sys.executable, DIGITS / "run.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(re.search(r"accuracy  ([0-9.]+)", done.stdout)[1]) >= 0.97


def test_the_pictures_are_those_that_were_not_trained_on():
    from sklearn.datasets import load_digits

    data = np.load(DIGITS / "test_images.npz")
    assert data["images"].shape == (360, 1, 8, 8)
    order = np.random.default_rng(20240501).permutation(1797)[1797 * 4 // 5 :]
    assert np.array_equal(data["labels"], load_digits().target[order])
