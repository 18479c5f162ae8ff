"""Several implementations of one task, each for some sizes: which are taken, and that each computes the same."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.objective import Objective
from dldt.codegen.kernels.recorded import plan_of
from dldt.codegen.pipeline import assemble, compile_graph
from dldt.codegen.target import TARGETS
from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.errors import InputError
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load

RNG = np.random.default_rng(5)
SHAPES = ((96, 96, 3, 3), (96, 96, 1, 1), (128, 512))
FILTERS, POINTS, MATRIX = ((RNG.standard_normal(shape) * 0.1).astype(np.float32) for shape in SHAPES)
FREE = (symbol("N"), 96, symbol("H"), symbol("W"))


def image(shape):
    graph = Graph("image")
    x = graph.parameter("x", TensorType(DType.f32, shape))
    mixed = ops.Convolution((8, 8), (0, 0), (0, 0), (1, 1))(x, graph.constant(POINTS))
    convolved = ops.Convolution((1, 1), (1, 1), (1, 1), (1, 1))(mixed, graph.constant(FILTERS))
    graph.result(ops.ReLU()(convolved), "y")
    return graph


def rows(shape):
    graph = Graph("rows")
    x = graph.parameter("x", TensorType(DType.f32, shape))
    graph.result(ops.ReLU()(ops.MatMul(False, False)(x, graph.constant(MATRIX))), "y")
    return graph


def versions(graph, optimize=Objective.speed):
    """The implementations of each task that has several."""
    made = assemble(graph, TARGETS["x86-64-v4"], optimize=optimize)
    return [leaf.chosen for leaf in made.program.leaves() if len(leaf.chosen) > 1]


def test_each_version_begins_where_the_one_before_ends():
    chosen = versions(image(FREE))[-1]
    ranges = [each.sizes for each in chosen]
    assert (ranges[0].least, ranges[-1].end) == (0, None)
    assert all(a.end == b.least for a, b in pairwise(ranges))
    assert len({each.implementation for each in chosen}) == len(chosen)


def test_small_images_are_cut_into_smaller_tiles():
    chosen = versions(image(FREE))[-1]
    forms = [each.implementation.tile.form for each in chosen if each.implementation.family == "winograd"]
    assert forms
    assert sorted(forms, key=lambda form: form.taps) == forms


def test_known_sizes_have_one_version():
    assert versions(image((1, 96, 20, 20))) == []


def test_a_batch_of_many_rows_shares_the_weights_that_it_reads():
    made = assemble(rows((symbol("N"), 128)), TARGETS["x86-64-v4"])
    tiles = [each.implementation.tile.rows for leaf in made.program.leaves() for each in leaf.chosen]
    assert max(tiles) >= 4


def test_size_keeps_the_weights_once():
    chosen = versions(image(FREE), Objective.size)
    assert len({each.packing for part in chosen for each in part}) <= 1


@pytest.mark.parametrize(("build", "shape"), [(image, FREE), (rows, (symbol("N"), 128))])
def test_every_version_computes_the_same(build, shape, tmp_path):
    graph = build(shape)
    compile_graph(graph, tmp_path / "free.so", resolve_target("host"), optimize=Objective.speed)
    with load(tmp_path / "free.so", threads=2) as model, load(tmp_path / "free.so", threads=1) as alone:
        for batch, high, wide in ((1, 3, 4), (2, 9, 7), (3, 17, 33), (1, 61, 40), (5, 30, 31)):
            fixed = (batch, 96, 8 * high, 8 * wide) if build is image else (batch * high, 128)
            x = RNG.standard_normal(fixed).astype(np.float32)
            (wanted,) = interpret(build(fixed), {"x": x}).values()
            found = model.run({"x": x})["y"]
            assert np.abs(found - wanted).max() < 5e-5 * np.abs(wanted).max()
            np.testing.assert_array_equal(alone.run({"x": x})["y"], found)


def test_a_plan_lists_all_versions(tmp_path):
    target = TARGETS["x86-64-v4"]
    made = assemble(image(FREE), target, optimize=Objective.speed)
    plan = json.loads(json.dumps(made.metadata["plan"]))
    assert [task["sizes"] for task in plan["tasks"] if "sizes" in task][-1][1] is None
    compile_graph(image(FREE), tmp_path / "model.so", target, optimize=Objective.speed)
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / "model.so"
    compile_graph(image(FREE), again, target, recorded=plan_of(plan, "plan"), optimize=Objective.speed)
    assert again.read_bytes() == (tmp_path / "model.so").read_bytes()


def _first_sized(plan):
    return next(k for k, task in enumerate(plan["tasks"]) if "sizes" in task)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda plan, k: plan["tasks"].pop(k), "it leaves out sizes of"),
        (lambda plan, k: plan["tasks"][k + 1].pop("sizes"), "it leaves out sizes of .* from"),
        (lambda plan, k: plan["tasks"][k].update(sizes=[3, 1]), "the sizes of a task are not a range"),
    ],
)
def test_a_plan_that_leaves_out_sizes_is_refused(change, text, tmp_path):
    target = TARGETS["x86-64-v4"]
    plan = json.loads(json.dumps(assemble(image(FREE), target, optimize=Objective.speed).metadata["plan"]))
    change(plan, _first_sized(plan))
    with pytest.raises((InputError, ValueError), match=text):
        compile_graph(image(FREE), tmp_path / "x.so", target, recorded=plan_of(plan, "plan"))
