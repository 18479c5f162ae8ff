"""Real models beside what Kaldi's own libraries gave for them, in both forms."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime import cpu, load
from tests.frontends.kaldi.streamed import streamed
from tests.frontends.models import model_path

NAMES = (*(f"generated_nnet3/{name}.raw" for name in ("cnn2", "lstm", "s0", "s1", "s2", "tdnn")), "nnet1_random.nnet")
LIMIT = 1e-5
TARGET = TARGETS["x86-64-v3"]


def reference(name):
    path = model_path(f"kaldi/{name}")
    stored = np.load(path.with_suffix(".npz"))
    return path, stored["x"], stored["y"]


def agree(got, wanted):
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max() <= LIMIT * np.abs(wanted).max()


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_utterance(name):
    path, x, y = reference(name)
    agree(interpret(read_model(path), {"input": x})["output"], y)


@pytest.mark.parametrize("chunk", [1, 4])
@pytest.mark.parametrize("name", NAMES)
def test_streaming(name, chunk):
    path, x, y = reference(name)
    graph = read_model(path, options={"frames_per_chunk": chunk})
    states = {}
    agree(streamed(graph, {"input": x}, lambda feeds: interpret(graph, feeds, states))["output"], y)


@pytest.mark.parametrize("name", ["generated_nnet3/lstm.raw", "generated_nnet3/cnn2.raw"])
def test_native_requests_keep_their_states_apart(name, tmp_path):
    """Two requests take turns, one of them with the frames in reverse; then one is reset and starts anew."""
    if cpu.missing(list(TARGET.features)):
        pytest.skip("this processor lacks AVX2")
    path, x, y = reference(name)
    graph = read_model(path, options={"streaming": True})
    metadata = read_model(path, options={"streaming": True})
    compile_graph(graph, tmp_path / "model.so", TARGET)
    other = np.ascontiguousarray(x[::-1])
    with load(tmp_path / "model.so") as model:
        first, second = model.create_request(), model.create_request()
        answers = []

        def both(feeds):
            turn = len(answers)
            made = {key: array.copy() for key, array in first.run(feeds).items()}
            reverse = other[min(turn, len(other) - 1)][None]
            answers.append(second.run({**feeds, "input": reverse})["output"].copy())
            return made

        agree(streamed(metadata, {"input": x}, both)["output"], y)
        delay = int(metadata.metadata["kaldi_delay"])
        alone = interpret(read_model(path), {"input": other})["output"]
        agree(np.concatenate(answers)[delay : delay + len(x)], alone)
        second.reset()
        agree(streamed(metadata, {"input": x}, second.run)["output"], y)
