"""Descriptors and recurrences, frame by frame beside the definition, in both forms."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.target import TARGETS
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from tests.codegen.native import run_native
from tests.frontends.kaldi.definition import outputs
from tests.frontends.kaldi.models import CASES
from tests.frontends.kaldi.streamed import streamed

FORWARD = [case for case in CASES if case.delay is not None]


def inputs_of(case, frames):
    random = np.random.default_rng(frames)
    width = int(case.config.split("dim=")[1].split("\n")[0])
    made = {"input": random.standard_normal((frames, width)).astype(np.float32)}
    if case.ivector:
        made["ivector"] = random.standard_normal((1, case.ivector)).astype(np.float32)
    return made


def compare(got, wanted):
    assert list(got) == list(wanted)
    for name, array in wanted.items():
        assert got[name].shape == array.shape
        np.testing.assert_allclose(got[name], array, rtol=1e-5, atol=1e-5 * max(1, np.abs(array).max()))


def written(case, folder):
    path = folder / f"{case.name}.raw"
    path.write_bytes(case.file())
    return path


@pytest.mark.parametrize("frames", [1, 2, 5, 12])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_whole_utterance_is_the_definition(case, frames, tmp_path):
    given = inputs_of(case, frames)
    graph = read_model(written(case, tmp_path))
    compare(interpret(graph, given), outputs(case.config, case.functions, given, case.context))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_native_code_for_a_whole_utterance_is_the_definition(case, tmp_path):
    given = inputs_of(case, 9)
    got = run_native(read_model(written(case, tmp_path)), given, TARGETS["x86-64-v3"], tmp_path)
    compare(got, outputs(case.config, case.functions, given, case.context))


@pytest.mark.parametrize("frames", [1, 3, 4, 11])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_third_frame_is_the_definitions(case, frames, tmp_path):
    given = inputs_of(case, frames)
    graph = read_model(written(case, tmp_path), options={"frame_subsampling_factor": 3})
    every = outputs(case.config, case.functions, given, case.context)
    compare(interpret(graph, given), {name: array[::3] for name, array in every.items()})


@pytest.mark.parametrize("chunk", [1, 2, 5])
@pytest.mark.parametrize("frames", [1, 2, 12])
@pytest.mark.parametrize("case", FORWARD, ids=lambda case: case.name)
def test_streaming_gives_the_same_frames_later(case, frames, chunk, tmp_path):
    given = inputs_of(case, frames)
    graph = read_model(written(case, tmp_path), options={"frames_per_chunk": chunk})
    assert int(graph.metadata["run_delay"]) == case.delay
    states = {}
    got = streamed(graph, given, lambda feeds: interpret(graph, feeds, states))
    compare(got, outputs(case.config, case.functions, given, case.context))


@pytest.mark.parametrize("case", FORWARD, ids=lambda case: case.name)
def test_states_may_be_inputs_and_outputs(case, tmp_path):
    given = inputs_of(case, 7)
    graph = read_model(written(case, tmp_path), options={"remove_memory": True})
    carried = {v.node.name: np.zeros(v.type.static_shape, np.float32) for v in graph.inputs}
    carried = {name: zeros for name, zeros in carried.items() if name not in (*given, "ended")}

    def run(feeds):
        made = interpret(graph, {**feeds, **carried})
        carried.update({name: made.pop(f"{name}/next") for name in carried})
        return made

    compare(streamed(graph, given, run), outputs(case.config, case.functions, given, case.context))


def test_what_looks_at_all_later_frames_cannot_be_streamed(tmp_path):
    (case,) = [case for case in CASES if case.delay is None]
    with pytest.raises(UnsupportedError, match=r"node 'b.Append' depends on all later frames.*leave out --streaming"):
        read_model(written(case, tmp_path), options={"streaming": True})
