"""What holds for all tests: the kernels of this run alone are found compiled, never those of the user's cache. And the
options of single tests.

With DLDT_HOST_LEVEL set, this machine counts as one of that level for the tests as well: what needs more is skipped.
"""

import pytest

from dldt.codegen.host import resolve_target
from dldt.compiler.options import HOST_LEVEL
from dldt.runtime import cpu


def pytest_configure():
    if not HOST_LEVEL.value:
        return
    features = resolve_target("host").features
    cpu.missing = lambda wanted: [feature for feature in wanted if feature not in features]


def pytest_addoption(parser):
    parser.addoption("--all-dim-names", action="store_true", help="free dims with every internal name (minutes)")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLDT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
