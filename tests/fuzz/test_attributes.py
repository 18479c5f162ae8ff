"""A seeded part of ``python -m tests.fuzz.attributes``, and the outcomes that it tells apart."""

import functools
import os
import random

import onnx
import pytest

from dldt.compiler.budget import limited
from dldt.compiler.errors import DldtError, InternalError
from dldt.frontends.read_model import read_model
from tests.fuzz import ir_seeds, kaldi_seeds, onnx_seeds, record_seeds
from tests.fuzz.attributes import written
from tests.fuzz.outcome import Outcome, outcome

PART = 60
"""How many inputs of each kind are tried here."""


def some_onnx(generator):
    seeds = list(onnx_seeds.seeds())
    for importer, model, arrays in generator.sample(seeds, PART):
        several = list(onnx_seeds.damaged(importer, model, arrays))
        if several:
            what, made = generator.choice(several)
            yield f"{importer.op_type} v{importer.since}: {what}", {".onnx": made.SerializeToString()}


def some_ir(generator, folder):
    for title, text, weights in generator.sample(list(ir_seeds.seeds(folder)), PART):
        several = list(ir_seeds.damaged(text))
        if several:
            what, made = generator.choice(several)
            yield f"{title}: {what}", {".xml": made.encode(), ".bin": weights}


@pytest.mark.parametrize("seed", range(2))
def test_odd_attributes_of_importers(seed, tmp_path):
    faults = {}
    for title, files in some_onnx(random.Random(seed)):
        found = outcome(written(tmp_path, files))
        if found.fault:
            faults[title] = found
    assert not faults


def test_odd_attributes_of_ir_operations(tmp_path):
    faults = {}
    for title, files in some_ir(random.Random(3), tmp_path):
        found = outcome(written(tmp_path, files))
        if found.fault:
            faults[title] = found
    assert not faults


def some_records(generator, framework, folder):
    """(title, a function that imports) for one change to each of some cases."""
    for seed in generator.sample(list(record_seeds.seeds(framework, folder)), PART):
        what, made = generator.choice(list(record_seeds.damaged(seed)))
        yield f"{seed.title}: {what}", made.graph


def some_kaldi(generator, _, folder):
    for title, _, several in generator.sample(list(kaldi_seeds.seeds()), PART):
        what, content = generator.choice(list(several()))
        yield f"{title}: {what}", functools.partial(read_model, written(folder, {".raw": content}))


FRAMEWORKS = {**dict.fromkeys(record_seeds.FRAMEWORKS, some_records), "kaldi": some_kaldi}


@pytest.mark.one_in(3)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_odd_attributes_of_other_frameworks(framework, tmp_path):
    """The import alone: what comes behind it is the same for all."""
    faults = {}
    for title, imported in FRAMEWORKS[framework](random.Random(5), framework, tmp_path):
        try:
            with limited(memory=1 << 30, seconds=20):
                imported()
        except InternalError as error:
            faults[title] = str(error)
        except DldtError:
            continue
    assert not faults


def test_every_importer_has_an_example():
    assert onnx_seeds.without_example() == []


def test_what_counts_as_a_fault():
    assert Outcome(0, "", 0.1, 0).fault == ""
    assert Outcome(2, "error: m.onnx: bad", 0.1, 0).fault == ""
    assert Outcome(2, "bad", 0.1, 0).fault == "no sentence"
    assert Outcome(4, "error: internal error: KeyError: 3", 0.1, 0).fault == "internal error"
    assert Outcome(-11, "", 0.1, 0).fault == "crash: SIGSEGV"
    assert Outcome(-9, "", 20.1, 0).fault == "over 20 s"
    assert Outcome(0, "", 0.1, 2 << 30).fault == "over 1 GB"


def test_outcomes_of_whole_compiles(tmp_path):
    model = onnx.parser.parse_model(
        '< ir_version: 8, opset_import: ["": 17] > g (float[N] x) => (float[N] y) { y = Exp(x) }'
    )
    sound = written(tmp_path, {".onnx": model.SerializeToString()})
    assert outcome(sound, library=tmp_path / "m.so").code == 0
    assert (tmp_path / "m.so").exists()
    os.truncate(sound, 20)
    refused = outcome(sound)
    assert refused.code == 2
    assert str(sound) in refused.text
