"""Bisection, comparison, reduction and the file that is sent, on a small model."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import attrs
import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.errors import InternalError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from dldt.compiler.types import DType, TensorType
from dldt.debug.anonymous import without_weights
from dldt.debug.application_limit import ApplicationLimit
from dldt.debug.bisect import bisect
from dldt.debug.crash import write_crash
from dldt.debug.deviation import Deviation
from dldt.debug.evaluator import Evaluator, Statistics
from dldt.debug.failure_search import FailureSearch
from dldt.debug.inputs import checked_inputs, random_inputs
from dldt.debug.locate import locate
from dldt.debug.reduce import Reducer
from dldt.debug.repro import write_repro
from dldt.debug.subgraph import subgraph, working_nodes
from dldt.debug.tensor_comparison import TensorComparison
from dldt.debug.transformed import transformed
from dldt.passes.base import Pass
from dldt.passes.pipeline import Pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.runtime.array_file import write_arrays
from tests.debug import planted
from tests.debug.small_model import small_inputs, small_model

# ---- bounds and bisection


def test_the_first_applications_are_the_same_in_every_run():
    graph = small_model()
    every = ApplicationLimit()
    transformed(graph, default_pipeline(), every)
    names = [(application.name, application.what) for application in every.asked]
    assert len(names) >= 3
    for limit in (0, 1, len(names) // 2, len(names)):
        some = ApplicationLimit(limit)
        made = transformed(graph, default_pipeline(), some)
        assert [(application.name, application.what) for application in some.asked] == names[:limit]
        for name, array in interpret(graph, small_inputs()).items():
            np.testing.assert_allclose(interpret(made, small_inputs())[name], array, rtol=1e-4, atol=1e-5)


def test_the_guilty_application_is_named_with_what_it_did():
    graph, inputs = small_model(), small_inputs()
    expected = interpret(graph, inputs)
    tried = []

    def good(made):
        return np.allclose(interpret(made, inputs)["y"], expected["y"], rtol=1e-3, atol=1e-4)

    found = bisect(graph, planted.with_flipped_sign("shifted"), good, tried.append)
    assert found is not None
    assert found.text.splitlines()[0].endswith("is guilty: flip-sign at Add 'shifted'")
    assert "  from Add 'shifted'" in found.text
    assert [(e.operation, e.name) for e in found.difference.removed if e.operation == "Add"] == [("Add", "shifted")]
    assert found.probes == len(tried)
    assert 2 ** (found.probes - 2) <= found.total < 2 ** (found.probes + 1)


def test_a_check_that_never_holds_has_no_guilty_application():
    assert bisect(small_model(), default_pipeline(), lambda graph: False) is None


# ---- evaluation and deviation


def test_what_two_versions_share_is_evaluated_once(monkeypatch):
    calls = []
    right = ops.Convolution.evaluate
    monkeypatch.setattr(ops.Convolution, "evaluate", lambda *a: calls.append(1) or right(*a))
    graph, evaluator = small_model(), Evaluator(small_inputs())
    first = evaluator.outputs(graph)
    second = evaluator.outputs(graph.copy())
    assert len(calls) == 1
    assert all(first[name] is second[name] for name in first)
    np.testing.assert_array_equal(first["y"], interpret(graph, small_inputs())["y"])


@pytest.mark.parametrize(
    ("expected", "found", "deviation"),
    [
        ([1.0, -4.0], [1.0, -4.0], Deviation(0.0, 0.0, 0.0)),
        ([1.0, -4.0], [1.5, -4.0], Deviation(0.5, 0.25, 0.125)),
        ([np.nan, np.inf], [np.nan, np.inf], Deviation(0.0, 0.0, 0.0)),
        ([1.0, 2.0], [np.nan, 2.0], Deviation(np.inf, np.inf, np.inf)),
        ([0.0, 0.0], [0.0, 1.0], Deviation(1.0, 0.5, np.inf)),
        ([1.0], [1.0, 1.0], Deviation(np.inf, np.inf, np.inf)),
    ],
)
def test_deviation(expected, found, deviation):
    made = Deviation.between(np.array(expected), np.array(found))
    assert made == deviation
    assert made.exceeds(0.1) == (deviation.needed > 0.1)


def test_statistics_leave_out_what_is_no_number():
    assert str(Statistics.of(np.array([1.0, 3.0, np.nan]))) == "min 1, max 3, mean 2, 1 NaN or infinite"


def test_a_comparison_names_the_first_tensor_that_differs():
    one = {"a": np.ones(2), "b": np.ones(2), "c": np.ones(2), "alone": np.ones(1)}
    other = {"c": np.ones(2) + 1, "b": np.ones(2) + 0.5, "a": np.ones(2), "shape": np.ones(1)}
    made = TensorComparison.of(one, other, 0.1, ["c"])
    assert list(made.tensors) == ["a", "b", "c"]
    assert made.first == "b"
    assert made.verdict == (
        "first divergence: 'b' (largest error 0.5, mean 0.5, needs a relative tolerance of 0.5); 2 of 3 tensors differ"
    )
    assert json.loads(json.dumps(made.data))["tensors"]["c"]["needed"] == 1.0
    assert (
        TensorComparison.of(one, one, 0.1).verdict == "all 4 tensors agree within 0.1; the least that would pass is 0"
    )


def test_one_step_of_a_quantised_tensor_is_called_so():
    one, other = {"a": np.uint8([10, 200])}, {"a": np.uint8([10, 201])}
    made = TensorComparison.of(one, other, 1e-4)
    assert made.first == "a"
    assert made.verdict.endswith(
        "1 of 1 tensors differ; it is one step of a quantised tensor, which --tolerance 0.01 allows"
    )
    assert TensorComparison.of(one, other, 0.01).first is None
    assert "step" not in TensorComparison.of(one, {"a": np.uint8([10, 202])}, 1e-4).verdict


# ---- parts of a graph


def test_a_part_of_a_graph_computes_what_the_whole_did():
    graph, inputs = small_model(), small_inputs()
    recorded = Evaluator(inputs).values(graph, {v: v for node in graph.order() for v in node.outputs})
    nodes = {node.name: node for node in working_nodes(graph)}
    output = nodes["swish"].outputs[0]
    made, given = subgraph(graph, output, [nodes["gate"].id, nodes["swish"].id], recorded)
    assert [node.name for node in working_nodes(made)] == ["gate", "swish"]
    assert list(given) == ["shifted"]
    np.testing.assert_array_equal(interpret(made, given)["result"], recorded[output])


def test_recorded_sizes_are_constants():
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (2, 6)))
    size = ops.Concat(0)(ops.Gather()(ops.ShapeOf()(x), np.array([1]), np.int64(0)), np.array([2], np.int64))
    graph.result(ops.Reshape(False)(x, size, name="reshaped"), "y")
    inputs = {"x": np.arange(12, dtype=np.float32).reshape(2, 6)}
    recorded = Evaluator(inputs).values(graph, {v: v for node in graph.order() for v in node.outputs})
    (last,) = (node for node in working_nodes(graph) if node.op.type == "Reshape")
    made, given = subgraph(graph, last.outputs[0], [last.id], recorded)
    assert list(given) == ["x"]
    assert made.output_values[0].type.shape == last.types[0].shape


def test_reduction_ends_at_the_node_and_remembers(tmp_path, monkeypatch):
    graph, inputs = small_model(), small_inputs()
    pipeline = planted.with_flipped_sign("shifted")
    search = FailureSearch(pipeline, None, inputs, 1e-3)
    journal = tmp_path / "checks.journal"
    first = Reducer(graph, inputs, search.fails_in_passes, journal).run()
    assert first.nodes == ("Add 'shifted'",)
    assert first.recalled == 0

    def never(*_):
        raise AssertionError("every check is known")

    again = Reducer(graph, inputs, never, journal).run()
    assert again.nodes == first.nodes
    assert again.recalled == first.checks
    assert again.checks == 0
    with journal.open("a") as file:
        file.write('\n["0123abcd", tr')  # the run ended while it wrote
    other = Reducer(graph, inputs, search.fails_in_passes, journal, check="another").run()
    assert other.recalled == 0
    assert Reducer(graph, inputs, never, journal, check="another").run().recalled == other.checks


def test_a_node_that_a_pass_made_is_reduced_in_the_graph_before_the_guilty_pass():
    """Its name tells a number that is another one in every part of the imported graph."""
    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (1, 2, 3, 4)))
    turned = ops.Transpose()(ops.Tanh()(x, name="before"), np.array([0, 2, 3, 1]), name="turned")
    shifted = ops.Add()(turned, np.array([1.0, 2.0], np.float32), name="shifted")
    graph.result(ops.Transpose()(ops.Tanh()(shifted, name="after"), np.array([0, 3, 1, 2]), name="back"), "y")
    (name,) = (node.name for node in transformed(graph, default_pipeline()).order() if node.op.type == "Add")
    assert name not in {node.name for node in graph.order()}
    inputs = {"x": np.random.default_rng(0).standard_normal((1, 2, 3, 4)).astype(np.float32)}
    search = FailureSearch(planted.with_flipped_sign(name), None, inputs, 1e-3)
    reduced = search.reducer(graph, search.find(graph)).run()
    assert reduced.nodes == (f"Add {name!r}",)
    assert reduced.options == ("--passes", "flip-sign")
    assert reduced.fails(reduced.graph, reduced.inputs)


def test_a_model_that_does_not_fail_is_not_reduced():
    with pytest.raises(UsageError, match="nothing to reduce: no output of the whole model fails the check"):
        Reducer(small_model(), small_inputs(), lambda *_: False).run()


def test_the_native_code_of_a_good_model_has_no_culprit(tmp_path):
    from dldt.codegen.host import host_target
    from dldt.debug.check import compiled

    c = compiled(transformed(small_model(), default_pipeline()), host_target(), tmp_path / "m.so")
    assert locate(c, small_inputs(), 1e-4) is None


# ---- inputs


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "no array is given for input 'x', which takes f32"),
        ({"x": np.zeros((1, 4, 12, 12))}, r"input 'x' takes f32\[1,4,12,12\], f64\[1, 4, 12, 12\] is given"),
        (
            {"x": np.zeros((1, 4, 12, 13), np.float32)},
            r"input 'x' takes f32\[1,4,12,12\], f32\[1, 4, 12, 13\] is given",
        ),
        ({**small_inputs(), "z": np.zeros(1)}, "there is no input 'z'; the inputs are 'x'"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(given, message):
    with pytest.raises(UsageError, match=message):
        checked_inputs(small_model(), given)


def test_free_dims_have_no_random_inputs():
    graph = Graph()
    graph.result(ops.ReLU()(graph.parameter("x", TensorType(DType.f32, (symbol("N"), 2)))), "y")
    with pytest.raises(UsageError, match=r"'x' has free dims .*: give arrays \(--inputs\) or sizes, .* \"x\[1,2\]\""):
        random_inputs(graph)


def test_arrays_of_any_name_are_written(tmp_path):
    write_arrays(tmp_path / "a.npz", {"file": np.arange(3), "a/b": np.ones(2)})
    with np.load(tmp_path / "a.npz") as found:
        assert found["file"].tolist() == [0, 1, 2]
        assert found["a/b"].tolist() == [1, 1]


# ---- what is sent


def test_weights_are_replaced_by_others_of_the_same_statistics():
    graph = small_model()
    made = without_weights(graph)
    old = {n.name: n.op.value for n in graph.order() if isinstance(n.op, ops.Constant)}
    new = {n.name: n.op.value for n in made.order() if isinstance(n.op, ops.Constant)}
    assert sorted(old) == sorted(new)
    large = [name for name, array in old.items() if array.size > 16]
    assert large
    for name, array in old.items():
        if name not in large:
            np.testing.assert_array_equal(new[name], array)
            continue
        assert not np.array_equal(new[name], array)
        assert abs(new[name].mean() - array.mean()) < 0.2
        assert 0.7 < new[name].std() / array.std() < 1.3
        assert new[name].min() >= array.min()


def test_a_file_to_send_holds_model_inputs_and_command(tmp_path):
    path = tmp_path / "r.zip"
    write_repro(path, small_model(), small_inputs(), ["dldt", "run", "a b"], with_weights=True, texts={"note.txt": "n"})
    again = tmp_path / "again.zip"
    write_repro(
        again, small_model(), small_inputs(), ["dldt", "run", "a b"], with_weights=True, texts={"note.txt": "n"}
    )
    assert path.read_bytes() == again.read_bytes()
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "r")
    found = interpret(read_ir(tmp_path / "r" / "model.xml"), dict(np.load(tmp_path / "r" / "inputs.npz")))
    np.testing.assert_allclose(found["y"], interpret(small_model(), small_inputs())["y"], rtol=1e-5)
    assert (tmp_path / "r" / "repro.sh").read_text().endswith("exec dldt run 'a b'\n")
    assert json.loads((tmp_path / "r" / "env.json").read_text())["dldt"]
    assert (tmp_path / "r" / "note.txt").read_text() == "n"


class Breaks(Pass):
    """A pass that fails when there is a Sigmoid."""

    name = "breaks"

    def apply(self, graph):
        if any(node.op.type == "Sigmoid" for node in graph.order()):
            raise ValueError("no Sigmoids, please")
        return 0


def test_a_crash_leaves_the_last_good_graph(tmp_path):
    kept = tmp_path / "module.ll"
    kept.write_text("; the module")
    passes = default_pipeline().passes
    place = next(i for i, item in enumerate(passes) if item.name == "fuse-clamp")
    broken = Pipeline("broken", (*passes[:place], attrs.frozen(Breaks, repr=False, str=False)(), *passes[place:]))
    path = write_crash(InternalError("LLVM died", (str(kept),)), ["dldt", "compile", "m"], small_model(), broken)
    try:
        with zipfile.ZipFile(path) as archive:
            texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".txt", ".ll"))}
    finally:
        Path(path).unlink()
    assert texts["module.ll"] == "; the module"
    assert "InternalError: LLVM died" in texts["traceback.txt"]
    assert texts["pass.txt"] == "fails in breaks: no Sigmoids, please\n"
    assert texts["passes.txt"].startswith("breaks,fuse-clamp,")
    assert "scale" in texts["last-good.txt"]
    assert "Add(%one, %half)" not in texts["last-good.txt"]  # constants were folded before
