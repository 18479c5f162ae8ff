"""I-vectors that change within an utterance: each call of a streaming model takes the row of its frames."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.errors import InputError
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from dldt.tools.utterances import run_utterance
from tests.frontends.kaldi.component_cases import matrix
from tests.frontends.kaldi.written import nnet3

CONFIG = """input-node name=input dim=3
input-node name=ivector dim=2
component-node name=a component=a input=Append(Offset(input, -1), input, ReplaceIndex(ivector, t, 0))
output-node name=output input=a"""
W, B = matrix(4, 8), matrix(4)


@pytest.fixture
def model(tmp_path):
    fields = [("LinearParams", W), ("BiasParams", B)]
    path = tmp_path / "m.raw"
    path.write_bytes(nnet3(CONFIG, {"a": ("AffineComponent", fields)}))

    def compiled(**options):
        return load(compile_model(read_model(path, options=options), tmp_path / "m.so", threads=1), threads=1)

    return compiled


def given(frames, rows):
    random = np.random.default_rng(5)
    return {
        "input": random.standard_normal((frames, 3)).astype(np.float32),
        "ivector": random.standard_normal((rows, 2)).astype(np.float32),
    }


@pytest.mark.parametrize(("chunk", "period"), [(4, 10), (5, 5), (1, 10)])
def test_a_call_takes_the_row_of_its_middle(model, chunk, period):
    frames, feeds = 23, given(23, 3)
    loaded = model(frames_per_chunk=chunk)
    found = run_utterance(loaded, loaded.create_request(), "input", feeds, period)["output"]
    x = feeds["input"]
    for t in range(frames):
        middle = t // chunk * chunk + chunk // 2
        row = feeds["ivector"][min(middle // period, 2)]
        frame = np.concatenate([x[max(t - 1, 0)], x[t], row])
        np.testing.assert_allclose(found[t], W @ frame + B, rtol=1e-4, atol=1e-5)


def test_a_whole_utterance_takes_one(model):
    loaded = model()
    with pytest.raises(InputError, match=r"'ivector' has 3 rows.*--frames_per_chunk N"):
        run_utterance(loaded, loaded.create_request(), "input", given(9, 3))
