"""What cannot be measured is refused before anything is: the text of every refusal."""

import importlib
import os
import sys

import pytest

from benchmarks import arguments

COMMANDS = (
    *("accuracy", "attention", "chart", "compile_time", "convolutions", "fit_polynomials", "fma_peak", "identical"),
    *("levels", "opening", "peers", "readme", "roofline", "startup", "threads", "tuning", "ulp", "winograd"),
)


def refused(monkeypatch, capsys, name, *words):
    """What the command says; it ends as a wrong usage does."""
    monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"benchmarks.{name}").main()
    assert ended.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_what_it_does_not_know(name, monkeypatch, capsys):
    assert refused(monkeypatch, capsys, name, "--nonesuch").partition(": error: ")[1]


@pytest.mark.parametrize(
    ("name", "option", "value", "problem"),
    [
        ("peers", "--threads", "x", "'x' is no number of 1 or more"),
        ("peers", "--threads", "1,0", "'0' is no number of 1 or more"),
        ("peers", "--rounds", "0", "'0' is no number of 1 or more"),
        ("peers", "--openings", "-1", "'-1' is no number of 1 or more"),
        ("peers", "--seconds", "nan", "'nan' is no time in seconds above 0"),
        ("levels", "--seconds", "0", "'0' is no time in seconds above 0"),
        ("roofline", "--top", "2.5", "'2.5' is no number of 1 or more"),
        ("tuning", "--seconds", "soon", "'soon' is no time in seconds above 0"),
        ("threads", "--threads", "0", "'0' is no number of 1 or more"),
    ],
)
def test_numbers(name, option, value, problem, monkeypatch, capsys):
    assert refused(monkeypatch, capsys, name, f"{option}={value}") == f"{name}: error: argument {option}: {problem}"


def test_more_threads_than_processors(monkeypatch, capsys):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5})
    problem = refused(monkeypatch, capsys, "peers", "--threads", "1,4")
    assert problem == "peers: error: argument --threads: 4 threads, but this process may use 2 processor(s)"
    assert arguments.thread_counts("2,1,2") == [2, 1]


@pytest.mark.parametrize("option", ["--json", "--chart"])
def test_where_nothing_can_be_written(option, monkeypatch, capsys, tmp_path):
    for path in (tmp_path, tmp_path / "none" / "p"):
        problem = refused(monkeypatch, capsys, "peers", option, path)
        assert problem == f"peers: error: argument {option}: cannot write {path}: it is a folder, or lies in none"


@pytest.mark.parametrize(
    ("content", "problem"),
    [("{", "Expecting property name"), ("[]", "no machine and models"), ('{"models": []}', "no machine")],
)
def test_a_file_of_something_else(content, problem, tmp_path, monkeypatch):
    file = tmp_path / "p.json"
    file.write_text(content)
    wanted = rf"error: {file} is not what benchmarks.peers --json writes: {problem}"
    for name, *words in (("readme", file), ("chart", file, tmp_path / "p.png"), ("peers", "--resume", "--json", file)):
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        monkeypatch.setattr("benchmarks.chart.require_matplotlib", lambda: None)
        with pytest.raises(SystemExit, match=wanted):
            importlib.import_module(f"benchmarks.{name}").main()


@pytest.mark.parametrize("name", ["peers", "identical"])
def test_a_target_that_nobody_knows(name, monkeypatch, capsys):
    problem = refused(monkeypatch, capsys, name, "--target", "z80")
    assert problem.startswith(f"{name}: error: argument --target: unknown target 'z80'; the targets are: host, ")


@pytest.mark.parametrize("name", ["peers", "identical", "compile_time", "startup"])
def test_an_interpreter_without_dldt(name, monkeypatch, capsys):
    problem = refused(monkeypatch, capsys, name, "--against", "nonesuch-python")
    assert problem.startswith(f"{name}: error: argument --against: 'nonesuch-python' is no Python with dldt: ")


@pytest.mark.parametrize("words", [(), ("--against", sys.executable, "--chart", "c.png")])
def test_who_is_left_out(words, monkeypatch, capsys):
    problem = refused(monkeypatch, capsys, "peers", "--only-against", *words)
    assert problem == "peers: error: --only-against needs --against PYTHON, and --chart the peers"


def test_a_target_that_does_not_run_here(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["peers", "--target", "x86-64-v4"])
    monkeypatch.setattr("benchmarks.machine.cpu.missing", lambda features: ["avx512f"])
    with pytest.raises(SystemExit, match="error: this machine does not run the code of x86-64-v4, so it cannot"):
        importlib.import_module("benchmarks.peers").main()


def test_an_unknown_polynomial(monkeypatch, capsys):
    assert "error: no polynomial cosh; there are " in refused(monkeypatch, capsys, "fit_polynomials", "cosh")
