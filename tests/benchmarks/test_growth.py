"""The table of growth, with commands that only pretend to compile."""

import re

import onnx
import pytest

from benchmarks import growth
from benchmarks.growing import GROWING


@pytest.mark.parametrize("kind", GROWING, ids=lambda kind: kind.name)
def test_every_network_is_a_model(kind):
    model = kind.make(12)
    onnx.shape_inference.infer_shapes(model, strict_mode=True)


def spending(seconds, monkeypatch):
    """A watch whose commands take ``seconds`` of the processors, one after the other."""
    clock, left = [0.0], iter(seconds)
    monkeypatch.setattr(growth, "_processor_time", lambda: clock[0])

    def watch(command, variables):
        clock[0] += next(left)
        return 1.0, 100.0, 0

    return watch


@pytest.mark.parametrize(("seconds", "code"), [((1, 11, 21, 41, 81), 0), ((1, 11, 41, 161, 641), 1)])
def test_exponents_between_doublings(seconds, code, monkeypatch, capsys):
    kind = next(kind for kind in GROWING if len(kind.sizes) == 4)
    assert growth.measure_growth([kind.name], spending(seconds, monkeypatch)) == code
    exponents = re.findall(r"100 +(\d\.\d\d)", capsys.readouterr().out)
    assert exponents == (["1.00"] * 3 if code == 0 else ["2.00"] * 3)


def test_an_unknown_network_is_named(capsys):
    assert growth.measure_growth(["nothing"], lambda command, variables: (0.0, 0.0, 0)) == 1
    assert "nothing; there are nodes" in capsys.readouterr().out
