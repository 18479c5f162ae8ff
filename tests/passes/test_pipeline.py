"""Pipelines as text, how they run, what the whole makes."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from dldt.compiler.dims import FreeDim, symbol
from dldt.compiler.errors import InternalError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.observer import Observer
from dldt.compiler.ops import (
    Add,
    BatchNormInference,
    Convolution,
    Divide,
    Gather,
    HSigmoid,
    Multiply,
    ReLU,
    Subtract,
)
from dldt.compiler.stage import CLEAN, IMPORTED, NORMAL, OPSET
from dldt.compiler.types import DType, TensorType
from dldt.passes.base import Pass
from dldt.passes.manager import run_pipeline
from dldt.passes.pipeline import Pipeline
from dldt.passes.pipelines import default_pipeline, parse_pipeline
from dldt.passes.transforms.fold_constants import FoldConstants
from dldt.passes.transforms.fuse_linear import FuseLinear
from dldt.passes.transforms.merge_convolutions import MergeConvolutions
from dldt.passes.transforms.remove_dead_code import RemoveDeadCode
from tests.passes.check import assert_equivalent, f32, graph_of, i64, random, text
from tests.passes.spelled import PADDED, PLAIN, convolved, layer_norm, sixth_of_clamp

X = f32(2, 4, 6, 6)
C4 = random(1, 4, 1, 1, low=0.5)


# ---- as text


@pytest.mark.parametrize(
    "written",
    [
        "fuse-linear",
        "fold-constants{max_share=0.25},fuse-linear,remove-dead-code",
        "merge-convolutions{max_outputs=64,any_kernel=true}",
    ],
)
def test_a_pipeline_prints_what_it_was_parsed_from(written):
    assert str(parse_pipeline(written)) == written


def test_options_arrive_in_the_fields():
    (item,) = parse_pipeline("merge-convolutions{max_outputs=64, any_kernel=true}").passes
    assert item == MergeConvolutions(max_outputs=64, any_kernel=True)


def test_defaults_are_not_printed():
    assert str(FoldConstants()) == "fold-constants"
    assert parse_pipeline("fold-constants{}").passes == (FoldConstants(),)


def test_the_default_pipeline_parses_back():
    assert parse_pipeline(str(default_pipeline())).passes == default_pipeline().passes


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("fuse-everything", "there is no pass 'fuse-everything'; close matches: 'fuse-"),
        ("fuse-linear{depth=2}", r"pass fuse-linear has no option 'depth' \(options: none\)"),
        ("fold-constants{max_share=much}", "pass fold-constants, option max_share: could not convert"),
        (
            "merge-convolutions{any_kernel=1}",
            "option any_kernel: '1' is neither true nor false",
        ),
        ("fuse-linear{", "not a list of passes"),
        ("fuse-linear}x", "not a list of passes"),
        ("fuse-linear,,fuse-gelu", "not a list of passes"),
    ],
)
def test_what_is_no_pipeline_is_refused(written, message):
    with pytest.raises(UsageError, match=message):
        parse_pipeline(written)


def test_passes_are_disabled_by_name():
    names = [item.name for item in default_pipeline().without(["fuse-*", "sink-transposes"]).passes]
    assert not [name for name in names if name.startswith("fuse-") or name == "sink-transposes"]
    assert "fold-constants" in names


def test_disabling_what_is_not_there_is_refused():
    with pytest.raises(UsageError, match=r"no pass to disable is called 'fuse-x.'; close matches: '"):
        default_pipeline().without(["fuse-x*"])


# ---- running


def _three_steps():
    return parse_pipeline("remove-dead-code,fold-constants,fuse-linear")


def _linear(g):
    c = Add()(g.constant(np.float32(1)), g.constant(np.float32(2)))
    return Multiply()(Multiply()(g.parameter("x", X), c), 2.0)


def test_the_report_counts_every_step():
    graph = graph_of(_linear)
    report = run_pipeline(graph, _three_steps(), verify=True)
    assert [(s.index, s.name, s.count) for s in report.steps] == [
        (0, "remove-dead-code", 0),
        (1, "fold-constants", 1),
        (2, "fuse-linear", 1),
    ]
    assert [s.nodes for s in report.steps] == [8, 6, 4]
    assert report.count == 2
    assert report.count_of("fuse-linear") == 1
    lines = report.table.splitlines()
    assert lines[0].split() == ["#", "pass", "changes", "nodes", "ms"]
    assert lines[2].split()[:4] == ["2", "fold-constants", "1", "6"]
    assert lines[-1].split()[:3] == ["all", "2", "4"]


class Heard(Observer):
    """Notes every event of the passes; refuses the pass called ``refused``."""

    def __init__(self, refused=""):
        self.events = []
        self.refused = refused

    @property
    def bounded(self):
        return bool(self.refused)

    def pass_begins(self, index, name, graph):
        self.events.append(("begins", name))

    def allows(self, application):
        self.events.append(("asks", application.name, application.what))
        return application.name != self.refused

    def applied(self, application):
        self.events.append(("applied", application.name, text(application.graph)))

    def pass_ended(self, run, graph):
        self.events.append(("ended", run.name, run.count, text(graph)))


def test_an_observer_hears_of_every_pass_and_every_change():
    heard = Heard()
    run_pipeline(graph_of(_linear), _three_steps(), observer=heard)
    start, folded, fused = "Multiply(Multiply(x, Add(1, 2)), 2)", "Multiply(Multiply(x, 3), 2)", "Multiply(x, 6)"
    assert heard.events == [
        ("begins", "remove-dead-code"),
        ("ended", "remove-dead-code", 0, start),
        ("begins", "fold-constants"),
        ("asks", "fold-constants", "Add 'Add_2'"),
        ("applied", "fold-constants", folded),
        ("ended", "fold-constants", 1, folded),
        ("begins", "fuse-linear"),
        ("asks", "fuse-linear", "Multiply 'Multiply_6'"),
        ("applied", "fuse-linear", fused),
        ("ended", "fuse-linear", 1, fused),
    ]


@pytest.mark.parametrize(
    ("refused", "left"),
    [("fold-constants", "Multiply(Multiply(x, Add(1, 2)), 2)"), ("fuse-linear", "Multiply(Multiply(x, 3), 2)")],
)
def test_what_an_observer_refuses_does_not_happen(refused, left):
    graph = graph_of(_linear)
    before = len(graph)
    report = run_pipeline(graph, _three_steps(), observer=Heard(refused), verify=True)
    assert text(graph) == left
    assert report.count_of(refused) == 0
    assert len(graph) <= before  # what a refused rewrite had made is gone


def test_an_observer_that_is_done_ends_the_passes():
    class Done(Observer):
        seen = 0

        @property
        def done(self):
            return self.seen > 0

        def applied(self, application):
            self.seen += 1

    report = run_pipeline(graph_of(_linear), _three_steps(), observer=Done())
    assert [s.name for s in report.steps] == ["remove-dead-code", "fold-constants"]


@pytest.mark.parametrize(("stop", "steps"), [(0, 0), (2, 2), ("fold-constants", 2), (None, 3)])
def test_stopping_early(stop, steps):
    graph = graph_of(_linear)
    assert len(run_pipeline(graph, _three_steps(), stop_after=stop).steps) == steps


@pytest.mark.parametrize(
    ("stop", "message"),
    [
        (4, "cannot stop after 4 passes: the pipeline has 3"),
        (-1, "cannot stop after -1 passes"),
        ("fuse-gelu", "cannot stop after 'fuse-gelu': no pass has this name"),
    ],
)
def test_stopping_where_there_is_no_step_is_refused(stop, message):
    with pytest.raises(UsageError, match=message):
        run_pipeline(graph_of(_linear), _three_steps(), stop_after=stop)


def test_a_pass_that_renames_an_output_is_caught():
    class Renames(Pass):
        name = "renames"

        def apply(self, graph):
            graph.rename_node(graph.outputs[0], "other")
            return 1

        def __str__(self):
            return self.name

    with pytest.raises(InternalError, match="pass renames changed the inputs or outputs of the graph"):
        run_pipeline(graph_of(_linear), Pipeline("test", (Renames(),)))


def test_a_pass_may_see_first_what_a_condition_says():
    """x's free dim must be 4: a pass that is the first to notice writes 4 in its place."""

    class Notices(Pass):
        name = "notices"

        def apply(self, graph):
            graph.equate(FreeDim("N", 0), 4)
            return 1

        def __str__(self):
            return self.name

    graph = Graph()
    x = graph.parameter("x", TensorType(DType.f32, (2, symbol("N", 0))))
    graph.result(ReLU()(x), "y")
    run_pipeline(graph, Pipeline("test", (Notices(),)))
    assert graph.inputs[0].type.shape == (2, 4)


class PlantBatchNorm(Pass):
    """y → BatchNormInference(y), and back to y where it was planted before"""

    name = "plant-batch-norm"

    def apply(self, graph):
        (output,) = graph.output_values
        made = BatchNormInference(epsilon=0.1)(output, *(np.ones(4, np.float32) for _ in range(4)), name="planted")
        for node, port in output.uses:
            if node != made.node:
                graph.rewire(node, port, made)
        return 1

    def __str__(self):
        return self.name


@pytest.mark.parametrize(
    ("verify", "told"), [(True, "after pass plant-batch-norm"), (False, "at the end of the default pipeline")]
)
def test_a_pass_that_brings_back_what_its_stage_forbids_is_named(verify, told, monkeypatch):
    monkeypatch.setenv("DLDT_VERIFY", "0")
    pipeline = default_pipeline()
    planted = attrs.evolve(pipeline, passes=(*pipeline.passes, PlantBatchNorm()))
    message = f"{told}: graph 'model': BatchNormInference 'planted' must not exist at stage OPSET: decompose-batch-norm"
    with pytest.raises(InternalError, match=message):
        run_pipeline(graph_of(lambda g: ReLU()(g.parameter("x", X))), planted, verify=verify)


def test_a_stage_is_checked_when_it_is_reached(monkeypatch):
    monkeypatch.setenv("DLDT_VERIFY", "0")
    pipeline = Pipeline.of("short", ((PlantBatchNorm(),), NORMAL), ((RemoveDeadCode(),), OPSET))
    with pytest.raises(InternalError, match="at stage NORMAL of the short pipeline: graph 'model': BatchNorm"):
        run_pipeline(graph_of(lambda g: ReLU()(g.parameter("x", X))), pipeline)


def test_the_stages_of_the_default_pipeline():
    pipeline = default_pipeline()
    at = {type(item).__name__: pipeline.stage_after(i + 1) for i, item in enumerate(pipeline.passes)}
    assert pipeline.stage_after(0) is IMPORTED
    assert (at["SimplifyGroupConvolution"], at["FuseClamp"]) == (CLEAN, CLEAN)
    assert (at["NormalizeArithmetic"], at["FusePad"]) == (NORMAL, NORMAL)
    assert pipeline.stage_after(len(pipeline.passes)) is OPSET
    assert pipeline.without(["fuse-gelu"]).stages == ()


# ---- the whole


def _light_block(g):
    """What the small ImageNet models of the onnx package look like: BatchNorm of ones, then Mul and Add."""
    x = g.parameter("x", X)
    ones = BatchNormInference(epsilon=1e-5)
    value = convolved(x, PADDED)
    value = ones(value, np.ones(4, np.float32), np.zeros(4, np.float32), random(4), random(4, low=0.5))
    return ReLU()(Add()(Multiply()(value, random(4, 1, 1)), random(4, 1, 1, seed=1)))


def _dense_block(g):
    x = g.parameter("x", X)
    value = BatchNormInference(epsilon=1e-5)(x, *(random(4, seed=i, low=0.1) for i in range(4)))
    return convolved(ReLU()(Add()(Multiply()(value, random(4, 1, 1)), random(4, 1, 1, seed=1))))


def _first_layer(g, attributes):
    x = g.parameter("x", f32(1, 3, 8, 8))
    x = Gather()(x, i64(2, 1, 0), i64(1)[0])
    x = Divide()(Subtract()(x, random(1, 3, 1, 1)), random(1, 3, 1, 1, low=0.5))
    return Add()(Convolution(**attributes)(x, random(4, 3, 3, 3)), C4)


WHOLE = {
    "convolution, batch norm, product, sum": (_light_block, "ReLU(Add(Convolution(x, [4,4,3,3]), [1,4,1,1]))"),
    "batch norm before relu": (
        _dense_block,
        "Convolution(ReLU(Add(Multiply(x, [1,4,1,1]), [1,4,1,1])), [4,4,3,3])",
    ),
    "first layer": (lambda g: _first_layer(g, PLAIN), "Add(Convolution(Add(x, [1,3,1,1]), [4,3,3,3]), [1,4,1,1])"),
    "first layer, padded": (
        lambda g: _first_layer(g, PADDED),
        "Add(Convolution(Add(x, [1,3,1,1]), [4,3,3,3]), [1,4,1,1])",
    ),
    "layer norm": (
        lambda g: Add()(Multiply()(layer_norm(g.parameter("x", f32(2, 5, 8))), random(8)), random(8)),
        "Add(Multiply(MVN(x, [2]), [8]), [8])",
    ),
    "hswish": (
        lambda g: (lambda x: Multiply()(x, sixth_of_clamp(x)))(g.parameter("x", X)),
        "HSwish(x)",
    ),
    "hsigmoid gate": (
        lambda g: (lambda x: Multiply()(x, HSigmoid()(x)))(g.parameter("x", X)),
        "HSwish(x)",
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_the_default_pipeline(name):
    build, wanted = WHOLE[name]
    before = graph_of(build)
    after = before.copy()
    run_pipeline(after, default_pipeline(), verify=True)
    assert text(after) == wanted
    assert_equivalent(before, after, 1e-5)
    assert run_pipeline(after, default_pipeline(), verify=True).count == 0


def test_any_prefix_of_the_pipeline_keeps_the_outputs():
    steps = len(default_pipeline().passes)
    for stop in range(0, steps, 5):
        graph = graph_of(_light_block)
        before = graph.copy()
        run_pipeline(graph, default_pipeline(), stop_after=stop, verify=True)
        assert_equivalent(before, graph, 1e-5)


def test_an_empty_graph_passes_through():
    graph = Graph()
    graph.result(graph.parameter("x", X), "y")
    assert run_pipeline(graph, default_pipeline(), verify=True).count == 0
    assert RemoveDeadCode().apply(graph) == 0
    assert FuseLinear().apply(graph) == 0
