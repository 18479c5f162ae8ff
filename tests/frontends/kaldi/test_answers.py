"""Models that Kaldi wrote answer as Kaldi: whole utterances and streams, interpreted and native."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.codegen.target import TARGETS
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from tests.codegen.native import run_native
from tests.frontends.kaldi.answer_configs import CONFIGS, WHOLE_ONLY
from tests.frontends.kaldi.streamed import streamed

STORED = np.load(Path(__file__).with_name("answers.npz"))
CHAINED = np.load(Path(__file__).with_name("chains.npz"))
"""Of nnet1 and nnet2 (kaldi_chains.cc)."""
CHAINS = sorted({key.partition("/")[0] for key in CHAINED.files})
WHOLE_CHAINS = {f"nnet1_{name}" for name in ("blstm", "sent", "splice", "ssa", "ssasum")}
"""Frames of these depend on all later ones, or on the first one of a layer that is late."""
STREAMED = sorted(CONFIGS.keys() - WHOLE_ONLY)


class Answer:
    """A model's file, what it is given, and what Kaldi answers."""

    def __init__(self, name, form, folder, stored=STORED):
        prefix = f"{name}/{form}/"
        arrays = {key.removeprefix(prefix): stored[key] for key in stored.files if key.startswith(prefix)}
        arrays.pop("proto", None)
        self.path = folder / f"{name}.raw"
        self.path.write_bytes(arrays.pop("model").tobytes())
        self.inputs = {key: array for key, array in arrays.items() if not key.startswith("out.")}
        self.wanted = {key.removeprefix("out."): array for key, array in arrays.items() if key.startswith("out.")}

    def check(self, found):
        assert sorted(found) == sorted(self.wanted)
        for name, array in self.wanted.items():
            assert found[name].shape == array.shape
            np.testing.assert_allclose(found[name], array, rtol=1e-4, atol=1e-5 * np.abs(array).max())


@pytest.mark.parametrize("form", ["text", "binary"])
@pytest.mark.parametrize("name", CONFIGS)
def test_a_whole_utterance(name, form, tmp_path):
    answer = Answer(name, form, tmp_path)
    answer.check(interpret(read_model(answer.path), answer.inputs))


@pytest.mark.parametrize("chunk", [1, 3])
@pytest.mark.parametrize("name", STREAMED)
def test_a_stream(name, chunk, tmp_path):
    answer, states = Answer(name, "binary", tmp_path), {}
    graph = read_model(answer.path, options={"frames_per_chunk": chunk})
    answer.check(streamed(graph, answer.inputs, lambda feeds: interpret(graph, feeds, states)))


@pytest.mark.one_in(6)
@pytest.mark.parametrize("name", CONFIGS)
def test_native_code_for_a_whole_utterance(name, tmp_path):
    answer = Answer(name, "binary", tmp_path)
    answer.check(run_native(read_model(answer.path), answer.inputs, TARGETS["x86-64-v3"], tmp_path))


@pytest.mark.parametrize("form", ["text", "binary"])
@pytest.mark.parametrize("name", CHAINS)
def test_a_whole_utterance_through_a_chain(name, form, tmp_path):
    answer = Answer(name, form, tmp_path, CHAINED)
    answer.check(interpret(read_model(answer.path), answer.inputs))


@pytest.mark.parametrize("name", [name for name in CHAINS if name not in WHOLE_CHAINS])
def test_a_stream_through_a_chain(name, tmp_path):
    answer, states = Answer(name, "binary", tmp_path, CHAINED), {}
    graph = read_model(answer.path, options={"frames_per_chunk": 2})
    answer.check(streamed(graph, answer.inputs, lambda feeds: interpret(graph, feeds, states)))
