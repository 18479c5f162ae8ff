"""Loop and Scan against onnxruntime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.ops import Loop, TensorIterator
from dldt.compiler.types import Array
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import save
from tests.frontends.onnx_text import check_text, model_of_text

X = np.arange(6, dtype=np.float32).reshape(2, 3) / 4


def numbers(**given: object) -> dict[str, Array]:
    """Integers and truth values as the arrays that a model takes."""
    return {name: np.asarray(value) for name, value in given.items()}


POWERS = """g (float[2,3] x, int64 M, bool go) => (float[2,3] y, float[S,2,3] all, int64[S] turns) {
  y, all, turns = Loop <body = b (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d, float[2,3] e, int64 j) {
    two = Constant <value = float {2.0}> ()
    d = Mul(a, two)
    e = Sub(d, x)
    j = Identity(i)
    c2 = Identity(c)
  }> (M, go, x)
}"""


def test_trip_count_and_condition_at_run_time(tmp_path: Path) -> None:
    feeds = [{"x": X, **numbers(M=m, go=go)} for m, go in ((3, True), (1, True), (0, True), (4, False), (-2, True))]
    graph = check_text(POWERS, feeds, tmp_path)
    (op,) = [node.op for node in graph.order() if isinstance(node.op, Loop)]
    assert op.body.name == "y/body"
    assert [str(t) for t in (v.type for v in graph.output_values)] == [
        "f32[2,3]",
        'f32["g:5.turns"?,2,3]',
        'i64["g:5.turns"?]',
    ]


def test_a_loop_of_known_length(tmp_path: Path) -> None:
    text = """g (float[2,3] x) => (float[2,3] y, float[4,2,3] all) {
      M = Constant <value = int64 {4}> ()
      y, all = Loop <body = b (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d, float[2,3] e) {
        d = Add(a, x)
        e = Neg(d)
        c2 = Identity(c)
      }> (M, , x)
    }"""
    graph = check_text(text, [{"x": X}], tmp_path)
    assert [str(v.type) for v in graph.output_values] == ["f32[2,3]", "f32[4,2,3]"]


def test_while(tmp_path: Path) -> None:
    text = """g (float[1] x, float limit) => (float[1] y, int64[S] seen) {
      go = Constant <value = bool {1}> ()
      y, seen = Loop <body = b (int64 i, bool c, float[1] a) => (bool c2, float[1] d, int64 j) {
        d = Add(a, a)
        c3 = Less(d, limit)
        zero = Constant <value = int64[1] {0}> ()
        c2 = Squeeze(c3, zero)
        j = Identity(i)
      }> ( , go, x)
    }"""
    feeds = [{"x": np.ones(1, np.float32), "limit": np.array(limit, np.float32)} for limit in (0.0, 5.0, 100.0)]
    check_text(text, feeds, tmp_path)


def test_a_carried_shape_that_changes(tmp_path: Path) -> None:
    """The body's importers see the free dim: Shape gives no constant there."""
    text = """g (float[1,3] x, int64 M) => (float[N,3] y, int64[S] sizes, float[T] flat) {
      y, sizes = Loop <body = b (int64 i, bool c, float[1,3] a) => (bool c2, float[n,3] d, int64 n) {
        d = Concat <axis = 0> (a, x)
        shape = Shape(a)
        zero = Constant <value = int64 {0}> ()
        n = Gather(shape, zero)
        c2 = Identity(c)
      }> (M, , x)
      minus = Constant <value = int64[1] {-1}> ()
      flat = Reshape(y, minus)
    }"""
    feeds = [{"x": X[:1], **numbers(M=m)} for m in (0, 1, 5)]
    graph = check_text(text, feeds, tmp_path)
    (op,) = [node.op for node in graph.order() if isinstance(node.op, Loop)]
    assert str(op.body.inputs[1].type) == 'f32["y/body:2.0"?,3]'


def test_nested_loops_and_values_from_two_levels(tmp_path: Path) -> None:
    text = """g (float[2,3] x, float[3] w, int64 M, int64 L) => (float[2,3] y, float[S,U,2,3] all) {
      r = Relu(w)
      y, all = Loop <body = outer (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d, float[U,2,3] e) {
        s = Mul(a, r)
        d, e = Loop <body = inner (int64 j, bool f, float[2,3] p) => (bool f2, float[2,3] q, float[2,3] t) {
          u = Add(p, s)
          k = Cast <to = 1> (i)
          q = Add(u, k)
          t = Sub(q, x)
          f2 = Identity(f)
        }> (L, , a)
        c2 = Identity(c)
      }> (M, , x)
    }"""
    feeds = [{"x": X, "w": X[1], **numbers(M=m, L=n)} for m, n in ((2, 3), (1, 1), (3, 1))]
    graph = check_text(text, feeds, tmp_path)
    assert [g.name for g in graph.walk()] == ["g", "y/body", "y/body/d/body"]


def test_a_loop_in_a_branch_and_a_branch_in_a_loop(tmp_path: Path) -> None:
    text = """g (float[2,3] x, bool b, int64 M) => (float[2,3] y) {
      y = If (b) <
        then_branch = t () => (float[2,3] p) {
          p = Loop <body = lb (int64 i, bool c, float[2,3] a) => (bool c2, float[2,3] d) {
            two = Constant <value = int64 {2}> ()
            odd = Mod(i, two)
            odds = Cast <to = 9> (odd)
            d = If (odds) <
              then_branch = u () => (float[2,3] e) { e = Add(a, x) },
              else_branch = v () => (float[2,3] h) { h = Neg(a) }
            >
            c2 = Identity(c)
          }> (M, , x)
        },
        else_branch = n () => (float[2,3] q) { q = Neg(x) }
      >
    }"""
    check_text(text, [{"x": X, **numbers(b=b, M=5)} for b in (True, False)], tmp_path)


def test_the_condition_of_a_turn_is_one_element_of_rank_1(tmp_path: Path) -> None:
    text = """g (float[2,3] x, int64[1] M, bool[1] go) => (float[2,3] y) {
      y = Loop <body = b (int64[1] i, bool[1] c, float[2,3] a) => (bool[1] c2, float[2,3] d) {
        k = Cast <to = 1> (i)
        d = Add(a, k)
        c2 = Identity(c)
      }> (M, go, x)
    }"""
    check_text(text, [{"x": X, "M": np.array([3]), "go": np.array([True])}], tmp_path)


def test_a_shape_from_outside_is_known_in_the_body(tmp_path: Path) -> None:
    text = """g (float[N,3] x, int64 M) => (float[N,3] y, float[A,B] all) {
      s = Shape(x)
      minus = Constant <value = int64[1] {-1}> ()
      flat = Reshape(x, minus)
      y, all = Loop <body = b (int64 i, bool c, float[N,3] a) => (bool c2, float[N,3] d, float[q] f) {
        t = Reshape(flat, s)
        d = Add(a, t)
        f = Reshape(d, minus)
        c2 = Identity(c)
      }> (M, , x)
    }"""
    graph = check_text(text, [{"x": X, **numbers(M=m)} for m in (1, 3)], tmp_path)
    assert [str(v.type) for v in graph.output_values] == ["f32[N,3]", 'f32["g:8.turns"?,3*N]']


SCAN = """g (float[3] s, float[2,4,3] p, float[3,4,2] q) => (float[3] t, float[3,4,2] u, float[4,2] v) {
  t, u, v = Scan <num_scan_inputs = 2, scan_input_axes = [1, -2], scan_input_directions = [0, 1],
                  scan_output_axes = [-2, 0], scan_output_directions = [1, 0],
    body = b (float[3] a, float[2,3] m, float[3,2] n) => (float[3] a2, float[3,2] o, float[2] r) {
      one = Constant <value = int64[1] {0}> ()
      k = ReduceSum <keepdims = 0> (m, one)
      a2 = Add(a, k)
      mt = Transpose(m)
      o = Add(mt, n)
      r = ReduceSum <keepdims = 0> (o, one)
    }> (s, p, q)
}"""


def test_scan_with_axes_and_directions(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    feed = {n: rng.standard_normal(s).astype(np.float32) for n, s in (("s", 3), ("p", (2, 4, 3)), ("q", (3, 4, 2)))}
    graph = check_text(SCAN, [feed], tmp_path)
    (op,) = [node.op for node in graph.order() if isinstance(node.op, TensorIterator)]
    assert [(port.axis, port.stride) for port in op.sliced] == [(1, 1), (1, -1)]
    assert [str(v.type) for v in graph.output_values] == ["f32[3]", "f32[3,4,2]", "f32[4,2]"]


def test_scan_of_free_length(tmp_path: Path) -> None:
    text = """g (float[2] s, float[T,2] p) => (float[2] t, float[T,2] u) {
      t, u = Scan <num_scan_inputs = 1,
        body = b (float[2] a, float[2] m) => (float[2] a2, float[2] o) { a2 = Add(a, m)  o = Mul(a2, s) }> (s, p)
    }"""
    rng = np.random.default_rng(2)
    feeds = [{"s": X[0, :2], "p": rng.standard_normal((n, 2)).astype(np.float32)} for n in (1, 5)]
    graph = check_text(text, feeds, tmp_path)
    assert str(graph.output_values[1].type) == "f32[T,2]"


def test_scan_of_version_8_over_a_batch(tmp_path: Path) -> None:
    text = """g (float[2,3] s, float[2,4,3] p, float[3] w) => (float[2,3] t, float[2,4,3] u) {
      t, u = Scan <num_scan_inputs = 1, directions = [1],
        body = b (float[3] a, float[3] m) => (float[3] a2, float[3] o) { a2 = Add(a, m)  o = Mul(a2, w) }> ( , s, p)
    }"""
    rng = np.random.default_rng(3)
    feed = {n: rng.standard_normal(s).astype(np.float32) for n, s in (("s", (2, 3)), ("p", (2, 4, 3)), ("w", (3,)))}
    check_text(text, [feed], tmp_path, opset=8)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            """g (float[2] x, int64 M) => (float[2,1] y) {
              y = Loop <body = b (int64 i, bool c, float[2] a) => (bool c2, float[2,1] d) {
                d = Unsqueeze <axes = [1]> (a)
                c2 = Identity(c)
              }> (M, , x)
            }""",
            UnsupportedError,
            r"the carried value 'a' is f32\[2\] before a turn and f32\[2,1\] behind it",
        ),
        (
            """g (float[2] x, int64 M) => (float[2] y) {
              y = Loop <body = b (int64 i, bool c) => (bool c2) { c2 = Identity(c) }> (M, , x)
            }""",
            InputError,
            "the body of Loop takes 2 inputs, 3 are given to it",
        ),
    ],
)
def test_what_cannot_be_is_said(text: str, kind: type[Exception], message: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=message):
        import_onnx(save(model_of_text(text, 11), tmp_path))
