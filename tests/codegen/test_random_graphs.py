"""Random models: native code gives what the interpreter gives, with passes and without, on one thread and on two."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler.interpret import interpret
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.runtime import cpu, load
from tests.codegen.random_graph import RandomGraph

LEVELS = ("host", "x86-64-v3", "x86-64-v2")
TOLERANCE = 1e-4
SEEDS = [seed for pair in zip(range(24), range(24, 48), strict=True) for seed in pair]
"""So that those which run in any case are of all kinds."""


def check(outputs, expected):
    assert list(outputs) == list(expected)
    for name, wanted in expected.items():
        got = outputs[name]
        assert got.shape == wanted.shape, name
        scale = max(1.0, float(np.abs(wanted).max(initial=0)))
        error = float(np.abs(got - wanted).max(initial=0)) / scale
        assert error <= TOLERANCE, f"{name} {wanted.shape} differs by {error:.2e}"


@pytest.mark.one_in(2)
@pytest.mark.parametrize("seed", SEEDS)
def test_native_is_the_interpreter(seed, tmp_path):
    """One model a seed: every second one after the passes, half of them with a free batch, a third for each level."""
    passes, free, target = bool(seed % 2), bool(seed // 2 % 2), resolve_target(LEVELS[seed % 3])
    if cpu.missing(list(target.features)):
        pytest.skip(f"this processor is no {target.name}")
    made = RandomGraph(seed, free=free)
    expected = interpret(made.graph, made.feeds)
    if passes:
        run_pipeline(made.graph, default_pipeline())
    compile_graph(made.graph, tmp_path / "model.so", target)
    runs = []
    for threads in (1, 2):
        with load(tmp_path / "model.so", threads=threads) as model:
            model.run(made.feeds)  # the second run finds the arena full of the first one's remains
            runs.append(model.run(made.feeds))
    check(runs[0], expected)
    for name, alone in runs[0].items():
        np.testing.assert_array_equal(runs[1][name], alone, err_msg=f"{name} on two threads")
