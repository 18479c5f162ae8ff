"""What holds for all tests: the kernels of this run alone are found compiled, never those of the user's cache. And the
options of single tests.

With DLDT_HOST_LEVEL set, this machine counts as one of that level for the tests as well: what needs more is skipped.

Of tests that are marked ``one_in(count)`` so many cases run, and the last lines say how many are left to --all-cases:
there are thousands, and each is compiled. Of the cases of one test for a named level of the processor, beside those for
this machine, every second one runs. What hypothesis tries is the same in every run, and other with --all-cases.
"""

import hypothesis
import pytest

from dldt.codegen.host import resolve_target
from dldt.compiler.options import HOST_LEVEL
from dldt.runtime import cpu

LEFT = pytest.StashKey[int]()
LEVELS = ("x86-64-v2", "x86-64-v3", "x86-64-v4")


def pytest_configure(config):
    config.addinivalue_line("markers", "one_in(count): one of so many cases runs, all of them with --all-cases")
    config.stash[LEFT] = 0
    hypothesis.settings.register_profile("dldt", derandomize=not config.getoption("--all-cases"), deadline=None)
    hypothesis.settings.load_profile("dldt")
    if not HOST_LEVEL.value:
        return
    features = resolve_target("host").features
    cpu.missing = lambda wanted: [feature for feature in wanted if feature not in features]


def pytest_addoption(parser):
    parser.addoption("--all-dim-names", action="store_true", help="free dims with every internal name (minutes)")
    parser.addoption("--all-cases", action="store_true", help="every case of tests that are thinned out (minutes)")


def one_in(item):
    """Of so many cases like this one, one runs."""
    mark = item.get_closest_marker("one_in")
    if mark:
        return mark.args[0]
    level = item.callspec.params.get("level") if hasattr(item, "callspec") else None
    return 2 if isinstance(level, str) and level in LEVELS else 1


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all-cases"):
        return
    seen, kept, left = {}, [], []
    for item in items:
        share = one_in(item)
        place = seen[item.function] = seen.get(item.function, -1) + 1 if share > 1 else 0
        (left if place % share else kept).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)
    config.stash[LEFT] = len(left)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left"] = len(left)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """A process of xdist ends, and says how many cases it left: all leave the same."""
    node.config.stash[LEFT] = getattr(node, "workeroutput", {}).get("left", 0)


def pytest_terminal_summary(terminalreporter, config):
    if config.stash[LEFT]:
        terminalreporter.write_line(f"{config.stash[LEFT]} native cases were left to --all-cases")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DLDT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
