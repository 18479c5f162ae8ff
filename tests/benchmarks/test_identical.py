"""Artifacts compared: one version with itself, and with artifacts that differ in a known way."""

import sys

import pytest

from benchmarks import identical
from benchmarks.environment import Environment
from tests.benchmarks.tiny import save_model, tiny_model

WORDS = ["identical", "--against", sys.executable]


@pytest.fixture(autouse=True)
def tiny(monkeypatch, tmp_path):
    model = tiny_model(monkeypatch, tmp_path)
    monkeypatch.setattr(identical, "select", lambda names: ([model], []))
    # As if nothing were being changed: what is kept stays.
    monkeypatch.setattr(Environment, "version", "dldt 1")
    return model


def run(monkeypatch, capsys, tmp_path, *words):
    """The exit code and the lines behind the heads."""
    monkeypatch.setattr(sys, "argv", [*WORDS, "--keep", str(tmp_path / "kept"), *words])
    code = identical.main()
    return code, capsys.readouterr().out.splitlines()[2:]


def test_a_version_is_identical_to_itself(monkeypatch, capsys, tmp_path):
    code, [row, summary] = run(monkeypatch, capsys, tmp_path)
    assert row.split()[:4] == ["tiny", "same", "same", "same"]
    assert row.endswith("  same")
    assert (code, summary) == (0, "1 models: 1 equal in all; outputs differ: none")
    assert sorted(path.name for path in (tmp_path / "kept" / "host").iterdir()) == ["tiny.json", "tiny.npz", "tiny.so"]


def test_other_weights(monkeypatch, capsys, tmp_path):
    """3 * relu(x) beside 2 * relu(x): by half of the largest."""
    run(monkeypatch, capsys, tmp_path)
    save_model(tmp_path / "onnx" / "tiny.onnx", scale=3.0)
    code, [row, summary] = run(monkeypatch, capsys, tmp_path)
    assert row.split()[:4] == ["tiny", "5.0e-01", "same", "DIFFER"]
    assert (code, summary) == (1, "1 models: 0 equal in all; outputs differ: tiny")
    code, [row, _] = run(monkeypatch, capsys, tmp_path, "--text")
    assert (code, row.split()[:5]) == (1, ["tiny", "not", "run", "same", "DIFFER"])


def test_another_function(monkeypatch, capsys, tmp_path):
    run(monkeypatch, capsys, tmp_path)
    save_model(tmp_path / "onnx" / "tiny.onnx", function="Sigmoid")
    for words in ((), ("--text",)):
        code, [row, name, *_] = run(monkeypatch, capsys, tmp_path, *words)
        assert code == 1
        assert "1 of " in row
        assert name.startswith("    k")
        assert name.endswith(" → y")
        assert row.endswith("  steps")


def test_the_text_of_a_version_is_identical_to_itself(monkeypatch, capsys, tmp_path):
    code, [row, summary] = run(monkeypatch, capsys, tmp_path, "--text")
    assert row.split()[:5] == ["tiny", "not", "run", "same", "same"]
    assert (code, summary) == (0, "1 models: 1 equal in all; outputs differ: none")


def test_the_code_for_another_machine_is_not_run(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(identical, "runs", lambda target: False)
    code, [row, _] = run(monkeypatch, capsys, tmp_path, "--target", "aarch64", "--options=--no-winograd")
    assert (code, row.split()[:5]) == (0, ["tiny", "not", "run", "same", "same"])
    assert (tmp_path / "kept" / "aarch64_--no-winograd" / "tiny.so").is_file()


def test_a_model_that_fails_is_named(monkeypatch, capsys, tmp_path):
    (tmp_path / "onnx" / "tiny.onnx").write_bytes(b"\x08")
    code, [row, summary] = run(monkeypatch, capsys, tmp_path)
    assert row.startswith("tiny         FAILED  CalledProcessError: ")
    assert (code, summary) == (1, "1 models: 0 equal in all; outputs differ: none")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--quick", "--models", "magika"), "--quick names the models; leave out --models"),
        (("--text", "--options=--no-winograd"), "--text knows no --options"),
    ],
)
def test_options_that_exclude_each_other(words, problem, monkeypatch, capsys, tmp_path):
    with pytest.raises(SystemExit):
        run(monkeypatch, capsys, tmp_path, *words)
    assert capsys.readouterr().err.splitlines()[-1] == f"identical: error: {problem}"
