"""Importers beside the fields that Kaldi's own source writes (fields.json, by make_fields.py); a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dldt.frontends.kaldi.expansion import EXPANSIONS
from dldt.frontends.kaldi.fields import TRAINING, attribute_name
from dldt.frontends.kaldi.nnet1 import BARE
from dldt.frontends.kaldi.ops import register

FIELDS = json.loads((Path(__file__).parent / "fields.json").read_text(encoding="utf-8"))
IMPORTERS = {importer.op_type: importer for importer in register().importers()}
MODEL = {f"num_filters_{way}" for way in ("in", "out")} | {"height_in", "height_out", "height_subsample_out", "offsets"}
MORE = {
    "NormalizeComponent": {"dim", "input_dim"},  # older files have the other one
    "PnormComponent": {"p"},  # nnet2
    "TimeHeightConvolutionComponent": MODEL,  # tokens of ConvolutionModel, which stands inside
}
READ = {
    "LstmProjected": {"cell_dim"},  # the sizes of the matrices say it
    "TimeHeightConvolutionComponent": {"model"},
    "SpliceMaxComponent": {"dim", "context"},
    "StatisticsExtractionComponent": {"input_dim", "input_period", "output_period"},
    "StatisticsPoolingComponent": {"input_dim", "input_period", "left_context", "right_context"},
    "TdnnComponent": {"time_offsets"},
}
"""What is used before the records are made, or follows from other fields."""
KNOWN = sorted({name for folder in FIELDS.values() for name in folder} & set(IMPORTERS))


def written(name):
    """The attributes that components of that name have in files: of nnet1, nnet2 and nnet3."""
    return {attribute_name(t) for folder in FIELDS.values() for t in folder.get(name, ()) if t not in TRAINING}


@pytest.mark.parametrize("name", KNOWN)
def test_signature_is_what_kaldi_writes(name):
    declared = set(IMPORTERS[name].signature.attributes)
    assert written(name) - declared - READ.get(name, set()) == set()
    assert declared - written(name) - MORE.get(name, set()) - set(BARE.get(name, ())) == set()


def test_nothing_that_kaldi_has_is_unknown():
    names = {name for folder in FIELDS.values() for name in folder if name.endswith("Component")}
    base = {"NonlinearComponent", "UpdatableComponent"}
    inside = {
        "ParallelComponent",
        "FramePoolingComponent",
        "MultiBasisComponent",
        "RecurrentComponent",
        "SentenceAveragingComponent",
        "SimpleSentenceAveragingComponent",
    }  # read as several nodes
    assert names - set(IMPORTERS) - set(EXPANSIONS) - set(register().refused) - base - inside == set()


def test_no_framework_is_imported():
    code = (
        "import sys, time; start = time.perf_counter(); import dldt.frontends.kaldi.reader\n"
        "print(f'{(time.perf_counter() - start) * 1e3:.0f} ms')\n"
        "print([name for name in sys.modules if name.split('.')[0] in "
        "('kaldi', 'kaldiio', 'kaldi_native_io', 'onnx', 'tensorflow', 'torch', 'google', 'llvmlite', 'openvino')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    took, modules = done.stdout.splitlines()
    print(f"import of the Kaldi frontend: {took}")
    assert modules == "[]"
