"""What holds for all tests: the kernels of this run alone are found compiled, never those of the user's cache. And the
options of single tests."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--all-dim-names", action="store_true", help="free dims with every internal name (minutes)")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLDT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
