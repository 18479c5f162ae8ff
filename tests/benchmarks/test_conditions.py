"""What every benchmark of peers says of its race is what a race takes."""

import dataclasses
import inspect

from benchmarks import peers
from benchmarks.conditions import Conditions
from benchmarks.race import race


def test_a_race_takes_every_condition():
    taken = inspect.signature(race).parameters
    named = {field.name: field.default for field in dataclasses.fields(Conditions)}
    assert set(named) <= set(taken)
    given = {name: default for name, default in named.items() if default is not dataclasses.MISSING}
    assert {name: taken[name].default for name in given} == given


def test_the_command_line_reaches_the_race(monkeypatch):
    seen = []
    monkeypatch.setattr(peers, "measure", lambda model, cores, peaks, conditions, *_: seen.append(conditions) or [])
    monkeypatch.setattr("sys.argv", ["peers", "--models", "squeezenet", "--rounds", "2", "--openings", "4", "--bound"])
    peers.main()
    assert [(c.rounds, c.openings, c.call, c.precision) for c in seen] == [(2, 4, "bound", "f32")]
