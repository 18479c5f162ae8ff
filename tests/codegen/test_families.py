"""Every kernel family: native code beside the family's own reference, and that beside the operation's definition."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.choice import family_of
from dldt.codegen.kernels.families import FAMILIES
from dldt.codegen.kernels.winograd.choose import F4
from dldt.codegen.pipeline import run_steps
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.task.numerics import Numerics
from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from tests.codegen.test_recurrence import LAYERS, graph_of, layer
from tests.codegen.winograd_case import force
from tests.ops.case import normal

PAIR, NONE = (1, 1), (0, 0)
DIRECT = Numerics(winograd=False)


def compiled(graph, feeds, folder, numerics=None):
    """The compilation, and what its artifact gives for ``feeds``."""
    made = run_steps(Compilation(graph, resolve_target("host"), numerics or Numerics(), path=folder / "m.so"))
    with load(folder / "m.so", threads=2) as model:
        return made, model.run(feeds)


def parts_of(made, name):
    """The parts of the only task that is carried out by the family called ``name``."""
    (leaf,) = (leaf for leaf in made.program.leaves() if leaf.chosen[0].implementation.family == name)
    assert {chosen.implementation.family for chosen in leaf.chosen} == {name}
    assert family_of(leaf.chosen[0].implementation).name == name
    return [chosen.part for chosen in leaf.chosen]


def family(name):
    (found,) = (family for family in FAMILIES if family.name == name)
    return found


def assert_near(found, wanted, error=1e-5):
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, atol=error * np.abs(wanted).max(), rtol=0)


def test_names_are_of_their_own_and_rivals_are_families():
    names = [each.name for each in FAMILIES]
    assert len(set(names)) == len(names)
    assert {each.rival_of for each in FAMILIES} - {None} <= set(names)


def convolution(op, filters, inputs, size, batch=2):
    """-x in channel blocks, convolved."""
    graph = Graph("convolution")
    x = graph.parameter("x", TensorType(DType.f32, (batch, inputs, *size)))
    graph.result(op(ops.Negative()(x), normal(*filters, seed=4)), "y")
    return graph, normal(batch, inputs, *size, seed=5)


CONVOLUTIONS = {
    "plain": (ops.Convolution(PAIR, PAIR, PAIR, PAIR), (40, 32, 3, 3), 32, (7, 9)),
    "pointwise": (ops.Convolution(PAIR, NONE, NONE, PAIR), (24, 32, 1, 1), 32, (5, 6)),
    "strided": (ops.Convolution((2, 3), (2, 0), (1, 1), PAIR), (32, 32, 5, 3), 32, (11, 8)),
    "dilated": (ops.Convolution(PAIR, (2, 3), (2, 3), (2, 3)), (33, 32, 3, 3), 32, (9, 10)),
    "grouped": (ops.GroupConvolution(PAIR, PAIR, PAIR, PAIR), (2, 16, 32, 3, 3), 64, (6, 7)),
    "small groups": (ops.GroupConvolution((2, 1), PAIR, NONE, PAIR), (8, 5, 4, 2, 3), 32, (8, 6)),
    "depthwise": (ops.GroupConvolution((2, 2), PAIR, PAIR, PAIR), (48, 1, 1, 3, 3), 48, (9, 7)),
    "few channels": (ops.Convolution(PAIR, PAIR, PAIR, PAIR), (3, 32, 3, 3), 32, (6, 20)),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution(name, tmp_path):
    graph, x = convolution(*CONVOLUTIONS[name])
    made, found = compiled(graph, {"x": x}, tmp_path, DIRECT)
    (part,) = parts_of(made, "convolution")
    reference = family("convolution").reference(part.problem, -x, part.weights())
    assert_near(found["y"], reference)
    assert_near(interpret(graph, {"x": x})["y"], reference)


@pytest.mark.parametrize("name", ["plain", "grouped"])
def test_winograd(name, tmp_path, monkeypatch):
    force(monkeypatch, F4)
    graph, x = convolution(*CONVOLUTIONS[name])
    made, found = compiled(graph, {"x": x}, tmp_path)
    (part,) = parts_of(made, "winograd")
    reference = family("winograd").reference(part.problem, -x, part.weights())
    assert_near(found["y"], reference)
    assert_near(interpret(graph, {"x": x})["y"], reference)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("shape", [(7, 20), (2, 3, 20), (1, 20)])
def test_matmul(shape, transposed, tmp_path):
    graph, matrix, data = Graph("matmul"), normal(20, 37, seed=2), normal(*shape)
    x = graph.parameter("x", TensorType(DType.f32, shape))
    graph.result(ops.MatMul(False, transposed)(x, np.ascontiguousarray(matrix.T) if transposed else matrix), "y")
    made, found = compiled(graph, {"x": data}, tmp_path)
    (part,) = parts_of(made, "matmul")
    rows = data.reshape(-1, 20).T.reshape(1, 20, 1, -1)
    reference = family("matmul").reference(part.problem, rows, part.weights())
    assert_near(found["y"], reference[0, :, 0].T.reshape(*shape[:-1], 37))
    assert_near(data @ matrix, reference[0, :, 0].T.reshape(*shape[:-1], 37))


@pytest.mark.parametrize(
    ("first", "second"), [((9, 20), (20, 33)), ((2, 3, 9, 20), (2, 3, 20, 33)), ((4, 1, 20), (20, 16))]
)
def test_batch_matmul(first, second, tmp_path):
    graph, a, b = Graph("products"), normal(*first), normal(*second, seed=2)
    x, y = (graph.parameter(name, TensorType(DType.f32, shape)) for name, shape in (("x", first), ("y", second)))
    graph.result(ops.MatMul(False, False)(x, y), "z")
    made, found = compiled(graph, {"x": a, "y": b}, tmp_path)
    (part,) = parts_of(made, "batch_matmul")
    reference = family("batch_matmul").reference(part.problem, a, b)
    assert_near(found["z"], reference)
    assert_near(interpret(graph, {"x": a, "y": b})["z"], reference)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("lengths", [None, [2, 4, 0]], ids=["whole", "lengths"])
@pytest.mark.parametrize("name", LAYERS)
def test_recurrence(name, lengths, direction, tmp_path):
    case = layer(name, 18, lengths=lengths, direction=direction)
    graph, feeds = graph_of(case)
    made, found = compiled(graph, feeds, tmp_path)
    (part,) = parts_of(made, "recurrence")
    x, *states, ends, w, r, b = case.inputs
    shared, own = (b[:, :54], b[:, 54:]) if name == "gru-before-reset" else (b, None)
    projected = x @ w.reshape(-1, w.shape[-1]).T + shared.reshape(-1)
    cell = states[1] if len(states) == 2 else None
    hidden = family("recurrence").reference(part.problem, projected, r, states[0], cell, ends, own)
    steps = x.shape[1]
    wanted = [hidden[:, :, :steps], *(hidden[:, :, steps + k] for k in range(len(states)))]
    assert part.problem.ragged == (lengths is not None)
    for k, (reference, expected) in enumerate(zip(wanted, case.expected(), strict=True)):
        assert_near(found[f"{case.id}/y{k}"], reference)
        assert_near(expected, reference)


@pytest.mark.parametrize(
    "op", [ops.MaxPool((2, 1), PAIR, NONE, (3, 2)), ops.AvgPool((1, 2), PAIR, PAIR, (3, 3), True)], ids=["max", "mean"]
)
def test_pool(op, tmp_path):
    graph, x = Graph("pool"), normal(2, 20, 9, 8)
    graph.result(op(graph.parameter("x", TensorType(DType.f32, x.shape))), "y")
    made, found = compiled(graph, {"x": x}, tmp_path)
    (part,) = parts_of(made, "pool")
    reference = family("pool").reference(part.problem, x)
    assert_near(found["y"], reference)
    assert_near(interpret(graph, {"x": x})["y"], reference)


def test_concat(tmp_path):
    """A part an input; each leaves what the others write as it is."""
    graph, arrays = Graph("concat"), {"a": normal(2, 5, 7), "b": normal(2, 3, 7, seed=2), "c": normal(2, 20, 7, seed=3)}
    values = [graph.parameter(name, TensorType(DType.f32, array.shape)) for name, array in arrays.items()]
    graph.result(ops.Concat(1)(*values), "y")
    made, found = compiled(graph, arrays, tmp_path)
    parts = parts_of(made, "concat")
    assert len(parts) == 3
    written = [family("concat").reference(p.problem, x) for p, x in zip(parts, arrays.values(), strict=True)]
    np.testing.assert_array_equal(found["y"], sum(written))
    np.testing.assert_array_equal(sum(written), np.concatenate(list(arrays.values()), axis=1))


def test_copy(tmp_path):
    """What a convolution makes in channel blocks goes out in C order."""
    graph, x = convolution(*CONVOLUTIONS["pointwise"])
    made, found = compiled(graph, {"x": x}, tmp_path)
    (part,) = parts_of(made, "copy")
    convolved = interpret(graph, {"x": x})["y"]
    (source,) = (buffer for buffer in part.tensors if buffer != part.problem.buffer)
    assert source.layout.block == resolve_target("host").block != part.problem.buffer.layout.block == 0
    reference = family("copy").reference(part.problem, convolved)
    np.testing.assert_array_equal(reference, convolved)
    assert_near(found["y"], reference)


def test_loops(tmp_path):
    graph, x, y = Graph("loops"), normal(3, 7, 11), normal(7, 1, seed=2)
    a, b = (graph.parameter(name, TensorType(DType.f32, v.shape)) for name, v in (("a", x), ("b", y)))
    graph.result(ops.ReduceSum(False)(ops.Multiply()(ops.Tanh()(a), b), np.array([1])), "y")
    made, found = compiled(graph, {"a": x, "b": y}, tmp_path)
    (part,) = parts_of(made, "loops")
    reference = family("loops").reference(part.problem, x, y)
    assert_near(found["y"], reference)
    assert_near((np.tanh(x) * y).sum(1), reference)


def test_selection(tmp_path):
    graph, x = Graph("selection"), normal(5, 300)
    rows = graph.parameter("x", TensorType(DType.f32, x.shape))
    values = ops.TopK(1, "max", "value", DType.i64).all(rows, np.array(7))
    graph.result(values[1], "y")
    made, found = compiled(graph, {"x": x}, tmp_path)
    (part,) = parts_of(made, "selection")
    reference = family("selection").reference(part.problem, x)
    np.testing.assert_array_equal(found["y"], reference)
    np.testing.assert_array_equal(np.argsort(-x, axis=1)[:, :7], reference)


def test_soft_suppression_in_the_selection_family(tmp_path):
    graph, boxes, scores = Graph("soft"), abs(normal(2, 40, 4)), abs(normal(2, 3, 40, seed=2))
    shapes = {"boxes": boxes, "scores": scores}
    given = [graph.parameter(name, TensorType(DType.f32, array.shape)) for name, array in shapes.items()]
    limits = [np.array(9), *(np.array(x, np.float32) for x in (0.5, 0.1, 0.4))]
    made = ops.NonMaxSuppression("corner", sort_result_descending=False).all(*given, *limits)
    graph.result(made[0], "triples")
    graph.result(made[1], "rows")
    compilation, found = compiled(graph, shapes, tmp_path)
    for leaf in compilation.program.leaves():
        for chosen in leaf.chosen:
            algorithm, limit = chosen.implementation.algorithm, np.array([0.1, -0.5 / 0.4], np.float32)
            if algorithm == "soft boxes":
                wanted = family("selection").reference(chosen.part.problem, boxes, scores, np.array([9]), limit)
                np.testing.assert_array_equal(found["triples"], wanted)
            if algorithm == "soft scores":
                wanted = family("selection").reference(chosen.part.problem, boxes, scores, found["triples"], limit)
                assert_near(found["rows"][:, 2], wanted)
    assert len(found["rows"]) > 20


def test_running_sum(tmp_path):
    graph, x = Graph("running sum"), normal(5, 30, 20)
    graph.result(ops.CumSum()(graph.parameter("x", TensorType(DType.f32, x.shape)), np.array(1)), "y")
    made, found = compiled(graph, {"x": x}, tmp_path)
    (part,) = parts_of(made, "running_sum")
    reference = family("running_sum").reference(part.problem, x)
    np.testing.assert_array_equal(found["y"], reference)
    np.testing.assert_array_equal(np.cumsum(x, 1), reference)


def test_scatter(tmp_path):
    graph, data, updates = Graph("scatter"), normal(9, 40), normal(6, 40, seed=1)
    places = np.array([[3], [1], [3], [-1], [9], [0]])
    given = {"data": data, "places": places, "updates": updates}
    inputs = [graph.parameter(name, TensorType(DType.of(x.dtype), x.shape)) for name, x in given.items()]
    graph.result(ops.ScatterNDUpdate("sum")(*inputs), "y")
    made, found = compiled(graph, given, tmp_path)
    (part,) = parts_of(made, "scatter")
    rows = np.where(places < 0, places + 9, places).ravel()
    reference = family("scatter").reference(part.problem, data, rows, updates)
    np.testing.assert_array_equal(found["y"], reference)
    wanted = data.copy()
    for row, update in zip(rows, updates, strict=True):
        wanted[row : row + 1] += update
    np.testing.assert_array_equal(wanted, reference)


def test_regions(tmp_path):
    graph, x, pick = Graph("regions"), normal(2, 83, 9, 7), np.random.default_rng(8)
    corners = pick.uniform(-2, 9, (6, 2))
    boxes = np.concatenate([corners, corners + pick.uniform(0, 6, (6, 2))], 1)
    rois = np.concatenate([[[0], [1], [0], [1], [1], [0]], boxes], 1).astype(np.float32)
    given = {"x": x, "rois": rois}
    inputs = [graph.parameter(name, TensorType(DType.f32, array.shape)) for name, array in given.items()]
    op = ops.ROIPooling(3, 2, 0.8)
    graph.result(op(*inputs), "y")
    made, found = compiled(graph, given, tmp_path)
    (part,) = parts_of(made, "regions")
    cells = [pick.integers(0, most, (6, count)) for most, count in ((12, 3), (6, 3), (5, 2), (3, 2))]
    lines = x.transpose(0, 2, 3, 1).reshape(18, 7, 83)
    reference = family("regions").reference(part.problem, lines, *cells)
    for region, i, j in np.ndindex(6, 3, 2):
        top, high, left, wide = (cells[k][region, (i, i, j, j)[k]] for k in range(4))
        part_of = lines[top : top + high, left : left + wide].reshape(-1, 83)
        np.testing.assert_array_equal(reference[region, i, j], part_of.max(0) if len(part_of) else np.zeros(83))
    np.testing.assert_array_equal(found["y"], op.evaluate(x, rois))


def test_no_family_is_left_out():
    assert {f"test_{each.name}" for each in FAMILIES} <= set(globals())
