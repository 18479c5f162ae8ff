"""compile_time and startup beside another version, with environments that only note what they are asked."""

import argparse
from pathlib import Path

import pytest

from benchmarks import compile_time, startup
from benchmarks.environment import Environment
from benchmarks.models import Model

MODEL = Model("m", "m.onnx", {})


class Noting(Environment):
    """Takes so many seconds for a first compile, a tenth for the next, as its caches tell."""

    version = "dldt 1"
    log: list[str] = []

    def __init__(self, python="ours", seconds=1.0):
        super().__init__(python)
        self.seconds = seconds

    def compile(self, model, path, *options, variables=None):
        caches = [
            Path((variables or {}).get(name, path.parent / "none")) for name in ("DLDT_CACHE", "PYTHONPYCACHEPREFIX")
        ]
        known = [cache.is_dir() for cache in caches]
        for cache in caches:
            cache.mkdir(exist_ok=True)
        self.log.append(f"{self.python} {'again' if all(known) else 'first' if not any(known) else 'mixed'}")
        return self.seconds / 10 if all(known) else self.seconds

    def ask(self, code, *words, variables=None):
        self.log.append(self.python)
        times = [900.0, 30.0 * self.seconds] if "numpy" in code else [700.0, 4.0 * self.seconds]
        return str(times[sum(entry == self.python for entry in self.log) > 2])


@pytest.fixture(autouse=True)
def noting(monkeypatch):
    monkeypatch.setattr(Noting, "log", [])
    for module in (compile_time, startup):
        monkeypatch.setattr(module, "Environment", Noting)
        monkeypatch.setattr(module, "select", lambda names: ([MODEL], []))


def test_compiles_take_turns_with_caches_of_their_own():
    found = compile_time.in_turns(MODEL, {"ours": Noting(), "theirs": Noting("theirs", 2.0)}, 2)
    assert Noting.log == 2 * ["ours first", "theirs first", "ours again", "theirs again"]
    assert found == {
        ("ours", "first"): [1, 1],
        ("ours", "again"): [0.1, 0.1],
        ("theirs", "first"): [2, 2],
        ("theirs", "again"): [0.2, 0.2],
    }


@pytest.mark.parametrize(("seconds", "ratio", "code"), [(2.0, "0.50", 0), (0.95, "1.05", 0), (0.9, "1.11", 1)])
def test_the_table_of_compile_times(seconds, ratio, code, capsys):
    arguments = argparse.Namespace(against=Noting("theirs", seconds), models=["m"], rounds=1)
    assert compile_time.beside(arguments) == code
    *_, row, mean = capsys.readouterr().out.splitlines()
    assert row.split() == ["m", "1.00", f"{seconds:.2f}", ratio, "0.10", f"{seconds / 10:.2f}", ratio]
    assert mean.split() == ["geometric", "mean", ratio, ratio]
    assert [mean.index(ratio), mean.rindex(ratio)] == [row.index(ratio), row.rindex(ratio)]


def test_the_table_of_startup(capsys):
    """The first round writes the bytecode and does not count."""
    assert startup.beside(Noting("theirs", 2.0)) == 0
    *_, imported, opened = capsys.readouterr().out.splitlines()
    assert imported.split()[-3:] == ["30.00", "60.00", "0.50"]
    assert opened.split()[-3:] == ["4.00", "8.00", "0.50"]
    asked = [name for name in Noting.log if " " not in name]
    assert asked == ["ours", "theirs"] * (2 * (1 + startup.ROUNDS))
