"""Passes without a pattern ask for each place, so that bisection names the one that is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.observer import Observer
from dldt.debug.bisect import bisect
from dldt.frontends.onnx.importer import import_onnx
from dldt.passes.base import PASSES, Pass
from dldt.passes.local_pass import LocalPass
from dldt.passes.manager import run_pipeline
from dldt.passes.pipeline import Pipeline
from dldt.passes.transforms.fold_loops import FoldLoops
from dldt.passes.transforms.hoist_invariants import HoistInvariants
from dldt.passes.transforms.inline_if import InlineIf
from dldt.passes.transforms.loops_to_iterators import LoopsToIterators
from dldt.passes.transforms.loops_to_sequences import LoopsToSequences
from dldt.passes.transforms.merge_convolutions import MergeConvolutions
from dldt.passes.transforms.remove_dead_code import RemoveDeadCode
from dldt.passes.transforms.simplify_shapes import SimplifyShapes
from dldt.passes.transforms.unroll_loops import UnrollLoops
from tests.frontends.onnx_node import save
from tests.frontends.onnx_text import model_of_text
from tests.passes.check import f32

X = np.arange(24, dtype=np.float32).reshape(4, 2, 3) / 8

HEAD = """g (float[4,2,3] x) => (float[2,3] a, float[2,3] b) {
  M = Constant <value = int64 {4}> ()
  one = Constant <value = float[2,3] {1.0, 1.0, 1.0, 1.0, 1.0, 1.0}> ()
  w = Constant <value = float[3,3] {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}> ()
  s = ReduceSum <keepdims = 0> (x, axes)
"""


def twice(line: str) -> str:
    """A graph in which ``line`` stands twice, with @ being a and b."""
    head = HEAD.replace("  s = ", "  axes = Constant <value = int64[1] {0}> ()\n  s = ")
    return head + line.replace("@", "a") + "\n" + line.replace("@", "b") + "\n}"


def loop(body: str, start: str = "s") -> str:
    inner = f"(int64 i@, bool c@, float[2,3] p@) => (bool d@, float[2,3] q@) {{ {body} d@ = Identity(c@) }}"
    return f"@ = Loop <body = body@ {inner}> (M, , {start})"


PICKED = "r@ = Gather(x, i@) q@ = Add(p@, r@)"
CELL = "r@ = Gather(x, i@) m@ = MatMul(r@, w) n@ = MatMul(p@, w) o@ = Add(m@, n@) q@ = Tanh(o@)"
CASES: dict[type[Pass], tuple[tuple[Pass, ...], str]] = {
    RemoveDeadCode: ((), ""),
    SimplifyShapes: ((), "h@ = Shape(s) @ = Reshape(s, h@)"),
    MergeConvolutions: (
        (),
        "k@ = Constant <value = float[1,2,1] {0.5, 2.0}> () y@ = Relu(x) e@ = Conv(y@, k@) f@ = Conv(y@, k@)"
        " g@ = Add(e@, f@) h@ = ReduceSum <keepdims = 0> (g@, axes) @ = Add(s, h@)",
    ),
    FoldLoops: ((), loop("q@ = Add(p@, one)", "one").replace("@ = Loop", "l@ = Loop") + " @ = Add(s, l@)"),
    UnrollLoops: ((), loop("q@ = Sin(p@)")),
    HoistInvariants: ((), loop("e@ = Exp(s) q@ = Add(p@, e@)")),
    InlineIf: ((), ""),
    LoopsToIterators: ((), loop(PICKED)),
    LoopsToSequences: ((LoopsToIterators(),), loop(CELL)),
}


class Asked(Observer):
    """Notes the nodes of which one pass asks; refuses the first ``refused`` of them."""

    def __init__(self, name: str, refused: int = 0) -> None:
        self.name, self.refused, self.whats = name, refused, list[str]()

    bounded = True

    def allows(self, application):
        if application.name != self.name:
            return True
        self.whats.append(application.what)
        return len(self.whats) > self.refused


def dead_ends() -> Graph:
    graph = Graph()
    s = graph.parameter("x", f32(4, 2, 3))
    for name in "ab":
        ops.Sin()(ops.Exp()(s), name=f"dead {name}")
        graph.result(ops.ReLU()(s), name)
    return graph


def known_conditions() -> Graph:
    graph = Graph()
    s = graph.parameter("x", f32(4, 2, 3))
    for name in "ab":
        bodies = Graph(f"then {name}"), Graph(f"else {name}")
        for body, op in zip(bodies, (ops.ReLU(), ops.Abs()), strict=True):
            body.result(op(body.parameter("c", s.type)), "out")
        graph.result(ops.If(*bodies)(graph.constant(np.array(name == "a")), s, name=name), name)
    return graph


BUILT = {RemoveDeadCode: dead_ends, InlineIf: known_conditions}
"""What importers make no more."""


def made(kind: type[Pass], folder) -> tuple[Graph, Pipeline]:
    before, line = CASES[kind]
    graph = BUILT[kind]() if kind in BUILT else import_onnx(save(model_of_text(twice(line)), folder))
    return graph, Pipeline("test", (*before, kind()))


def test_every_pass_without_a_pattern_has_a_case():
    local = {kind for kind in PASSES.values() if issubclass(kind, LocalPass)}
    assert local == set(CASES)


def test_no_pass_takes_a_graph_as_a_whole():
    assert [kind.name for kind in PASSES.values() if kind.run is Pass.run] == []


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.name)
def test_each_place_is_asked_for_and_may_be_refused(kind, tmp_path):
    graph, pipeline = made(kind, tmp_path)
    expected = interpret(graph, {"x": X})
    whole, every = graph.copy(), Asked(kind.name)
    run_pipeline(whole, pipeline, observer=every)
    assert len(every.whats) == 2
    for refused in (1, 2):
        part, some = graph.copy(), Asked(kind.name, refused)
        report = run_pipeline(part, pipeline, observer=some, verify=True)
        assert report.count_of(kind.name) == (refused == 1) * (report_of(graph, pipeline, kind.name) // 2)
        for name, array in interpret(part, {"x": X}).items():
            np.testing.assert_allclose(array, expected[name], rtol=1e-5)


def report_of(graph: Graph, pipeline: Pipeline, name: str) -> int:
    return run_pipeline(graph.copy(), pipeline).count_of(name)


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.name)
def test_bisection_names_the_guilty_place(kind, tmp_path):
    """The second application is taken for the wrong one."""
    graph, pipeline = made(kind, tmp_path)
    every = Asked(kind.name)
    run_pipeline(graph.copy(), pipeline, observer=every)

    def good(version: Graph) -> bool:
        some = Asked(kind.name)
        run_pipeline(version.copy(), pipeline, observer=some)
        return len(some.whats) > 0

    guilty = bisect(graph, pipeline, good)
    assert guilty is not None
    assert guilty.text.splitlines()[0].endswith(f"is guilty: {kind.name} at {every.whats[-1]}")
