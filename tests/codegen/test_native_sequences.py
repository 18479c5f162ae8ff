"""Sequences whose length, or whose items' size, is found at run time, as native code beside onnxruntime."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import parser

import dldt
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.runtime import load
from dldt.runtime.errors import RunMemoryError, RuntimeInputError
from tests.codegen.onnx_native import check_text, compile_text

RNG = np.random.default_rng(6)
TRUE = " c = Constant<value = bool {1}>()\n"


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def number(value):
    return np.array(value, np.int64)


GROWN = (
    " e = SequenceEmpty()\n s0, q = Loop(n, c, x, e) <body = b (int64 i, bool ci, float[m] a, seq(float) s) =>"
    " (bool co, float[m] an, seq(float) t) {\n  co = Identity(ci)\n  k = Cast<to=1>(i)\n  an = Add(a, k)\n"
    "  t = SequenceInsert(s, an) }>\n"
)
"""x, x + 0, x + 0 + 1 … as many as n says."""

FOUND = (
    " e = SequenceEmpty()\n q = Loop(n, c, e) <body = b (int64 i, bool ci, seq(float) s) => (bool co, seq(float) t) {\n"
    "  co = Identity(ci)\n  k = Cast<to=1>(i)\n  h = Constant<value = float {0.3}>()\n  l = Mul(k, h)\n"
    "  m = ReduceMax<axes = [1], keepdims = 0>(x)\n  g1 = Greater(m, l)\n  r = Compress<axis=0>(x, g1)\n"
    "  t = SequenceInsert(s, r) }>\n"
)
"""The rows of x that have something above 0, 0.3, 0.6 …: fewer and fewer."""

CASES = {
    "items_of_different_sizes": (
        "g (int64 n, int64 at, float[r,2] x) => (float[k,2] y, float[j,2] z, int64 l) {"
        + TRUE
        + FOUND
        + " y = ConcatFromSequence<axis=0>(q)\n z = SequenceAt(q, at)\n l = SequenceLength(q) }",
        [{"n": number(n), "at": number(at), "x": normal(r, 2)} for n, at, r in ((4, 0, 9), (4, -1, 9), (1, 0, 3))],
    ),
    "items_of_different_sizes_behind_one": (
        "g (int64 n, float[r,2] x) => (float[k,2] y, int64 l) {"
        + TRUE
        + FOUND.replace("e = SequenceEmpty()", "e = SequenceConstruct(x)")
        + " w = SequenceInsert(q, x)\n y = ConcatFromSequence<axis=-2>(w)\n l = SequenceLength(w) }",
        [{"n": number(n), "x": normal(r, 2)} for n, r in ((4, 9), (0, 2), (30, 5))],
    ),
    "a_map_over_what_a_loop_made": (
        "g (int64 n, float[m] x, float[m] w) => (float[k,m] y, float[k] z) {"
        + TRUE
        + GROWN
        + " u, v = SequenceMap(q, w) <body = p (float[m] a1, float[m] b1) => (float[m] r1, float r2) {\n"
        "  r1 = Mul(a1, b1)\n  r2 = ReduceSum<keepdims=0>(r1) }>\n y = ConcatFromSequence<axis=0, new_axis=1>(u)\n"
        " z = ConcatFromSequence<axis=0, new_axis=1>(v) }",
        [{"n": number(n), "x": normal(m), "w": normal(m)} for n, m in ((3, 4), (1, 1), (9, 2))],
    ),
    "a_map_over_two_sequences": (
        "g (float[r,m] x, float[r,m] w) => (float[k,m] y) {\n q = SplitToSequence<axis=0, keepdims=0>(x)\n"
        " p = SplitToSequence<axis=0, keepdims=0>(w)\n u = SequenceMap(q, p) <body = b (float[m] a1, float[m] b1) =>"
        " (float[m] r1) { r1 = Sub(a1, b1) }>\n y = ConcatFromSequence<axis=0, new_axis=1>(u) }",
        [{"x": normal(r, m), "w": normal(r, m)} for r, m in ((3, 4), (1, 1), (7, 2))],
    ),
    "a_position_of_data": (
        "g (int64 n, int64 i, float[m] x) => (float[k,m] y, float[j,m] z, int64 l) {"
        + TRUE
        + GROWN
        + " a = SequenceInsert(q, x, i)\n b = SequenceErase(q, i)\n y = ConcatFromSequence<axis=0, new_axis=1>(a)\n"
        " z = ConcatFromSequence<axis=0, new_axis=1>(b)\n l = SequenceLength(b) }",
        [{"n": number(n), "i": number(i), "x": normal(3)} for n, i in ((4, 0), (4, 3), (4, -4), (4, -1), (2, 1))],
    ),
    "parts_of_a_size_of_data": (
        "g (int64 p, float[r,m] x) => (float[a,b] y, int64 l) {\n s = SplitToSequence<axis=1>(x, p)\n"
        " l = SequenceLength(s)\n o = Constant<value = int64 {0}>()\n y = SequenceAt(s, o) }",
        [{"p": number(p), "x": normal(2, m)} for p, m in ((2, 6), (3, 6), (6, 6), (1, 5))],
    ),
    "sizes_of_data": (
        "g (int64[2] p, float[6,m] x) => (float[a,m] y, float[b,m] z) {\n s = SplitToSequence<axis=0>(x, p)\n"
        " o = Constant<value = int64 {0}>()\n i = Constant<value = int64 {1}>()\n y = SequenceAt(s, o)\n"
        " z = SequenceAt(s, i) }",
        [{"p": np.array(p), "x": normal(6, 3)} for p in ((2, 4), (6, 0), (0, 6), (5, 1))],
    ),
    "columns_of_different_sizes": (
        "g (float[m,j] a, float[m2,k] b, int64 i) => (float[o,p] y, float[q,r] z, int64 l) {\n"
        " s = SequenceConstruct(a, b)\n t = SequenceInsert(s, a, i)\n y = ConcatFromSequence<axis=1>(t)\n"
        " z = SequenceAt(t, i)\n l = SequenceLength(t) }",
        [
            {"a": normal(m, j), "b": normal(m, k), "i": number(i)}
            for m, j, k, i in ((2, 3, 1, 0), (3, 1, 4, 1), (1, 5, 2, 2), (2, 2, 2, -1))
        ],
    ),
    "planes_of_different_sizes_in_the_middle": (
        "g (float[2,m,3] a, float[2,k,3] b, int64 i) => (float[2,p,3] y, float[q,r,w] z) {\n"
        " s = SequenceConstruct(a, b, a)\n t = SequenceErase(s, i)\n y = ConcatFromSequence<axis=-2>(t)\n"
        " o = Constant<value = int64 {-1}>()\n z = SequenceAt(t, o) }",
        [
            {"a": normal(2, m, 3), "b": normal(2, k, 3), "i": number(i)}
            for m, k, i in ((2, 3, 0), (1, 4, 1), (3, 3, -1))
        ],
    ),
    "equal_items_that_nobody_knows_to_be_equal": (
        "g (float[m,k] a, float[m2,k2] b, int64 i) => (float[o,p,u] y, float[o2,p2,u2] z) {\n"
        " s = SequenceConstruct(a, b)\n t = SequenceInsert(s, b, i)\n y = ConcatFromSequence<axis=1, new_axis=1>(t)\n"
        " z = ConcatFromSequence<axis=0, new_axis=1>(t) }",
        [{"a": normal(m, k), "b": normal(m, k), "i": number(i)} for m, k, i in ((2, 3, 1), (1, 1, 0))],
    ),
    "parts_that_leave_a_rest": (
        "g (int64 p, int64 at, float[r,m,2] x) => (float[a,b,c] y, int64 l, float[r2,m2,2] z, float[a3,b3,c3] w) {\n"
        " s = SplitToSequence<axis=1>(x, p)\n l = SequenceLength(s)\n y = SequenceAt(s, at)\n"
        " z = ConcatFromSequence<axis=1>(s)\n u = SplitToSequence<axis=0>(x, p)\n w = SequenceAt(u, at) }",
        [
            {"p": number(p), "at": number(at), "x": normal(r, m, 2)}
            for p, at, r, m in ((2, 2, 5, 5), (3, -1, 4, 7), (9, 0, 2, 3), (1, 1, 2, 3))
        ],
    ),
    "parts_of_three_of_a_free_dim": (
        "g (float[m] x, int64 at) => (float[k] y, int64 l) {\n p = Constant<value = int64 {3}>()\n"
        " s = SplitToSequence(x, p)\n l = SequenceLength(s)\n y = SequenceAt(s, at) }",
        [{"x": normal(m), "at": number(at)} for m, at in ((7, 2), (6, 1), (2, 0), (7, -3))],
    ),
    "a_map_over_items_of_different_sizes": (
        "g (int64 n, float[r,2] x, float[2] w) => (float[k,2] y, float[j] z) {"
        + TRUE
        + FOUND
        + " u, v = SequenceMap(q, w) <body = p (float[d,2] a1, float[2] b1) => (float[d,2] r1, float r2) {\n"
        "  r1 = Mul(a1, b1)\n  r2 = ReduceSum<keepdims=0>(r1) }>\n y = ConcatFromSequence<axis=0>(u)\n"
        " z = ConcatFromSequence<axis=0, new_axis=1>(v) }",
        [{"n": number(n), "x": normal(r, 2), "w": normal(2)} for n, r in ((4, 9), (1, 3), (7, 20))],
    ),
    "a_loop_that_puts_items_in_front_and_takes_others_away": (
        "g (int64 n, float[r,2] x) => (float[k,2] y, int64 l) {"
        + TRUE
        + " e = SequenceConstruct(x)\n q = Loop(n, c, e) <body = b (int64 i, bool ci, seq(float) s) =>"
        " (bool co, seq(float) t) {\n  co = Identity(ci)\n  o = Constant<value = int64 {0}>()\n"
        "  h = SequenceAt(s, o)\n  d = Concat<axis=0>(x, x)\n  u = SequenceInsert(s, d, o)\n"
        "  v = SequenceInsert(u, h)\n  t = SequenceErase(v, o) }>\n"
        " y = ConcatFromSequence<axis=0>(q)\n l = SequenceLength(q) }",
        [{"n": number(n), "x": normal(r, 2)} for n, r in ((3, 2), (0, 3), (1, 1))],
    ),
    "rows_and_columns_change_in_a_loop": (
        "g (int64 n, float[r,m] x) => (float[k,j] y, float[k2,j2] z, int64 l) {"
        + TRUE
        + " e = SequenceEmpty()\n a, q = Loop(n, c, x, e) <body = b (int64 i, bool ci, float[d,f] h, seq(float) s) =>"
        " (bool co, float[d2,f2] hn, seq(float) t) {\n  co = Identity(ci)\n  k1 = Concat<axis=0>(h, h)\n"
        "  hn = Concat<axis=1>(k1, k1)\n  t = SequenceInsert(s, h) }>\n"
        " o = Constant<value = int64 {-1}>()\n f = Constant<value = int64 {0}>()\n y = SequenceAt(q, o)\n"
        " z = SequenceAt(q, f)\n l = SequenceLength(q) }",
        [{"n": number(n), "x": normal(r, m)} for n, r, m in ((3, 1, 2), (1, 2, 2), (2, 3, 1))],
    ),
    "branches_with_sequences_of_different_lengths": (
        "g (bool b, float[r,2] x, float[d,2] w) => (float[k,2] y, int64 l) {\n"
        " q = If(b) <then_branch = t () => (seq(float) s1) { s1 = SequenceConstruct(x, w, x) },"
        " else_branch = e () => (seq(float) s2) { s2 = SequenceConstruct(w, x) }>\n"
        " y = ConcatFromSequence<axis=0>(q)\n l = SequenceLength(q) }",
        [{"b": np.array(b), "x": normal(r, 2), "w": normal(d, 2)} for b, r, d in ((True, 2, 3), (False, 1, 4))],
    ),
    "boxes_of_nothing": (
        "g (int64 n, int64 at, float[r,2] x) => (float[k,2] y, float[j,2] z) {"
        + TRUE
        + FOUND
        + " y = ConcatFromSequence<axis=0>(q)\n z = SequenceAt(q, at) }",
        [{"n": number(n), "at": number(at), "x": normal(0, 2)} for n, at in ((4, 0), (1, 0))],
    ),
    "a_queue_in_a_loop": (
        "g (int64 n, float[r,m] x) => (float[k,m] y) {"
        + TRUE
        + " q = SplitToSequence<axis=0, keepdims=0>(x)\n w = Loop(n, c, q) <body = b (int64 i, bool ci, seq(float) s)"
        " => (bool co, seq(float) t) {\n  co = Identity(ci)\n  o = Constant<value = int64 {0}>()\n"
        "  h = SequenceAt(s, o)\n  d = SequenceErase(s, o)\n  v = Add(h, h)\n"
        "  u = SequenceInsert(d, v)\n  t = SequenceInsert(u, v) }>\n"
        " y = ConcatFromSequence<axis=0, new_axis=1>(w) }",
        [{"n": number(n), "x": normal(3, 2)} for n in (0, 1, 5)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sequences_give_what_onnxruntime_gives(name, tmp_path):
    check_text(*CASES[name], tmp_path)


@pytest.mark.parametrize(("i", "bound"), [(5, "at most"), (-6, "at least")])
def test_a_position_outside_ends_the_run(i, bound, tmp_path):
    text = (
        "g (int64 n, int64 i, float[m] x) => (float[k,m] y) {"
        + TRUE
        + GROWN
        + " a = SequenceInsert(q, x, i)\n y = ConcatFromSequence<axis=0, new_axis=1>(a) }"
    )
    with load(compile_text(text, tmp_path), threads=2) as model:
        feed = {"n": number(4), "x": normal(3)}
        for place in (4, i, 0):
            if place != i:
                assert model.run({**feed, "i": number(place)})["y"].shape == (5, 3)
                continue
            with pytest.raises(RuntimeInputError, match=f"node 'a': the position in the sequence = . must be {bound}"):
                model.run({**feed, "i": number(place)})


@pytest.mark.parametrize(("at", "bound"), [(4, "at most"), (-5, "at least"), (2**63 - 1, "at most")])
def test_an_item_outside_ends_the_run(at, bound, tmp_path):
    text, _ = CASES["items_of_different_sizes"]
    with load(compile_text(text, tmp_path), threads=2) as model:
        feed = {"n": number(4), "x": normal(9, 2)}
        with pytest.raises(RuntimeInputError, match=f"node 'z': the position in the sequence = . must be {bound}"):
            model.run({**feed, "at": number(at)})
        assert model.run({**feed, "at": number(-4)})["l"] == 4


def test_a_loop_that_wants_too_much_memory_leaves_the_request_usable(tmp_path):
    text, _ = CASES["items_of_different_sizes"]
    with load(compile_text(text, tmp_path), threads=1) as model:
        request = model.create_request(max_memory=1 << 20)
        x = np.ones((9, 2), np.float32) * 1e9
        for turns in (2**60, 3, 2**62, 2):
            feed = {"n": number(turns), "at": number(0), "x": x}
            if turns > 9:
                with pytest.raises(RunMemoryError, match="max_memory is too small"):
                    request.run(feed)
            else:
                assert request.run(feed)["l"] == turns


def test_items_of_different_sizes_at_the_border(tmp_path):
    text = "g (int64 n, float[r,2] x) => (seq(float[j,2]) q) {" + TRUE + FOUND + " }"
    x = normal(9, 2)
    with load(compile_text(text, tmp_path), threads=2) as model:
        found = model.run({"n": number(3), "x": x})
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    (wanted,) = session.run(None, {"n": number(3), "x": x})
    np.testing.assert_array_equal(found["q"], np.concatenate(wanted))
    assert found["q.sizes"].tolist() == [[len(item)] for item in wanted]


def test_items_of_any_shape_at_the_border(tmp_path):
    text = "g (int64 n, float[r,m,2] x) => (seq(float[j,k,2]) q) {\n q = SplitToSequence<axis=1>(x, n) }"
    x = normal(3, 5, 2)
    with load(compile_text(text, tmp_path), threads=2) as model:
        found = model.run({"n": number(2), "x": x})
    assert found["q.sizes"].tolist() == [[3, 2], [3, 2], [3, 1]]
    wanted = [x[:, :2], x[:, 2:4], x[:, 4:]]
    np.testing.assert_array_equal(found["q"], np.concatenate([item.reshape(-1, 2) for item in wanted]))


def test_a_size_below_one_ends_the_run(tmp_path):
    text, feeds = CASES["parts_of_a_size_of_data"]
    with load(compile_text(text, tmp_path), threads=1) as model:
        for size in (0, -1, -(2**63)):
            with pytest.raises(RuntimeInputError, match=r"node 's.*': .*the size of a part = . must be at least 1"):
                model.run({"p": number(size), "x": normal(2, 6)})
        assert model.run(feeds[0])["l"] == 3


def test_items_that_do_not_fit_together_end_the_run(tmp_path):
    text, _ = CASES["columns_of_different_sizes"]
    with load(compile_text(text, tmp_path), threads=1) as model:
        with pytest.raises(RuntimeInputError, match=r"node 'y': .*dim 0 of the items = . must be equal to"):
            model.run({"a": normal(2, 3), "b": normal(3, 1), "i": number(1)})
        assert model.run({"a": normal(2, 3), "b": normal(2, 1), "i": number(1)})["y"].shape == (2, 7)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_sequence_at_the_border_is_a_stack(threads, tmp_path):
    """As many items as there are: parts of one tensor."""
    text = (
        '<ir_version: 8, opset_import: ["" : 17]>\ng (seq(float[3]) q) => (seq(float[3]) y, float[k,3] z) {'
        " y = SequenceMap(q) <body = b (float[3] a) => (float[3] r) { r = Exp(a) }>\n"
        " z = ConcatFromSequence<axis=0, new_axis=1>(q) }"
    )
    file = tmp_path / "m.onnx"
    onnx.save(parser.parse_model(text), file)
    dldt.compile_model(dldt.read_model(file, inputs=parse_inputs("q[N,3]")), tmp_path / "m.so")
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    with load(tmp_path / "m.so", threads=threads) as model:
        for count in (1, 4, 2):
            items = normal(count, 3)
            mapped, joined = session.run(None, {"q": list(items)})
            found = model.run({"q": items})
            np.testing.assert_allclose(found["y"], np.stack(mapped), rtol=1e-6)
            np.testing.assert_array_equal(found["z"], joined)
        assert model.run({"q": normal(0, 3)})["y"].shape == (0, 3)
