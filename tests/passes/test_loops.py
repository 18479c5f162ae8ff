"""Loops that are unrolled, folded, made sequences, or relieved of what does not change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset1, opset3, opset4

from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from dldt.compiler.ops.repetition import Repetition
from dldt.compiler.types import Array
from dldt.compiler.verify import verify
from dldt.frontends.onnx.importer import import_onnx
from dldt.passes.base import Pass
from dldt.passes.manager import run_pipeline
from dldt.passes.pipeline import Pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.passes.transforms.fold_loops import FoldLoops
from dldt.passes.transforms.hoist_invariants import HoistInvariants
from dldt.passes.transforms.loops_to_iterators import LoopsToIterators
from dldt.passes.transforms.loops_to_sequences import LoopsToSequences
from dldt.passes.transforms.unroll_loops import UnrollLoops
from tests.frontends.onnx_node import reference, save
from tests.frontends.onnx_text import model_of_text

X = np.arange(6, dtype=np.float32).reshape(2, 3) / 4


def kinds(graph: Graph) -> list[str]:
    return [node.op.type for part in graph.walk() for node in part.order()]


def check(text: str, feed: Mapping[str, Array], folder: Path, *steps: Pass) -> Graph:
    """The graph after the passes; what it computes is onnxruntime's."""
    model = model_of_text(text)
    graph = import_onnx(save(model, folder))
    run_pipeline(graph, Pipeline("test", steps) if steps else default_pipeline(), verify=True)
    verify(graph)
    found = interpret(graph, feed)
    for node, want in zip(graph.outputs, reference(model, dict(feed)), strict=True):
        np.testing.assert_allclose(found[node.name], want, rtol=1e-5, atol=1e-6)
        assert found[node.name].shape == want.shape
    return graph


def counted(turns: int, start: str = "") -> str:
    return f"""g (float[2,3] x, float[2,4,3] p) => (float[2,3] y, float[S,2,3] all) {{
      M = Constant <value = int64 {{{turns}}}> ()
      go = Constant <value = bool {{{start or 1}}}> ()
      y, all = Loop <body = b (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d, float[2,3] e) {{
        row = Gather <axis = 1> (p, i)
        k = Cast <to = 1> (i)
        n = Mul(row, k)
        d = Add(a, n)
        e = Sub(d, x)
        c2 = Identity(c)
      }}> (M, go, x)
    }}"""


FEED = {"x": X, "p": np.arange(24, dtype=np.float32).reshape(2, 4, 3)}


@pytest.mark.parametrize("turns", [1, 2, 4])
def test_a_short_loop_is_unrolled(turns: int, tmp_path: Path) -> None:
    graph = check(counted(turns), FEED, tmp_path, UnrollLoops())
    assert "Loop" not in kinds(graph)
    assert kinds(graph).count("Add") == turns
    assert [str(v.type) for v in graph.output_values] == ["f32[2,3]", f"f32[{turns},2,3]"]


@pytest.mark.parametrize(("turns", "start"), [(0, ""), (3, "0")])
def test_a_loop_without_a_turn_goes(turns: int, start: str, tmp_path: Path) -> None:
    graph = check(counted(turns, start), FEED, tmp_path, UnrollLoops())
    assert sorted(kinds(graph)) == ["Const", "Parameter", "Parameter", "Result", "Result"]


def test_a_loop_that_is_long_or_large_stays(tmp_path: Path) -> None:
    assert "Loop" in kinds(check(counted(4), FEED, tmp_path, UnrollLoops(turns=3)))
    assert "Loop" in kinds(check(counted(4), FEED, tmp_path, UnrollLoops(nodes=20)))


def test_a_loop_with_a_condition_stays(tmp_path: Path) -> None:
    text = """g (float[1] x, float limit) => (float[1] y) {
      M = Constant <value = int64 {3}> ()
      y = Loop <body = b (int64 i, bool c, float[1] a) => (bool c2, float[1] d) {
        d = Add(a, a)
        c3 = Less(d, limit)
        zero = Constant <value = int64[1] {0}> ()
        c2 = Squeeze(c3, zero)
      }> (M, , x)
    }"""
    feed = {"x": np.ones(1, np.float32), "limit": np.array(3, np.float32)}
    assert "Loop" in kinds(check(text, feed, tmp_path))


NESTED = """g (float[2,3] x, int64 L) => (float[2,3] y, float[T,3] z) {
  M = Constant <value = int64 {2}> ()
  y, z = Loop <body = outer (int64 i, bool c, float[2,3] a, float[r,3] w) => (bool c2, float[2,3] d, float[q,3] v) {
    v = Concat <axis = 0> (w, a)
    d = Loop <body = inner (int64 j, bool f, float[2,3] p) => (bool f2, float[2,3] q) {
      q = Add(p, x)
      f2 = Identity(f)
    }> (L, , a)
    c2 = Identity(c)
  }> (M, , x, x)
}"""


def test_loops_in_copies_of_a_body_have_names_of_their_own(tmp_path: Path) -> None:
    graph = check(NESTED, {"x": X, "L": np.array(2)}, tmp_path, UnrollLoops())
    names = [part.name for part in graph.walk()][1:]
    assert [name.rpartition("/")[2] for name in names] == ["turn_1", "turn_0"]
    assert str(graph.output_values[1].type) == "f32[6,3]"


def test_a_scan_is_unrolled_backward(tmp_path: Path) -> None:
    text = """g (float[2] s, float[3,2] p) => (float[2] t, float[3,2] u, float[3,2] v) {
      t, u, v = Scan <num_scan_inputs = 1, scan_input_directions = [1], scan_output_directions = [0, 1],
        body = b (float[2] a, float[2] m) => (float[2] a2, float[2] o, float[2] q) {
          a2 = Add(a, m)
          o = Mul(a2, s)
          q = Neg(o)
        }> (s, p)
    }"""
    feed = {"s": X[0, :2], "p": np.arange(6, dtype=np.float32).reshape(3, 2)}
    assert "TensorIterator" not in kinds(check(text, feed, tmp_path))
    assert "TensorIterator" in kinds(check(text, feed, tmp_path, FoldLoops()))


def test_a_loop_of_constants_is_folded(tmp_path: Path) -> None:
    text = """g (float[2] x) => (float[2] y, float[S] seen) {
      M = Constant <value = int64 {100}> ()
      one = Constant <value = float[2] {1.0, 1.5}> ()
      limit = Constant <value = float {30.0}> ()
      z, seen = Loop <body = b (int64 i, bool c, float[2] a) => (bool c2, float[2] d, float s) {
        d = Add(a, a)
        s = ReduceSum <keepdims = 0> (d)
        c2 = Less(s, limit)
      }> (M, , one)
      y = Add(x, z)
    }"""
    graph = check(text, {"x": X[0, :2]}, tmp_path, FoldLoops())
    assert not any(isinstance(node.op, Repetition) for node in graph.order())
    assert str(graph.output_values[1].type) == "f32[4]"
    assert "Loop" in kinds(check(text, {"x": X[0, :2]}, tmp_path, FoldLoops(steps=50)))


def test_the_default_pipeline_works_inside_bodies(tmp_path: Path) -> None:
    """x * sigmoid(x) in the body of a loop that stays."""
    text = """g (float[2,3] x, int64 M) => (float[2,3] y) {
      y = Loop <body = b (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d) {
        s = Sigmoid(a)
        d = Mul(a, s)
        c2 = Identity(c)
      }> (M, , x)
    }"""
    graph = check(text, {"x": X, "M": np.array(3)}, tmp_path)
    assert "Swish" in kinds(graph)
    assert ops.Loop in {type(node.op) for node in graph.order()}


INVARIANT = """g (float[2,3] x, float[3,3] w, int64 M) => (float[2,3] y, float[S,2,3] all) {
  y, all = Loop <body = b (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d, float[2,3] e) {
    v = Exp(w)
    k = Transpose(v)
    n = Cast <to = 1> (i)
    m = Mul(k, n)
    p = MatMul(a, m)
    q = MatMul(x, k)
    d = Tanh(p)
    e = Add(d, q)
    c2 = Identity(c)
  }> (M, , x)
}"""


@pytest.mark.parametrize("turns", [0, 3])
def test_what_does_not_change_is_computed_before_the_loop(turns: int, tmp_path: Path) -> None:
    """exp(w), its transpose and x times it; not the product with the turn's number."""
    feed = {"x": X, "w": X[:1] * np.ones((3, 1), np.float32) / 4, "M": np.array(turns)}
    graph = check(INVARIANT, feed, tmp_path, HoistInvariants())
    (op,) = [node.op for node in graph.order() if isinstance(node.op, Repetition)]
    inside = sorted(node.op.type for node in op.bodies[0].order() if node.op.type not in ("Parameter", "Result"))
    assert [kind for kind in inside if kind != "Const"] == [
        "Add",
        "Convert",
        "MatMul",
        "Multiply",
        "Tanh",
        "Unsqueeze",
    ]
    assert [kind for kind in kinds(graph)[: len(graph)] if kind in ("Exp", "Transpose", "MatMul")] == [
        "Exp",
        "Transpose",
        "MatMul",
    ]


def test_nested_loops_hand_what_does_not_change_outward(tmp_path: Path) -> None:
    text = """g (float[2,3] x, int64 M) => (float[2,3] y) {
      y = Loop <body = outer (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d) {
        d = Loop <body = inner (int64 j, bool f, float[2,3] p) => (bool f2, float[2,3] q) {
          e = Exp(x)
          s = Sin(a)
          t = Mul(e, s)
          q = Add(p, t)
          f2 = Identity(f)
        }> (M, , a)
        c2 = Identity(c)
      }> (M, , x)
    }"""
    graph = check(text, {"x": X, "M": np.array(2)}, tmp_path, HoistInvariants())
    where = {part.name: [node.op.type for node in part.order()] for part in graph.walk()}
    assert "Exp" in where["g"]
    assert {"Sin", "Multiply"} <= set(where["y/body"])


def cell_loop(kind: str, axis: int, stride: int, folder: Path) -> tuple[Path, dict[str, Array]]:
    """A TensorIterator over one cell, made and saved by OpenVINO; the feed."""
    batch, steps, size, hidden = 2, 5, 3, 4
    shape = [batch, steps, size] if axis else [steps, batch, size]
    x = opset1.parameter(shape, np.float32, name="x")
    states = [opset1.parameter([batch, hidden], np.float32, name=f"s{i}") for i in range(2 if kind == "lstm" else 1)]
    part = opset1.parameter([*shape[:axis], 1, *shape[axis + 1 :]], np.float32, name="part")
    inner = [opset1.parameter([batch, hidden], np.float32, name=f"p{i}") for i in range(len(states))]
    gates = {"lstm": 4, "gru": 3, "rnn": 1}[kind]
    rng = np.random.default_rng(7)
    w, r, b = (rng.uniform(-0.5, 0.5, s).astype(np.float32) for s in (
        (gates * hidden, size), (gates * hidden, hidden), (gates * hidden,)
    ))  # fmt: skip
    step = opset1.squeeze(part, opset1.constant(np.array([axis])))
    if kind == "lstm":
        cell = opset4.lstm_cell(step, *inner, opset1.constant(w), opset1.constant(r), opset1.constant(b), hidden)
    elif kind == "gru":
        cell = opset3.gru_cell(step, *inner, opset1.constant(w), opset1.constant(r), opset1.constant(b), hidden)
    else:
        weights = (opset1.constant(array) for array in (w, r, b))
        cell = opset3.rnn_cell(step, *inner, *weights, hidden, ["sigmoid"], [], [], 0.0)
    results = [opset1.result(cell.output(i)) for i in range(len(states))]
    scan = opset1.result(opset1.unsqueeze(cell.output(0), opset1.constant(np.array([axis]))))
    loop = opset1.tensor_iterator()
    loop.set_body(ov.Model([*results, scan], [part, *inner], "body"))
    ends = (0, 1, 1, -1) if stride > 0 else (-1, -1, 1, 0)
    loop.set_sliced_input(part, x.output(0), *ends, axis)
    for state, parameter, result in zip(states, inner, results, strict=True):
        loop.set_merged_input(parameter, state.output(0), result.output(0))
    outputs = [loop.get_concatenated_slices(scan.output(0), *ends, axis)]
    outputs += [loop.get_iter_value(result.output(0), -1) for result in results]
    named = [opset1.result(output) for output in outputs]
    for i, result in enumerate(named):
        result.output(0).set_names({f"y{i}"})
    path = folder / "cell.xml"
    ov.save_model(ov.Model(named, [x, *states], "cell"), path, compress_to_fp16=False)
    feed = {"x": rng.standard_normal(shape).astype(np.float32)}
    feed |= {f"s{i}": rng.standard_normal((batch, hidden)).astype(np.float32) for i in range(len(states))}
    return path, feed


@pytest.mark.parametrize("stride", [1, -1])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_a_loop_over_a_cell_is_a_sequence(kind: str, axis: int, stride: int, tmp_path: Path) -> None:
    path, feed = cell_loop(kind, axis, stride, tmp_path)
    compiled = ov.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    expected = compiled(list(feed.values()))
    graph = read_ir(path)
    assert "TensorIterator" in kinds(graph)
    run_pipeline(graph, Pipeline("test", (LoopsToSequences(),)), verify=True)
    assert f"{kind.upper()}Sequence" in kinds(graph)
    assert "TensorIterator" not in kinds(graph)
    found = interpret(graph, feed)
    for name, array in found.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-4, atol=1e-5)
    assert len(found) == (3 if kind == "lstm" else 2)


GATES = {
    "rows apart": """
          p = MatMul(m, W)
          q = MatMul(h, R)
          u = Add(p, q)
          v = Add(u, B)""",
    "joined rows": """
          j = Concat <axis = 1> (m, h)
          p = MatMul(j, K)
          v = Add(B, p)""",
}
CELLS = {
    "lstm": """
          f, i, g, o = Split <axis = 1> (v)
          f1 = Add(f, one)
          f2 = Sigmoid(f1)
          i2 = Sigmoid(i)
          g2 = Tanh(g)
          o2 = Sigmoid(o)
          k = Mul(c, f2)
          e = Mul(i2, g2)
          c2 = Add(e, k)
          t = Tanh(c2)
          h2 = Mul(o2, t)""",
    "rnn": """
          h2 = Relu(v)""",
}
GRU = """
          p = MatMul(m, W)
          p2 = Add(p, B)
          q = MatMul(h, R)
          q2 = Add(D, q)
          r1, z1, n1 = Split <axis = 1> (p2)
          r2, z2, n2 = Split <axis = 1> (q2)
          r3 = Add(r1, r2)
          r = Sigmoid(r3)
          z3 = Add(z2, z1)
          z = Sigmoid(z3)
          k = Mul(r, n2)
          n3 = Add(n1, k)
          n = Tanh(n3)"""
MIXES = {
    "by the difference": "d = Sub(h, n)\n e = Mul(z, d)\n h2 = Add(n, e)",
    "by both parts": "u = Sub(one, z)\n d = Mul(u, n)\n e = Mul(z, h)\n h2 = Add(d, e)",
}


def literal(array: Array) -> str:
    return f"float[{','.join(map(str, array.shape))}] {{{','.join(map(str, array.ravel()))}}}"


def arithmetic_loop(kind: str, gates: str, backward: int) -> str:
    """A Scan whose body is the arithmetic of a cell of 3 units over 2 numbers."""
    rng, width = np.random.default_rng(3), 12 if kind == "lstm" else 3
    w, r = (rng.uniform(-0.5, 0.5, (rows, width)).astype(np.float32) for rows in (2, 3))
    constants = {"W": w, "R": r, "K": np.concatenate([w, r]), "B": rng.random(width, np.float32), "one": np.ones(1)}
    kept = ("h", "c") if kind == "lstm" else ("h",)
    declared = ", ".join(f"float[N,3] {name}" for name in kept)
    made = ", ".join(f"float[N,3] {name}2" for name in kept)
    last = ", ".join(f"float[N,3] {name}" for name in ("y", "z")[: len(kept)])
    lines = "\n".join(f"{name} = Constant <value = {literal(a)}> ()" for name, a in constants.items())
    results = ", ".join(("y", "z")[: len(kept)])
    firsts = ", ".join(f"{name}0" for name in kept)
    return f"""g (float[T,N,2] x, {declared.replace(" h", " h0").replace(" c", " c0")}) => ({last}, float[T,N,3] all) {{
      {lines}
      {results}, all = Scan <num_scan_inputs = 1, scan_input_directions = [{backward}],
        scan_output_directions = [{backward}],
        body = b ({declared}, float[N,2] m) => ({made}, float[N,3] s) {{{GATES[gates]}{CELLS[kind]}
          s = Identity(h2)
        }}> ({firsts}, x)
    }}"""


@pytest.mark.parametrize("backward", [0, 1])
@pytest.mark.parametrize("gates", GATES)
@pytest.mark.parametrize("kind", CELLS)
def test_the_arithmetic_of_a_cell_is_a_sequence(kind: str, gates: str, backward: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    text = arithmetic_loop(kind, gates, backward)
    states = {f"{name}0": rng.random((2, 3), np.float32) for name in ("h", "c")[: 2 if kind == "lstm" else 1]}
    graph = check(text, {"x": rng.standard_normal((9, 2, 2)).astype(np.float32), **states}, tmp_path)
    assert f"{kind.upper()}Sequence" in kinds(graph)
    assert "TensorIterator" not in kinds(graph)


def test_what_is_almost_a_cell_stays_a_loop(tmp_path: Path) -> None:
    """The state goes into the candidate twice."""
    text = arithmetic_loop("lstm", "rows apart", 0).replace("g2 = Tanh(g)", "g1 = Add(g, h)\n g2 = Tanh(g1)")
    rng = np.random.default_rng(5)
    states = {f"{name}0": rng.random((2, 3), np.float32) for name in ("h", "c")}
    graph = check(text, {"x": rng.standard_normal((9, 2, 2)).astype(np.float32), **states}, tmp_path)
    assert "TensorIterator" in kinds(graph)


PICKING = """g (float[T,N,3] x, float[N,3] h0) => (float[N,3] y, float[T,N,3] all) {{
  one = Constant <value = int64 {{{axis}}}> ()
  sh = Shape(x)
  M = Gather(sh, one)
  y, all = Loop <body = b (int64 i, bool c, float[N,3] h) => (bool c2, float[N,3] h2, float[N,3] s) {{
    {pick}
    k = Constant <value = {matrix}> ()
    r = MatMul(h, k)
    w = MatMul(m, k)
    p = Add(r, w)
    h2 = Tanh(p)
    s = Identity(h2)
    c2 = Identity(c)
  }}> (M, , h0)
}}"""
MATRIX = literal(np.random.default_rng(1).uniform(-0.5, 0.5, (3, 3)).astype(np.float32))
PICKS = {
    "by a scalar": "m = Gather <axis = 0> (x, i)",
    "by a list": "z = Constant <value = int64[1] {0}> ()\n u = Unsqueeze(i, z)\n g1 = Gather <axis = 0> (x, u)\n"
    " m = Squeeze(g1, z)",
}


@pytest.mark.parametrize("pick", PICKS)
@pytest.mark.parametrize("steps", [9, 1])
def test_a_loop_that_picks_parts_by_its_number_takes_slices(pick: str, steps: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    text = PICKING.format(axis=0, pick=PICKS[pick], matrix=MATRIX)
    feed = {"x": rng.standard_normal((steps, 2, 3)).astype(np.float32), "h0": rng.random((2, 3), np.float32)}
    graph = check(text, feed, tmp_path, LoopsToIterators())
    assert "TensorIterator" in kinds(graph)
    graph = check(text, feed, tmp_path)
    assert "RNNSequence" in kinds(graph)
    assert not {"Loop", "TensorIterator"} & set(kinds(graph))


OTHERS = {
    "other turns": (1, "m = Gather <axis = 0> (x, i)"),
    "the number itself": (0, "n = Gather <axis = 0> (x, i)\n f = Cast <to = 1> (i)\n m = Mul(n, f)"),
    "another place": (0, "z = Constant <value = int64 {0}> ()\n j = Mul(i, z)\n m = Gather <axis = 0> (x, j)"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_loop_that_does_more_with_its_number_stays(name: str, tmp_path: Path) -> None:
    axis, pick = OTHERS[name]
    rng = np.random.default_rng(5)
    feed = {"x": rng.standard_normal((9, 2, 3)).astype(np.float32), "h0": rng.random((2, 3), np.float32)}
    graph = check(PICKING.format(axis=axis, pick=pick, matrix=MATRIX), feed, tmp_path, LoopsToIterators())
    assert "Loop" in kinds(graph)


def test_what_is_read_whole_too_stays_an_input(tmp_path: Path) -> None:
    pick = (
        "z = Constant <value = int64[1] {0}> ()\n n = Gather <axis = 0> (x, i)\n t = ReduceSum <keepdims = 0> (x, z)\n"
        " m = Add(n, t)"
    )
    rng = np.random.default_rng(5)
    feed = {"x": rng.standard_normal((9, 2, 3)).astype(np.float32), "h0": rng.random((2, 3), np.float32)}
    graph = check(PICKING.format(axis=0, pick=pick, matrix=MATRIX), feed, tmp_path, LoopsToIterators())
    assert "TensorIterator" in kinds(graph)


@pytest.mark.parametrize("mix", MIXES)
def test_the_arithmetic_of_a_gated_unit_is_a_sequence(mix: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    w, r = (rng.uniform(-0.5, 0.5, (rows, 9)).astype(np.float32) for rows in (2, 3))
    constants = {"W": w, "R": r, "B": rng.random(9, np.float32), "D": rng.random(9, np.float32), "one": np.ones(1)}
    lines = "\n".join(f"{name} = Constant <value = {literal(a)}> ()" for name, a in constants.items())
    text = f"""g (float[T,N,2] x, float[N,3] h0) => (float[N,3] y, float[T,N,3] all) {{
      {lines}
      y, all = Scan <num_scan_inputs = 1, body = b (float[N,3] h, float[N,2] m) => (float[N,3] h2, float[N,3] s) {{{GRU}
          {MIXES[mix]}
          s = Identity(h2)
        }}> (h0, x)
    }}"""
    feed = {"x": rng.standard_normal((9, 2, 2)).astype(np.float32), "h0": rng.random((2, 3), np.float32)}
    assert "GRUSequence" in kinds(check(text, feed, tmp_path))
    other = text.replace("k = Mul(r, n2)", "k = Mul(z, n2)")
    assert "TensorIterator" in kinds(check(other, feed, tmp_path))
