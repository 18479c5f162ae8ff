"""--stop-after PASS:N, --print-after and --time-passes as observers of the passes."""

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.compiler.errors import UsageError
from dldt.compiler.ops import Add, Multiply
from dldt.debug.model_side import ModelSide
from dldt.debug.print_after import PrintAfter
from dldt.debug.stop_after import StopAfter
from dldt.debug.times import Times
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import parse_pipeline
from tests.passes.check import f32, graph_of, text

PASSES = "fold-constants,fuse-linear,remove-dead-code"


def three_pairs(g):
    """Three places at which fuse-linear fires: each pair of products becomes one, and constants fold first."""
    c = Add()(g.constant(np.float32(1)), g.constant(np.float32(2)))
    return tuple(Multiply()(Multiply()(g.parameter(f"x{k}", f32(4)), c), float(k + 2)) for k in range(3))


@pytest.mark.parametrize(("count", "fused"), [(0, 0), (1, 1), (2, 2), (3, 3)])
def test_the_passes_end_with_the_change_that_is_named(count, fused):
    graph = graph_of(three_pairs)
    stop = StopAfter.parsed(f"fuse-linear:{count}")
    assert stop is not None
    run_pipeline(graph, parse_pipeline(PASSES), observer=stop)
    assert text(graph).count("Multiply(Multiply(") == 3 - fused
    stop.step_begins(0, "recurrent", None)


def test_a_number_that_is_never_reached_is_told():
    stop = StopAfter("fuse-linear", 4)
    run_pipeline(graph_of(three_pairs), parse_pipeline(PASSES), observer=stop)
    with pytest.raises(UsageError, match="--stop-after fuse-linear:4: the pass made only 3 changes to this model"):
        stop.step_begins(0, "recurrent", None)


def test_a_name_without_a_number_is_none_of_it():
    assert StopAfter.parsed("fuse-linear") is None


@pytest.mark.parametrize("text", ["fuse-linear:", "fuse-linear:x", "fuse-linear:-1"])
def test_what_is_no_number_of_changes_is_refused(text):
    with pytest.raises(UsageError, match=f"--stop-after {text}: behind the colon stands a number of changes, as in"):
        StopAfter.parsed(text)


def test_a_number_for_a_pass_that_the_pipeline_has_not_is_refused():
    StopAfter("fold-constants", 2).require_in(["fold-constants{max_share=0.0}"])
    with pytest.raises(UsageError, match="--stop-after fuse-liner:2: the pipeline has no pass of this name"):
        StopAfter("fuse-liner", 2).require_in(PASSES.split(","))


def printed(*wanted):
    lines = []
    graph = graph_of(three_pairs)
    run_pipeline(graph, parse_pipeline(PASSES), observer=PrintAfter(wanted, PASSES.split(","), [], lines.append))
    return [line for line in lines if line.startswith("# ")]


@pytest.mark.parametrize(
    ("wanted", "heads"),
    [
        (["fuse-linear"], ["# after pass 2, fuse-linear: 3 changes, 12 nodes"]),
        (["changed"], ["# after pass 1, fold-constants: 1 changes", "# after pass 2, fuse-linear: 3 changes"]),
        (["all"], ["# after pass 1", "# after pass 2", "# after pass 3, remove-dead-code: 0 changes"]),
    ],
)
def test_the_graph_is_printed_after_these(wanted, heads):
    found = printed(*wanted)
    assert len(found) == len(heads)
    assert all(line.startswith(head) for line, head in zip(found, heads, strict=True))


def test_an_unknown_name_is_refused_with_those_that_are_known():
    with pytest.raises(UsageError, match=r"--print-after 'fuse-liner': no pass or step has this name; .*fuse-linear"):
        PrintAfter(["fuse-liner"], PASSES.split(","), ["regions"])


def test_times_are_a_table_of_all_passes():
    times = Times()
    run_pipeline(graph_of(three_pairs), parse_pipeline(PASSES), observer=times)
    lines = times.table.splitlines()
    assert [line.split()[:2] for line in lines[1:4]] == [[str(k), name] for k, name in enumerate(PASSES.split(","), 1)]
    assert lines[2].split()[2] == "3"


def test_a_side_behind_a_change_that_never_comes_is_refused(tmp_path):
    (tmp_path / "m.onnx").touch()
    side = ModelSide.parsed(f"{tmp_path / 'm.onnx'}@fuse-linear:4")
    with pytest.raises(UsageError, match=r"^m.onnx@fuse-linear:4: the pass made only 3 changes to this model$"):
        side.tensors(lambda _: graph_of(three_pairs), {}, parse_pipeline(PASSES), resolve_target("x86-64-v3"))
