import pytest

from dldt import runtime
from dldt.codegen.host import resolve_target
from tests.codegen.artifact import HANG, build, build_pair, build_scale, describe
from tests.codegen.step_models import adding, counting, finding


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


@pytest.fixture(scope="session")
def counting_path(tmp_path_factory):
    """An artifact whose run takes x[0] turns, each of which adds one to all of y."""
    return counting().build(tmp_path_factory.mktemp("counting") / "counting.so")


@pytest.fixture(scope="session")
def finding_path(tmp_path_factory):
    """An artifact that finds the shape of y: x[0] rows of two numbers; x[1] must be at most x[0]."""
    return finding().build(tmp_path_factory.mktemp("finding") / "finding.so")


@pytest.fixture(scope="session")
def adding_path(tmp_path_factory):
    """An artifact that adds x to the state variable ``total``, and answers it."""
    return adding().build(tmp_path_factory.mktemp("adding") / "adding.so")


@pytest.fixture
def build_arena(tmp_path):
    """A function that builds an artifact whose runs need so many bytes of arena."""
    return lambda size: build_scale(tmp_path / f"arena{size}.so", arena=size)
