"""What a model refuses, and what it reads from copies."""

import numpy as np
import pytest

from dldt import runtime
from dldt.codegen.host import resolve_target
from tests.codegen.artifact import HANG, build, build_scale, describe, scaled


def refused(model, *arrays):
    with pytest.raises(runtime.RuntimeInputError) as caught:
        model(*arrays)
    assert caught.value.exit_code == 2
    return str(caught.value)


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


def test_a_copy_that_the_system_has_no_memory_for(scale, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(np, "require", full)
    with pytest.raises(runtime.RunMemoryError, match=r"input 'x' .* no memory for a copy of its 16 bytes"):
        scale(np.ones(8, np.float32)[::2])


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
    for size in (0, 1001):
        assert refused(scale, np.ones(size, np.float32)) == (
            f"input 'x': the dim N must be at least 1 and at most 1000, but it is {size}"
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
        np.testing.assert_array_equal(scale(given), scaled(np.array(given, np.float32)))


def test_each_run_is_checked(scale, pair):
    """What was right in the run before is no excuse."""
    x = np.arange(4, dtype=np.float32)
    for wrong in (x.astype(np.float64), x.view(np.int32), x[:, None], [1.0] * 4):
        np.testing.assert_array_equal(scale(x), scaled(x))
        assert "input 'x' must" in refused(scale, wrong)
    np.testing.assert_array_equal(scale(x), scaled(x))
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
        np.testing.assert_array_equal(request.run(x)["y"], scaled(x))
        with pytest.raises(runtime.RuntimeInputError, match="at most 1000"):
            request.run(np.ones(1001, np.float32))


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


def test_shapes_are_refused_before_anything_is_copied(scale):
    """A view of one element: as a copy it would have 4 TB."""
    endless = np.broadcast_to(np.float32(1), (1 << 40,))
    assert "must be at least 1 and at most 1000" in refused(scale, endless)
    foreign = np.broadcast_to(np.array(1, ">f4"), (1 << 40,))
    assert "must be at least 1 and at most 1000" in refused(scale, foreign)
