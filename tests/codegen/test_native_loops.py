"""Loops as native code, against onnxruntime: what is carried, how often, and shapes that change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dldt
from dldt import runtime
from dldt.compiler.types import Array
from tests.frontends.onnx_node import reference, save
from tests.frontends.onnx_text import model_of_text

X = np.arange(6, dtype=np.float32).reshape(2, 3) / 4


def numbers(**given: object) -> dict[str, Array]:
    """Integers and truth values as the arrays that a model takes."""
    return {name: np.asarray(value) for name, value in given.items()}


def random(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


MODELS: dict[str, tuple[str, list[dict[str, Array]]]] = {
    "swap": (
        """g (float[2,3] x, float[2,3] w, int64 M) =>
    (float[2,3] y, float[2,3] z, float[S,2,3] all, float[T,2,3] same) {
  y, z, all, same = Loop <body = b (int64 i, bool c, float[2,3] a, float[2,3] p) =>
      (bool c2, float[2,3] q, float[2,3] r, float[2,3] o, float[2,3] xx) {
    q = Identity(p)
    r = Add(a, p)
    o = Identity(a)
    xx = Identity(x)
    c2 = Identity(c)
  }> (M, , x, w)
}""",
        [{"x": X, "w": X + 1, **numbers(M=m)} for m in (0, 1, 2, 5)],
    ),
    "rotate": (
        """g (float[2,3] x, float[2,3] w, float[2,3] v, int64 M) => (float[2,3] y, float[2,3] z, float[2,3] u) {
  y, z, u = Loop <body = b (int64 i, bool c, float[2,3] a, float[2,3] p, float[2,3] k) =>
      (bool c2, float[2,3] q, float[2,3] r, float[2,3] s) {
    q = Identity(p)
    r = Identity(k)
    s = Identity(a)
    c2 = Identity(c)
  }> (M, , x, w, v)
}""",
        [{"x": X, "w": X + 1, "v": X - 1, **numbers(M=m)} for m in (0, 1, 2, 5)],
    ),
    "nestgrow": (
        """g (float[1,3] x, int64 M, int64 L) => (float[N,3] y, int64[S] n) {
  y, n = Loop <body = o (int64 i, bool c, float[r,3] a) => (bool c2, float[s,3] d, int64 e) {
    d = Loop <body = b (int64 j, bool f, float[t,3] p) => (bool f2, float[u,3] q) {
      q = Concat <axis=0> (p, x)
      f2 = Identity(f)
    }> (L, , a)
    sh = Shape(d)
    zero = Constant <value = int64 {0}> ()
    e = Gather(sh, zero)
    c2 = Identity(c)
  }> (M, , x)
}""",
        [{"x": X[:1], **numbers(M=m, L=k)} for m, k in ((0, 2), (2, 0), (2, 3), (3, 1))],
    ),
    "consts": (
        """g (float[2] x, int64 M) => (float[2] y, float[S,2] k, int64[T] two) {
  y, k, two = Loop <body = b (int64 i, bool c, float[2] a) => (bool c2, float[2] d, float[2] e, int64 f) {
    d = Constant <value = float[2] {3.0, 4.0}> ()
    e = Identity(a)
    f = Constant <value = int64 {2}> ()
    c2 = Identity(c)
  }> (M, , x)
}""",
        [{"x": X[0, :2], **numbers(M=m)} for m in (0, 1, 3)],
    ),
    "ifloop": (
        """g (float[2,3] x, bool b, int64 M) => (float[N,3] y) {
  y = If (b) <
    then_branch = t () => (float[P,3] p) {
      p = Loop <body = lb (int64 i, bool c, float[r,3] a) => (bool c2, float[s,3] d) {
        two = Constant <value = int64 {2}> ()
        odd = Mod(i, two)
        odds = Cast <to = 9> (odd)
        d = If (odds) <
          then_branch = u () => (float[q,3] e) { e = Concat <axis=0> (a, x) },
          else_branch = v () => (float[q,3] h) { h = Neg(a) }
        >
        c2 = Identity(c)
      }> (M, , x)
    },
    else_branch = n () => (float[P,3] q) { q = Neg(x) }
  >
}""",
        [{"x": X, **numbers(b=b, M=m)} for b, m in ((True, 4), (False, 2), (True, 0))],
    ),
    "scanfree": (
        """g (float[2] s, float[2,T] p) => (float[2] t, float[2,T] u) {
  t, u = Scan <num_scan_inputs = 1, scan_input_axes=[1], scan_output_axes=[1],
    scan_input_directions=[1], scan_output_directions=[1],
    body = b (float[2] a, float[2] m) => (float[2] a2, float[2] o) { a2 = Add(a, m)  o = Mul(a2, s) }> (s, p)
}""",
        [{"s": X[0, :2], "p": random(2, n)} for n in (1, 5, 2)],
    ),
    "shrink": (
        """g (float[K,3] x) => (float[N,3] y, float[S] seen) {
  go = Constant <value = bool {1}> ()
  y, seen = Loop <body = b (int64 i, bool c, float[r,3] a) => (bool c2, float[s,3] d, float q) {
    one = Constant <value = int64[1] {1}> ()
    big = Constant <value = int64[1] {1000}> ()
    zero = Constant <value = int64[1] {0}> ()
    z = Constant <value = int64 {0}> ()
    d = Slice(a, one, big, zero)
    q = ReduceSum <keepdims=0> (d)
    sh = Shape(d)
    n = Gather(sh, z)
    c2 = Greater(n, z)
  }> ( , go, x)
}""",
        [{"x": random(n, 3)} for n in (1, 4, 7)],
    ),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_a_loop_gives_what_onnxruntime_does(name: str, threads: int, tmp_path: Path) -> None:
    text, feeds = MODELS[name]
    model = model_of_text(text)
    path = dldt.compile_model(save(model, tmp_path), tmp_path / "m.so")
    with runtime.load(path, threads=threads) as loaded:
        for feed in feeds:
            made = loaded(*(feed[info.name] for info in model.graph.input))
            found = made if isinstance(made, tuple) else (made,)
            for array, want in zip(found, reference(model, feed), strict=True):
                assert np.shape(array) == want.shape
                np.testing.assert_allclose(array, want, rtol=1e-5, atol=1e-6)
