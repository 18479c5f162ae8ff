"""One compiled model for the tests of the commands."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from tests.errors.commands import command

DIGITS = Path(__file__).resolve().parents[2] / "examples" / "digits"


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """examples/digits compiled by the command: the artifact, and the finished process."""
    artifact = tmp_path_factory.mktemp("digits") / "digits.so"
    return artifact, command("compile", DIGITS / "digits.onnx", "-o", artifact)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """The test pictures and onnxruntime's outputs for them, as files."""
    folder = tmp_path_factory.mktemp("pictures")
    images = np.load(DIGITS / "test_images.npz")["images"]
    outputs = onnxruntime.InferenceSession(DIGITS / "digits.onnx").run(None, {"image": images})
    np.save(folder / "images.npy", images)
    np.savez(folder / "expected.npz", digit=outputs[0])
    return folder
