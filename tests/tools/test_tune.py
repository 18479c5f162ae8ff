"""``dldt-compile --tune``: what is measured, what is kept, what is refused."""

from __future__ import annotations

import json
import os
import re

import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.tuned import read_tuned
from dldt.codegen.task.implementation import Chosen, Implementation
from dldt.compiler.errors import UsageError
from dldt.tools.tune import tune
from dldt.tools.tuner import Trial, Tuner
from tests.codegen.test_micro import SHAPES, convolution_graph
from tests.errors.commands import command, refused
from tests.tools.conftest import DIGITS


@pytest.fixture
def graph():
    return convolution_graph(*SHAPES["odd-channels"])


def turns(*seconds):
    """In place of the clock: the steps of the n-th variant take so many seconds, those of the base one."""
    left = iter(seconds)

    def measure(self, other):
        found = next(left)
        if found is None:
            raise KeyboardInterrupt
        count = len(other.metadata.steps)
        return [[1.0] * count] * 5, [[found] * count] * 5

    return measure


def test_winners_are_measured_twice(graph, tmp_path, monkeypatch):
    monkeypatch.setattr(Tuner, "_turns", turns(0.99, 0.8, 0.7, 0.9))
    with Tuner(graph, resolve_target("host"), tmp_path) as tuner:
        assert list(tuner.rounds(1e9, most=3)) == [1, 2, 3, 4]
        assert len(tuner.trials) == 2
        for key, trial in tuner.trials.items():
            # 0.7 was not confirmed
            assert list(trial.shares.values()) == [0.99, 0.8, 0.9]
            assert trial.best == (list(trial.shares)[1], 0.8)
            assert tuner.winners[trial.key] == tuner.winners[key] == trial.best[0]


def test_little_gains_are_none(graph, tmp_path, monkeypatch):
    monkeypatch.setattr(Tuner, "_turns", turns(0.98, 1.2))
    with Tuner(graph, resolve_target("host"), tmp_path) as tuner:
        assert list(tuner.rounds(1e9, most=2)) == [1, 2]
        assert tuner.winners == {}


def test_the_report_of_what_was_found(graph, tmp_path, monkeypatch):
    """Two contractions, of which one is found to take half the time: by hand."""
    monkeypatch.setattr(Tuner, "_turns", turns(1.5))
    with Tuner(graph, resolve_target("host"), tmp_path) as tuner:
        assert tuner.report() == (
            "0 contraction(s), 0 plans beside the estimated ones; 0 are faster by another; others were not measured"
        )
        list(tuner.rounds(1e9, most=1))
        one, other = tuner.trials.values()
        one.seconds, other.seconds, one.shares = 3.0, 1.0, {"half": 0.5, "more": 2.0}
        assert tuner.report() == (
            "2 contraction(s), 3 plans beside the estimated ones; 1 are faster by another, which saves 37.5% of the "
            "time of all; others were not measured"
        )
        tuner.complete = True
        assert tuner.report().endswith("which saves 37.5% of the time of all")


def test_all_plans_are_measured_in_the_end(graph, tmp_path, monkeypatch):
    plans = Tuner._plans
    monkeypatch.setattr(Tuner, "_plans", lambda self, trial: plans(self, trial)[:2])
    monkeypatch.setattr(Tuner, "_turns", turns(1.1, 1.1))
    with Tuner(graph, resolve_target("host"), tmp_path) as tuner:
        list(tuner.rounds(1e9))
        assert tuner.complete
        assert "others were not measured" not in tuner.report()


def test_the_estimated_plan_is_the_best_unless_another_is_faster():
    chosen = Chosen(None, Implementation("convolution", "estimated"))
    trial = Trial("key", chosen, "Convolution", 1, 1.0, {"slower": 1.1})
    assert trial.best == ("estimated", 1.0)


def test_the_costliest_come_first(graph, tmp_path):
    with Tuner(graph, resolve_target("host"), tmp_path) as tuner:
        spent = [trial.seconds for trial in tuner.trials.values()]
    assert spent == sorted(spent, reverse=True)
    assert len(spent) == 2


def test_an_interruption_keeps_what_was_found(graph, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Tuner, "_turns", turns(0.5, None))
    found = tune(graph, tmp_path / "t.json", seconds=1e9)
    assert len(found.names) == 2
    assert read_tuned(tmp_path / "t.json", resolve_target("host")).names == found.names
    assert capsys.readouterr().err == "measuring was interrupted: compiling with what was found\n"


def test_what_is_known_is_measured_first_and_corrected(graph, tmp_path, monkeypatch):
    file = tmp_path / "t.json"
    monkeypatch.setattr(Tuner, "_turns", turns(1.1, 0.5, None))
    first = tune(graph, file, seconds=1e9)
    content = json.loads(file.read_text())
    content["winners"]["of another model"] = "conv_f32_14x2x16_k8"
    file.write_text(json.dumps(content))
    monkeypatch.setattr(Tuner, "_turns", turns(1.3, None))
    assert len(first.names) == 2
    assert tune(graph, file, seconds=1e9).names == {"of another model": "conv_f32_14x2x16_k8"}


def test_only_this_machine_can_be_measured(graph, tmp_path):
    with pytest.raises(UsageError, match="--tune measures on this machine, so it cannot choose for aarch64; leave out"):
        tune(graph, tmp_path / "t.json", "aarch64")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("inf"), float("nan")])
def test_the_time_must_be_a_number(graph, tmp_path, seconds):
    with pytest.raises(UsageError, match=r"--tune-seconds is .*; it must be more than 0"):
        tune(graph, tmp_path / "t.json", seconds=seconds)


def test_the_command(tmp_path):
    options = {"env": {**os.environ, "DLDT_CACHE": str(tmp_path / "cache")}}
    model = DIGITS / "digits.onnx"
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    first = command("compile", model, "-o", tmp_path / "a" / "m.so", "--tune", "--tune-seconds", "1", **options)
    assert first.returncode == 0, first.stderr
    file = tmp_path / "a" / "m.tuned.json"
    assert f"contractions as measured ({file}), the others as estimated" in first.stdout
    assert re.search(r"^measured   \d+ contraction\(s\), \d+ plans beside the estimated ones; ", first.stdout, re.M)
    assert json.loads(file.read_text())["format"] == "dldt-tuned 1"
    again = command("compile", model, "-o", tmp_path / "b" / "m.so", "--tuned", file, **options)
    assert again.returncode == 0, again.stderr
    assert "measured   " not in again.stdout
    assert (tmp_path / "a" / "m.so").read_bytes() == (tmp_path / "b" / "m.so").read_bytes()


def test_without_the_option_nothing_is_measured(digits):
    assert "contractions as estimated" in digits[1].stdout


def test_the_time_without_measuring_is_a_mistake(tmp_path):
    done = command("compile", DIGITS / "digits.onnx", "-o", tmp_path / "m.so", "--tune-seconds", "3")
    refused(done, 1, "--tune-seconds says how long --tune measures; give both")


def test_a_file_that_is_not_there(tmp_path):
    done = command("compile", DIGITS / "digits.onnx", "-o", tmp_path / "m.so", "--tuned", tmp_path / "t.json")
    refused(done, 2, f"{tmp_path / 't.json'}: no such file", "nothing was written")
    assert os.listdir(tmp_path) == []
