"""Sequences whose length, or whose items' size, is found at run time, as native code beside onnxruntime."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import parser

import dldt
from dldt.compiler.errors import UnsupportedError
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


REFUSED = {
    " y = ConcatFromSequence<axis=1>(q) }": "it can be appended to, read item by item, and joined along the first axis",
    " o = Constant<value = int64 {0}>()\n p = SequenceErase(q, o)\n y = ConcatFromSequence<axis=0>(p) }": "it can be",
}


@pytest.mark.parametrize("rest", REFUSED)
def test_what_items_of_different_sizes_cannot(rest, tmp_path):
    text = "g (int64 n, float[r,2] x) => (float[k,2] y) {" + TRUE + FOUND + rest
    with pytest.raises(UnsupportedError, match=REFUSED[rest]):
        compile_text(text, tmp_path)


def test_items_of_different_sizes_at_the_border(tmp_path):
    text = "g (int64 n, float[r,2] x) => (seq(float[j,2]) q) {" + TRUE + FOUND + " }"
    x = normal(9, 2)
    with load(compile_text(text, tmp_path), threads=2) as model:
        found = model.run({"n": number(3), "x": x})
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    (wanted,) = session.run(None, {"n": number(3), "x": x})
    np.testing.assert_array_equal(found["q"], np.concatenate(wanted))
    assert found["q.sizes"].tolist() == [len(item) for item in wanted]


def test_parts_that_leave_a_rest_end_the_run(tmp_path):
    text, feeds = CASES["parts_of_a_size_of_data"]
    with load(compile_text(text, tmp_path), threads=1) as model:
        for size in (4, 0, -1, 2**63 - 1, -(2**63)):
            with pytest.raises(RuntimeInputError, match=r"node 's.*': .*the number of elements = . must be equal to"):
                model.run({"p": number(size), "x": normal(2, 6)})
        assert model.run(feeds[0])["l"] == 3


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
