"""Damaged nets and weights are imported, or refused with a sentence."""

from __future__ import annotations

import itertools

import pytest

from dldt.compiler.errors import DldtError
from dldt.frontends.caffe.importer import import_caffe
from tests.frontends.caffe.cases import CASES
from tests.frontends.caffe.mutants import mutants, outcome_of
from tests.frontends.caffe.net import caffemodel


def test_mutants(tmp_path):
    ends = {outcome_of(tmp_path, mutant) for mutant in itertools.islice(mutants(1), 150)}
    assert {"imported", "InputError"} <= ends


def test_weights_that_are_cut_anywhere(tmp_path):
    net = next(case.net for case in CASES if case.key == "Convolution-groups")
    data = caffemodel(net.weights())
    path = net.save(tmp_path)
    for end in [*range(40), *range(40, len(data), 37), len(data) - 1]:
        path.write_bytes(data[:end])
        with pytest.raises(DldtError, match=r"net\.(caffemodel|prototxt)"):
            import_caffe(path)
