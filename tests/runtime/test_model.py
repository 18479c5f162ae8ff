import gc
import os
import threading
import time
import weakref

import numpy as np
import pytest

from dldt import runtime
from dldt.codegen.resolve import resolve_target
from tests.codegen.artifact import HANG, build, build_scale, describe

# out0[n] = a[n] + b[n] as i64; out1[n, 2] = (a[n], flag): two inputs share a free dim, two outputs.
PAIR = """; ModuleID = 'pair'
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {
entry:
  %inputs = load ptr, ptr %request
  %outputs.at = getelementptr i8, ptr %request, i64 8
  %outputs = load ptr, ptr %outputs.at
  %symbols.at = getelementptr i8, ptr %request, i64 24
  %symbols = load ptr, ptr %symbols.at
  %n = load i64, ptr %symbols
  %a = load ptr, ptr %inputs
  %b.at = getelementptr ptr, ptr %inputs, i64 1
  %b = load ptr, ptr %b.at
  %sum = load ptr, ptr %outputs
  %both.at = getelementptr ptr, ptr %outputs, i64 1
  %both = load ptr, ptr %both.at
  %first = icmp eq i32 %tid, 0
  br i1 %first, label %head, label %done
head:
  %i = phi i64 [ 0, %entry ], [ %next, %body ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %ai = getelementptr i64, ptr %a, i64 %i
  %bi = getelementptr i64, ptr %b, i64 %i
  %av = load i64, ptr %ai
  %bv = load i64, ptr %bi
  %s = add i64 %av, %bv
  %si = getelementptr i64, ptr %sum, i64 %i
  store i64 %s, ptr %si
  %row = getelementptr [2 x i64], ptr %both, i64 %i
  store i64 %av, ptr %row
  %second = getelementptr i64, ptr %row, i64 1
  store i64 %bv, ptr %second
  %next = add i64 %i, 1
  br label %head
done:
  ret void
}
define i64 @dldt_arena_size(ptr %symbols) { ret i64 0 }
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {
  %n = load i64, ptr %symbols
  store i64 %n, ptr %dims
  %d1 = getelementptr i64, ptr %dims, i64 1
  store i64 %n, ptr %d1
  %d2 = getelementptr i64, ptr %dims, i64 2
  store i64 2, ptr %d2
  ret void
}
"""


@pytest.fixture(scope="module")
def pair_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("pair") / "pair.so"
    tensors = [("a", "i64", ["N"]), ("b", "i64", ["N"])], [("sum", "i64", ["N"]), ("both", "i64", ["N", 2])]
    build(PAIR, describe(*tensors, [("N", 1, None)], target=resolve_target("host"), name="pair"), path)
    return path


@pytest.fixture
def pair(pair_path):
    with runtime.load(pair_path) as model:
        yield model


def expected(x):
    return x * np.float32(2) + np.resize(np.float32([0, 1, 2, 3]), x.shape)


def refused(model, *arrays):
    with pytest.raises(runtime.RuntimeInputError) as caught:
        model(*arrays)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_describes_itself(scale):
    assert [(t.name, t.shape, t.dtype) for t in scale.inputs] == [("x", ("N",), np.dtype(np.float32))]
    assert [str(t) for t in scale.outputs] == ["y: f32[N]"]
    assert repr(scale) == "<Model scale: (x: f32[N]) -> (y: f32[N]), 1 threads>"


def test_one_output_is_an_array_and_any_size_of_a_free_dim_runs(scale):
    for size in (1, 3, 17, 1000, 3):
        x = np.arange(size, dtype=np.float32)
        y = scale(x)
        assert y.dtype == np.float32
        np.testing.assert_array_equal(y, expected(x))


def test_several_outputs_are_a_tuple_in_the_models_order(pair):
    a, b = np.arange(5), np.arange(5) * 10
    total, both = pair(a, b)
    np.testing.assert_array_equal(total, a + b)
    np.testing.assert_array_equal(both, np.stack([a, b], axis=1))


def test_run_by_name(pair):
    a, b = np.arange(3), np.arange(3) * 7
    out = pair.run({"b": b, "a": a})
    assert list(out) == ["sum", "both"]
    np.testing.assert_array_equal(out["both"], np.stack([a, b], axis=1))


def test_a_request_takes_arrays_or_a_dict(pair):
    a, b = np.arange(3), np.arange(3) * 7
    request = pair.create_request()
    for out in (request.run(a, b), request.run({"a": a, "b": b}), request.start(a, b).result(10)):
        np.testing.assert_array_equal(out["sum"], a + b)


def test_start_hands_errors_to_result(pair):
    job = pair.create_request().start(np.arange(3))
    with pytest.raises(runtime.RuntimeInputError, match="takes 2 inputs, 1 were given"):
        job.result(10)
    assert job.done()


def test_outputs_of_two_runs_are_different_arrays(scale):
    first = scale(np.float32([1]))
    second = scale(np.float32([5]))
    assert (first[0], second[0]) == (2, 10)


def test_out_is_written_in_place(scale):
    x, y = np.float32([1, 2]), np.empty(2, np.float32)
    assert scale(x, out=y) is y
    np.testing.assert_array_equal(y, expected(x))


def test_out_must_fit(scale):
    x = np.ones(4, np.float32)
    for wrong in (np.empty(3, np.float32), np.empty(4), np.empty(8, np.float32)[::2], np.frombuffer(bytes(16), "f4")):
        with pytest.raises(
            runtime.RuntimeInputError, match="out for 'y' must be a writable C-contiguous float32 array"
        ):
            scale(x, out=wrong)
    with pytest.raises(runtime.RuntimeInputError, match="out for 'y' shares memory with an input"):
        scale(x, out=x)
    with pytest.raises(runtime.RuntimeInputError, match="has 1 outputs, out has 2 arrays"):
        scale(x, out=[x, x])


def test_wrong_dtype(scale):
    assert refused(scale, np.ones(3)) == (
        "input 'x' must be float32, but the array is float64; convert it with x.astype(numpy.float32)"
    )
    assert "but the array is int64" in refused(scale, np.arange(3))
    assert "but the array is complex64" in refused(scale, np.ones(3, np.complex64))
    assert "but the array is object" in refused(scale, np.array([1.0, None, 2.0]))
    assert "but the array is [('a', '<f4')]" in refused(scale, np.zeros(3, [("a", "f4")]))
    assert "but the array is <U1" in refused(scale, np.array(["a"]))


def test_what_is_no_array(scale):
    assert refused(scale, [1.0, 2.0]) == (
        "input 'x' must be a numpy array of float32, not a list; convert it with numpy.asarray(…, dtype=numpy.float32)"
    )
    assert "not a NoneType" in refused(scale, None)
    assert "is a masked array" in refused(scale, np.ma.masked_array(np.ones(2, np.float32), [True, False]))


def test_wrong_shape(scale):
    assert refused(scale, np.ones((2, 3), np.float32)) == "input 'x' must have 1 dims [N], but the array has [2,3]"
    assert refused(scale, np.float32(1)) == "input 'x' must have 1 dims [N], but the array has []"
    assert refused(scale, np.ones(0, np.float32)) == "input 'x' of shape [0] is empty; the model takes [N]"
    assert refused(scale, np.ones(1001, np.float32)) == (
        "input 'x': the dim N must be at least 1 and at most 1000, but it is 1001"
    )


def test_below_the_smallest_dim(tmp_path):
    symbols = [{"name": "N", "min": 4, "max": None}]
    with runtime.load(build_scale(tmp_path / "m.so", symbols=symbols)) as model:
        assert refused(model, np.ones(3, np.float32)) == "input 'x': the dim N must be at least 4, but it is 3"


def test_wrong_fixed_dim(tmp_path):
    inputs = [{"name": "x", "dtype": "f32", "shape": ["N", 2]}]
    with runtime.load(build_scale(tmp_path / "m.so", inputs=inputs)) as model:
        assert refused(model, np.ones((4, 3), np.float32)) == (
            "input 'x' must have the shape [N,2], but the array has [4,3]"
        )


def test_inputs_that_disagree_on_a_dim(pair):
    assert refused(pair, np.arange(3), np.arange(4)) == "inputs 'a' and 'b' disagree on the dim N: 3 and 4"


def test_one_input_that_disagrees_with_itself(tmp_path):
    inputs = [{"name": "x", "dtype": "f32", "shape": ["N", "N"]}]
    with runtime.load(build_scale(tmp_path / "m.so", inputs=inputs)) as model:
        assert refused(model, np.ones((2, 3), np.float32)) == "input 'x' has 2 and 3 for the same dim N"


def test_names_that_do_not_fit(pair):
    with pytest.raises(runtime.RuntimeInputError) as caught:
        pair.run({"a": np.arange(3), "c": np.arange(3)})
    assert str(caught.value) == (
        "the inputs do not fit: missing b; unknown c; the model's inputs: a: i64[N], b: i64[N]"
    )
    with pytest.raises(runtime.RuntimeInputError, match="give the inputs as a dict from names to arrays, not a list"):
        pair.run([np.arange(3)])
    assert refused(pair, np.arange(3)) == ("the model takes 2 inputs, 1 were given; its inputs: a: i64[N], b: i64[N]")


def strided(x):
    return np.repeat(x, 2)[::2]


def misaligned(x):
    return np.frombuffer(b"?" + x.tobytes(), x.dtype, offset=1)


def read_only(x):
    x.setflags(write=False)
    return x


def mapped(x):
    class Named(np.ndarray):
        pass

    return x.view(Named)


@pytest.mark.parametrize(
    "change",
    [
        strided,
        misaligned,
        read_only,
        mapped,
        lambda x: x[::-1].copy()[::-1],
        lambda x: x.astype(">f4"),
        lambda x: np.broadcast_to(x[:1], x.shape),
    ],
)
def test_layouts_are_copied(scale, change):
    plain = np.arange(1, 12, dtype=np.float32)
    x = change(plain.copy())
    # Also after a run that has read a plain array of this shape where it was, and before another.
    for given in (x, plain, x, plain):
        np.testing.assert_array_equal(scale(given), expected(np.array(given, np.float32)))


def test_each_run_is_checked(scale, pair):
    """What was right in the run before is no excuse."""
    x = np.arange(4, dtype=np.float32)
    for wrong in (x.astype(np.float64), x.view(np.int32), x[:, None], [1.0] * 4):
        np.testing.assert_array_equal(scale(x), expected(x))
        assert "input 'x' must" in refused(scale, wrong)
    np.testing.assert_array_equal(scale(x), expected(x))
    a = np.arange(3)
    np.testing.assert_array_equal(pair(a, a)[0], 2 * a)
    assert "disagree on the dim N: 3 and 2" in refused(pair, a, a[:2])
    assert "takes 2 inputs, 1 were given" in refused(pair, a)
    for names in ({"a": a}, {"a": a, "b": a, "c": a}):
        with pytest.raises(runtime.RuntimeInputError, match="the inputs do not fit"):
            pair.run(names)
    np.testing.assert_array_equal(pair.run({"b": a, "a": a})["sum"], 2 * a)


def test_dims_that_were_refused_leave_the_request_usable(scale):
    request = scale.create_request()
    x = np.arange(5, dtype=np.float32)
    for _ in range(2):
        np.testing.assert_array_equal(request.run(x)["y"], expected(x))
        with pytest.raises(runtime.RuntimeInputError, match="at most 1000"):
            request.run(np.ones(1001, np.float32))


def test_inputs_may_be_dropped_while_they_are_read(hanging):
    feeds = {"x": np.zeros(1, np.int32)}
    x = weakref.ref(feeds["x"])
    job = hanging.create_request().start(feeds)
    feeds.clear()
    gc.collect()
    assert x() is not None
    x()[0] = 1
    assert list(job.result(10)) == ["y"]


def test_a_closed_model_says_so(scale_path):
    model = runtime.load(scale_path)
    request = model.create_request()
    model.close()
    model.close()
    x = np.ones(1, np.float32)
    for use in (lambda: model(x), model.create_request, lambda: request.run(x), lambda: request.start(x)):
        with pytest.raises(runtime.RuntimeStateError, match="the model is closed"):
            use()


def test_a_model_that_is_dropped_ends_its_workers(scale_path):
    before = threading.active_count()
    model = runtime.load(scale_path, threads=3)
    model(np.ones(8, np.float32))
    assert threading.active_count() == before + 2
    del model
    gc.collect()
    assert threading.active_count() == before


def test_two_models_of_one_file(scale_path):
    x = np.ones(4, np.float32)
    with runtime.load(scale_path) as first:
        with runtime.load(scale_path) as second:
            np.testing.assert_array_equal(second(x), expected(x))
        np.testing.assert_array_equal(first(x), expected(x))


def test_two_models_whose_files_have_one_name(scale_path, pair_path, tmp_path):
    same = tmp_path / scale_path.name
    same.write_bytes(pair_path.read_bytes())
    with runtime.load(scale_path) as first, runtime.load(same) as second:
        assert (first.name, second.name) == ("scale", "pair")
        np.testing.assert_array_equal(second(np.arange(2), np.arange(2))[0], [0, 2])
        np.testing.assert_array_equal(first(np.ones(2, np.float32)), np.float32([2, 3]))


def test_a_file_that_was_compiled_again(scale_path, tmp_path):
    path = build_scale(tmp_path / "m.so")
    with runtime.load(path) as old:
        build_scale(path, name="newer")
        with runtime.load(path) as new:
            assert (old.name, new.name) == ("scale", "newer")
            np.testing.assert_array_equal(old(np.ones(2, np.float32)), new(np.ones(2, np.float32)))


def test_a_relative_path(scale_path, monkeypatch):
    monkeypatch.chdir(scale_path.parent)
    with runtime.load(scale_path.name) as model:
        assert model.name == "scale"


def test_threads_do_not_change_the_result(scale_path):
    x = np.random.default_rng(1).standard_normal(999, np.float32)
    for threads in (1, 2, 3, 7):
        with runtime.load(scale_path, threads=threads) as model:
            for _ in range(20):
                np.testing.assert_array_equal(model(x), expected(x))


def test_many_callers_of_one_model(scale_path):
    failures = []

    def call(model, size):
        x = np.arange(size, dtype=np.float32)
        for _ in range(100):
            if not np.array_equal(model(x), expected(x)):
                failures.append(size)

    with runtime.load(scale_path, threads=2) as model:
        callers = [threading.Thread(target=call, args=(model, size)) for size in (1, 10, 100, 1000)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    assert failures == []


def test_one_run_at_a_time_on_a_request(hanging):
    x, other = np.zeros(1, np.int32), np.ones(1, np.int32)
    request = hanging.create_request()
    job = request.start(x)
    try:
        with pytest.raises(TimeoutError, match=r"did not finish within 0\.01 s; it goes on"):
            job.result(0.01)
        with pytest.raises(runtime.RuntimeStateError, match="this request is running; wait for it, or create another"):
            request.run(other)
        hanging(other)
    finally:
        x[0] = 1
    assert list(job.result(10)) == ["y"]
    request.run(other)


def test_close_waits_for_the_run_in_progress(hanging):
    x = np.zeros(1, np.int32)
    job = hanging.create_request().start(x)
    closer = threading.Thread(target=hanging.close)
    closer.start()
    closer.join(0.05)
    assert closer.is_alive()
    x[0] = 1
    closer.join(10)
    assert not closer.is_alive()
    assert job.result(10)


def test_a_fork_gets_its_own_workers(scale_path):
    x = np.arange(100, dtype=np.float32)
    with runtime.load(scale_path, threads=2) as model:
        model(x)
        child = os.fork()
        if child == 0:
            good = np.array_equal(model(x), expected(x)) and np.array_equal(model(x), expected(x))
            model.close()
            os._exit(0 if good else 1)
        deadline = time.monotonic() + 20
        while (done := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        if done == (0, 0):
            os.kill(child, 9)
            os.waitpid(child, 0)
        assert done == (child, 0)
        np.testing.assert_array_equal(model(x), expected(x))


def test_bfloat16_travels_as_uint16(tmp_path):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    copy = HANG.replace(
        "done:\n",
        "done:\n  %yp = getelementptr i8, ptr %request, i64 8\n  %ys = load ptr, ptr %yp\n"
        "  %y = load ptr, ptr %ys\n  %v = load i32, ptr %x\n  store i32 %v, ptr %y\n",
    )
    metadata = describe([("x", "bf16", [2])], [("y", "bf16", [2])], target=resolve_target("host"), name="copy")
    build(copy.replace("store i64 1", "store i64 2"), metadata, tmp_path / "copy.so")
    with runtime.load(tmp_path / "copy.so", threads=1) as model:
        x = np.array([1.0, -2.0], ml_dtypes.bfloat16)
        np.testing.assert_array_equal(model(x), np.uint16([0x3F80, 0xC000]))
        np.testing.assert_array_equal(model(x.view(np.uint16)), np.uint16([0x3F80, 0xC000]))
        assert "but the array is float16" in refused(model, np.ones(2, np.float16))
