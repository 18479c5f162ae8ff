"""Branches of If that give tensors of different ranks, as native code beside onnxruntime."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

import dldt
from dldt.compiler.errors import DldtError
from dldt.compiler.interpret import interpret
from dldt.compiler.text import parse_graph, print_graph
from dldt.runtime import load
from dldt.runtime.errors import RuntimeInputError
from tests.codegen.onnx_native import check_text, compile_text
from tests.frontends.models import model_path

RNG = np.random.default_rng(7)


def normal(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def branches(cond="c"):
    """An If that gives x [m,1,n], or x without its dim of 1."""
    return (
        f" s = If({cond}) <then_branch = t () => (float[a,b] r) {{ one = Constant<value = int64[1] {{1}}>()\n"
        "  r = Squeeze(x, one) }, else_branch = e () => (float[d,f,g] r2) { r2 = Identity(x) }>\n"
    )


FEEDS = [{"c": np.array(c), "x": normal(m, 1, n)} for m, n, c in ((2, 3, 1), (4, 5, 0), (0, 3, 1), (3, 0, 0))]
for feed in FEEDS:
    feed["c"] = feed["c"].astype(bool)

CASES = {
    "the_next_node_makes_one_rank": (
        "g (float[m,1,n] x, bool c) => (float[k] y) {"
        + branches()
        + " all = Constant<value = int64[1] {-1}>()\n y = Reshape(s, all) }",
        FEEDS,
    ),
    "nodes_between_and_two_readers": (
        "g (float[m,1,n] x, bool c) => (float[k] y, float z) {"
        + branches()
        + " p = Relu(s)\n q = Neg(s)\n all = Constant<value = int64[1] {-1}>()\n t = Add(p, q)\n"
        " y = Reshape(t, all)\n z = ReduceSum<keepdims=0>(q) }",
        FEEDS,
    ),
    "one_value_is_read_by_moved_nodes_and_others": (
        "g (float[m,1,n] x, bool c) => (float[k] y, float[m,1,n] w) {"
        + branches()
        + " r0 = Relu(x)\n p = Relu(s)\n all = Constant<value = int64[1] {-1}>()\n t = Reshape(p, all)\n"
        " u = Reshape(r0, all)\n y = Add(t, u)\n w = Sqrt(r0) }",
        FEEDS,
    ),
    "an_if_behind_an_if": (
        "g (float[m,1,n] x, bool c) => (float[k] y) {"
        + branches()
        + " v = If(c) <then_branch = t2 () => (float[h,i,j] w) { zero = Constant<value = int64[1] {1}>()\n"
        "  w = Unsqueeze(s, zero) }, else_branch = e2 () => (float[h2,i2,j2] w2) { w2 = Neg(s) }>\n"
        " all = Constant<value = int64[1] {-1}>()\n y = Reshape(v, all) }",
        FEEDS,
    ),
    "a_condition_on_sizes": (
        "g (float[m,k,n] x) => (float[j] y) {\n sh = Shape(x)\n i = Constant<value = int64 {1}>()\n"
        " k1 = Gather(sh, i)\n c = Equal(k1, i)\n"
        + branches()
        + " all = Constant<value = int64[1] {-1}>()\n p = Exp(s)\n y = Reshape(p, all) }",
        [{"x": normal(2, k, 3)} for k in (1, 4, 0)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_use_makes_one_rank(name, tmp_path):
    check_text(*CASES[name], tmp_path)


@pytest.mark.parametrize("equal", [True, False])
def test_a_branch_behind_which_the_model_cannot_run_is_a_condition(equal, tmp_path):
    then, other = ("Squeeze(x, i)", "Identity(x)") if equal else ("Identity(x)", "Squeeze(x, i)")
    text = (
        "g (float[m,k,n] x) => (float[j,3] y) {\n sh = Shape(x)\n i = Constant<value = int64[1] {1}>()\n"
        " k1 = Gather(sh, i)\n"
        + (" c = Equal(k1, i)\n" if equal else " e0 = Equal(k1, i)\n c = Not(e0)\n")
        + f" s = If(c) <then_branch = t () => (float r) {{ r = {then} }}, else_branch = e () => (float r2)"
        f" {{ r2 = {other} }}>\n"
        " w = Constant<value = float[4,3] {1,2,3,4,5,6,7,8,9,10,11,12}>()\n y = Gemm(s, w) }"
    )
    feeds = [{"x": normal(m, 1, 4)} for m in (2, 5, 0)]
    check_text(text, feeds, tmp_path)
    wanted = r"node 's': the size that chooses a branch = k must be equal to 1, but they are 3 and 1"
    with load(tmp_path / "model.so") as model, pytest.raises(RuntimeInputError, match=wanted):
        model.run({"x": normal(2, 3, 4)})


ENDS = {
    "the_branches_end_the_model": "g (float[m,1,n] x, bool c) => (float s, float[m,1,n] r) {"
    + branches()
    + " r = Relu(x) }",
    "nodes_stand_behind_them": "g (float[m,1,n] x, bool c) => (float y, float s) {" + branches() + " y = Relu(s) }",
    "numbers": "g (float[m,1,n] x, bool c) => (float y) {\n s = If(c) <then_branch = t () => (float r)"
    " { r = ReduceSum<keepdims = 0>(x) }, else_branch = e () => (float[a,b,d] r2) { r2 = Neg(x) }>\n y = Abs(s) }",
}


@pytest.mark.parametrize("name", ENDS)
def test_an_output_has_the_rank_that_data_decide(name, tmp_path):
    check_text(ENDS[name], [feed for feed in FEEDS if feed["x"].size], tmp_path)


def test_arrays_that_are_given_have_the_highest_rank(tmp_path):
    text = "g (float[1,2,3] x, bool c) => (float s) {" + branches().replace("{1}", "{0}") + "}"
    x, full, rank = normal(1, 2, 3), np.empty((1, 2, 3), np.float32), np.empty((), np.int64)
    with load(compile_text(text, tmp_path)) as model:
        assert [str(info) for info in model.outputs] == ["s: f32[1,2,3]", "s.rank: i64[]"]
        model(x, np.array(True), out=(full, rank))
    np.testing.assert_array_equal(full, x)
    assert rank == 2


def test_the_rank_is_kept_in_text_and_ir(tmp_path):
    compile_text("g (float[m,1,n] x, bool c) => (float s) {" + branches() + "}", tmp_path)
    graph = dldt.read_model(tmp_path / "model.onnx")
    again = dldt.read_model(dldt.save_model(graph, tmp_path / "model.xml"))
    parsed = parse_graph(print_graph(graph))
    for feed in FEEDS[:2]:
        wanted = np.squeeze(feed["x"], 1) if feed["c"] else feed["x"]
        for made in (graph, again, parsed):
            (array,) = interpret(made, feed).values()
            np.testing.assert_array_equal(array, wanted)


def test_a_branch_that_data_choose_and_that_ends_the_model_is_refused(tmp_path):
    text = (
        "g (float[m,1,n] x, bool c) => (float[j,3] y) {" + branches() + " w = Constant<value = float[4,3]"
        " {1,2,3,4,5,6,7,8,9,10,11,12}>()\n y = Gemm(s, w) }"
    )
    with pytest.raises(DldtError, match=r"the model cannot run behind else_branch, and the condition is not that"):
        compile_text(text, tmp_path)


def test_a_voice_detector_runs_where_its_one_frame_is(tmp_path):
    file = model_path("onnx/silero/silero_vad_16k_op15.onnx")
    dldt.compile_model(dldt.read_model(file), tmp_path / "model.so")
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    with load(tmp_path / "model.so", threads=1) as alone, load(tmp_path / "model.so", threads=2) as together:
        for batch, samples in ((1, 512), (1, 576), (3, 512), (2, 600), (4, 256)):
            audio, state = 0.1 * normal(batch, samples), 0.1 * normal(2, batch, 128)
            feed = {"input": audio, "state": state, "sr": np.array(16000, np.int64)}
            made, other = alone.run(feed), together.run(feed)
            for (name, array), expected in zip(made.items(), session.run(None, feed), strict=True):
                np.testing.assert_allclose(array, expected, rtol=1e-4, atol=1e-5, err_msg=name)
                np.testing.assert_array_equal(array, other[name])
        with pytest.raises(RuntimeInputError, match=r"node '/model/decoder/If': .* but they are 2 and 1"):
            alone.run({"input": normal(1, 1024), "state": normal(2, 1, 128), "sr": np.array(16000, np.int64)})
