import numpy as np
import pytest

from dldt import runtime
from tests.codegen.artifact import build_scale

SHIFT = np.float32([0, 1, 2, 3])


@pytest.fixture(scope="session")
def scale_path(tmp_path_factory):
    """An artifact with one free dim: y = 2 * x + (0, 1, 2, 3, 0, 1, ...)."""
    return build_scale(tmp_path_factory.mktemp("scale") / "scale.so")


@pytest.fixture
def scale(scale_path):
    with runtime.load(scale_path, threads=1) as model:
        yield model
