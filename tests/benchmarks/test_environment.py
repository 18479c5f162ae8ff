"""Another environment: what is refused, what it is called, what its compiler is told."""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.environment import Environment
from benchmarks.kept import Kept
from benchmarks.models import Model
from tests.benchmarks.tiny import tiny_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    return tiny_model(monkeypatch, tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonesuch-python", "No such file or directory"),
        ("false", "returned non-zero exit status 1"),
        ("echo", "Extra data|Expecting value"),
    ],
)
def test_what_is_no_python_with_dldt(text, problem):
    with pytest.raises(argparse.ArgumentTypeError, match=rf"'{text}' is no Python with dldt: .*{problem}"):
        Environment.of_option(text)


def test_a_checkout_is_named_by_its_commit():
    git = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    if git.returncode:
        pytest.skip("not a git checkout")
    word, commit = Environment.of_option(sys.executable).version.split()
    assert word == "dldt"
    assert len(commit) >= 7
    assert git.stdout.startswith(commit.removesuffix("-dirty"))


def test_a_package_is_named_by_its_version(monkeypatch, tmp_path):
    monkeypatch.setattr(Environment, "ask", lambda self, code: f'["{tmp_path}/__init__.py", "9.8.7"]')
    environment = Environment()
    assert environment.version == "dldt 9.8.7"
    assert not environment.changing


def test_what_the_compiler_is_told(monkeypatch):
    monkeypatch.setattr("benchmarks.environment.model_file", lambda model: Path("m.onnx"))
    model = Model("m", "m.onnx", {"a:0": (1, 3, 8, 8), "b": (2,)}, {"n": 7})
    assert Environment("py").compile_command(model, Path("m.so"), "--target", "aarch64") == [
        *("py", "-P", "-m", "dldt.tools.compile", "m.onnx", "-o", "m.so", "-q"),
        *("--input", "a:0[1,3,8,8],b[2]", "--freeze-placeholder-with-value", "n->7", "--target", "aarch64"),
    ]


def test_it_compiles_and_runs(tiny, tmp_path):
    environment = Environment()
    assert environment.compile(tiny, tmp_path / "m.so") > 0
    [y] = environment.run(tmp_path / "m.so", {"x": np.float32([[-1, 2, -3, 4]])})
    np.testing.assert_array_equal(y, np.float32([[0, 4, 0, 8]]))


class Counting(Environment):
    version = "dldt 1"
    compiled = 0

    def compile(self, model, path, *options, variables=None):
        self.compiled += 1
        path.write_bytes(b"made")
        return 2.5

    def run(self, artifact, inputs):
        return [inputs["x"] * self.compiled]


def test_what_is_kept_is_made_once_a_version(tiny, tmp_path):
    environment, x = Counting(), {"x": np.float32([3])}

    def kept(*options):
        return Kept(environment, tiny, tmp_path / "kept", list(options))

    assert [kept().seconds, kept().seconds, environment.compiled] == [2.5, 2.5, 1]
    assert [kept().outputs(x)[0].item(), kept().outputs({"x": np.float32([9])})[0].item()] == [3, 3]
    environment.version = "dldt 2"
    assert [kept().outputs(x)[0].item(), environment.compiled] == [6, 2]
    kept("--no-winograd")
    assert environment.compiled == 3


def test_what_a_changing_checkout_made_is_made_again(tiny, tmp_path):
    environment = Counting()
    environment.version = "dldt 1-dirty"
    for _ in "ab":
        Kept(environment, tiny, tmp_path / "kept", [])
    assert environment.compiled == 2
