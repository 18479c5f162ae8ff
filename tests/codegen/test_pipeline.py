"""The steps of code generation: each can be the last, is timed, and shows in a dump what it decided."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dldt.codegen.pipeline import PIPELINE, compile_graph, run_steps
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.observer import Observer
from dldt.compiler.types import DType, TensorType
from tests.codegen.test_least_dims import split
from tests.codegen.test_row_tiling import inverted_residual, machine

TARGET = TARGETS["x86-64-v3"]
NAMES = [step.name for step in PIPELINE]
MADE = {
    "recurrent": "graph",
    "conditions": "conditions",
    "regions": "regions",
    "layouts": "layouts",
    "precision": "types",
    "tasks": "program",
    "implementations": "choice",
    "row-tiling": "row_tiles",
    "memory": "arena",
    "kernels": "kernels",
    "specializations": "specialized",
    "program": "metadata",
    "objects": "objects",
    "link": "linked",
}
"""What each step adds to a compilation."""


def network():
    """Two products with a ReLU between them, a branch, and a sum of what the branch made."""
    graph, random = Graph("network"), np.random.default_rng(1)
    x = graph.parameter("x", TensorType(DType.f32, (3, 40)))
    first, second = (random.standard_normal(shape).astype(np.float32) for shape in ((40, 48), (48, 24)))
    y = ops.MatMul()(ops.ReLU()(ops.MatMul()(x, first)), second)
    flag = ops.Greater()(ops.ReduceMax(False)(x, np.array([0, 1])), np.array(0, np.float32))
    bodies = []
    for op in (ops.SoftMax(1), ops.Tanh()):
        body = Graph("side")
        body.result(op(body.parameter("a", y.type)), "r")
        bodies.append(body)
    graph.result(ops.ReduceSum(False)(ops.If(*bodies)(flag, y), np.array([1])), "y")
    return graph


@pytest.mark.parametrize("last", NAMES)
def test_every_step_can_be_the_last(last, tmp_path):
    made = run_steps(Compilation(network(), TARGET, path=tmp_path / "m.so"), last)
    done = NAMES[: NAMES.index(last) + 1]
    assert list(made.seconds) == done
    assert all(seconds >= 0 for seconds in made.seconds.values())
    assert list(MADE) == NAMES
    assert [name for name, made_by in MADE.items() if hasattr(made, made_by)] == done
    assert (tmp_path / "m.so").exists() == (last == "link")


def test_a_step_that_is_none_is_refused():
    with pytest.raises(UsageError) as refusal:
        run_steps(Compilation(network(), TARGET), "lowering")
    assert str(refusal.value) == (f"no step of code generation is called 'lowering'; there are: {', '.join(NAMES)}")


def test_a_file_needs_a_path():
    with pytest.raises(UsageError, match="an artifact needs a path"):
        run_steps(Compilation(network(), TARGET))


def test_the_summary_has_the_time_of_every_step(tmp_path):
    summary = compile_graph(network(), tmp_path / "m.so", TARGET)
    assert [name for name, _ in summary.steps] == NAMES
    assert all(seconds >= 0 for _, seconds in summary.steps)
    assert summary.seconds == pytest.approx(sum(seconds for _, seconds in summary.steps))


def test_every_step_says_what_it_does():
    assert len(set(NAMES)) == len(NAMES)
    assert all(step.what.endswith(".") and "\n\n" not in step.what for step in PIPELINE)


SHOWN = {
    "recurrent": r"MatMul",
    "regions": r"^'.*' f32\[3,48\] = MatMul\+ReLU, anchor '.*'$",
    "layouts": r"^'.*' f32\[3,24\] ",
    "precision": r"^\d+ tensors stored as the graph says$",
    "tasks": r"^If: 'Greater.*' boolean\[\] plain -> nothing$",
    "implementations": r"^'.*' MatMul\+ReLU: matmul, estimated$",
    "row-tiling": r"^  block 1$",
    "memory": r"^arena of \d+ bytes, no plan takes less than \d+$",
    "kernels": rf"^'.*' MatMul: conv_f32_.*\n    range \[0, \d+\), \d+ scalar operations, {2 * 3 * 48 * 24} flops$",
    "program": r"^k\w+_Tanh -> 'Tanh_\d+': first thread$",
    "objects": r"^k\w+: \d+ bytes$",
    "link": r"^library: \d+ bytes, \d+ of code, \d+ of weights$",
}
"""A line that the dump of a step must have."""


class Decided(Observer):
    """What each step decided, as text, by step."""

    def __init__(self):
        self.texts = {}
        self.begun = []

    def step_begins(self, number, name, compilation):
        self.begun.append((number, name))

    def step_ended(self, run):
        assert self.begun[-1] == (run.number, run.name)
        self.texts[run.name] = "\n".join(run.show())


def test_an_observer_hears_what_every_step_decided(tmp_path):
    heard = Decided()
    summary = compile_graph(network(), tmp_path / "m.so", TARGET, observer=heard)
    assert heard.begun == list(enumerate(NAMES))
    assert list(heard.texts) == NAMES
    for name, text in heard.texts.items():
        if name in SHOWN:
            assert re.search(SHOWN[name], text, re.MULTILINE), text
    assert f"arena of {summary.arena_bytes} bytes" in heard.texts["memory"]
    assert f"library: {summary.file_bytes} bytes" in heard.texts["link"]


def test_an_observer_of_some_steps():
    heard = Decided()
    run_steps(Compilation(split(), TARGET), "layouts", heard)
    assert list(heard.texts) == NAMES[:4]
    assert heard.texts["conditions"].endswith("what is left of the axis = N-2 must be at least 0")


def test_row_tiles_are_shown():
    heard = Decided()
    run_steps(Compilation(inverted_residual(), machine("x86-64-v3")), "memory", heard)
    assert "Rows of " not in heard.texts["tasks"]
    assert "\nRows of " in heard.texts["row-tiling"]
    memory = heard.texts["memory"]
    assert re.search(r" blocked8 of \d+ rows: line buffer 0 \+ 0, \d+ bytes$", memory, re.MULTILINE)
