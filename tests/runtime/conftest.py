import pytest

from dldt import runtime
from dldt.codegen.host import resolve_target
from tests.codegen.artifact import HANG, build, build_pair, build_scale, describe


@pytest.fixture(scope="session")
def scale_path(tmp_path_factory):
    """An artifact with one free dim: y = 2 * x + (0, 1, 2, 3, 0, 1, ...)."""
    return build_scale(tmp_path_factory.mktemp("scale") / "scale.so")


@pytest.fixture
def scale(scale_path):
    with runtime.load(scale_path, threads=1) as model:
        yield model


@pytest.fixture
def hanging(tmp_path):
    """An artifact that waits until x[0] is no longer 0."""
    metadata = describe([("x", "i32", [1])], [("y", "i32", [1])], target=resolve_target("host"), name="hang")
    build(HANG, metadata, tmp_path / "hang.so")
    with runtime.load(tmp_path / "hang.so", threads=1) as model:
        yield model


@pytest.fixture(scope="session")
def pair_path(tmp_path_factory):
    """An artifact with two inputs that share a free dim: a + b, and (a, b) side by side."""
    return build_pair(tmp_path_factory.mktemp("pair") / "pair.so")


@pytest.fixture
def pair(pair_path):
    with runtime.load(pair_path) as model:
        yield model
