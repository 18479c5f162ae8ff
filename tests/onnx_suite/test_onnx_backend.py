"""onnx.backend.test, every model compiled to native code: the same sample of cases in every run, and all that are
excluded. ``python -m tests.onnx_suite`` runs all of them and prints what came of each, which takes some minutes."""

from __future__ import annotations

import random

import pytest

from tests.onnx_suite.cases import cases, excluded, exclusions
from tests.onnx_suite.kept_child import keep_children

CASES = cases()
SAMPLE = 250
CHOSEN = sorted({*random.Random(3).sample(sorted(CASES), SAMPLE), *filter(excluded, CASES)})


@pytest.fixture(autouse=True)
def one_child(monkeypatch):
    keep_children(monkeypatch)


@pytest.mark.parametrize("name", CHOSEN)
def test_case(name):
    reason = excluded(name)
    try:
        CASES[name]()
    except Exception:
        if reason:
            pytest.xfail(reason)
        raise
    assert not reason, f"{name} passes: take it off the list of excluded cases"


def test_every_exclusion_fits_a_case_and_has_a_reason():
    assert [each.pattern for each in exclusions() if not any(map(each.fits, CASES))] == []
    assert [each.pattern for each in exclusions() if len(each.reason) < 10] == []
