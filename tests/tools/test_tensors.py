"""Input data of ``dldt run``."""

import dataclasses
import pickle

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UsageError
from dldt.tools import tensors
from dldt.tools.picture import PictureOptions


@dataclasses.dataclass(frozen=True)
class Info:
    name: str
    shape: tuple
    dtype: type = np.float32


X = Info("x", (2, 3))


def read(words, *infos, shapes=None):
    return tensors.read_inputs(words, infos, shapes or {}, PictureOptions())


@pytest.fixture
def array():
    return np.arange(6, dtype=np.float32).reshape(2, 3)


def test_npy_by_name_and_alone(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    for word in (f"x={tmp_path / 'a.npy'}", str(tmp_path / "a.npy")):
        np.testing.assert_array_equal(read([word], X)["x"], array)


def test_npz_gives_every_array_by_name(tmp_path, array):
    np.savez(tmp_path / "a.npz", x=array, y=array + 1)
    found = read([str(tmp_path / "a.npz")], X, Info("y", (2, 3)))
    np.testing.assert_array_equal(found["y"], array + 1)


def test_a_raw_file_takes_the_shape_of_the_input(tmp_path, array):
    array.astype("<f4").tofile(tmp_path / "a.bin")
    np.testing.assert_array_equal(read([f"x={tmp_path / 'a.bin'}"], X)["x"], array)


def test_the_free_dim_of_a_raw_file_follows_from_its_size(tmp_path, array):
    array.tofile(tmp_path / "a.bin")
    assert read([f"x={tmp_path / 'a.bin'}"], Info("x", ("N", 3)))["x"].shape == (2, 3)


@pytest.mark.parametrize("shape", [(2, 4), ("N", 5), ("N", "M")])
def test_a_raw_file_of_another_size_is_refused(tmp_path, array, shape):
    array.tofile(tmp_path / "a.bin")
    with pytest.raises(InputError, match="has 24 bytes, input 'x'"):
        read([f"x={tmp_path / 'a.bin'}"], Info("x", shape))


def test_fills_have_the_type_and_shape_of_the_input():
    infos = [Info("a", ("N", 4)), Info("b", (3,), np.int8), Info("c", (5,), bool)]
    found = read(["a=random", "b=ones"], *infos, shapes={"a": (7, 4)})
    assert found["a"].shape == (7, 4)
    assert found["b"].tolist() == [1, 1, 1]
    assert found["c"].dtype == bool
    assert np.array_equal(found["a"], read(["a=random", "b=ones"], *infos, shapes={"a": (7, 4)})["a"])


def test_a_pickle_is_not_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"holds Python objects \(a pickle\).*; save plain arrays of numbers"):
        read([f"x={tmp_path / 'a.npy'}"], X)
    (tmp_path / "b.npz").write_bytes(pickle.dumps({"x": 1}))
    with pytest.raises(InputError, match=r"holds Python objects \(a pickle\)") as refused:
        tensors.load_arrays(tmp_path / "b.npz")
    assert "allow_pickle" not in str(refused.value)


def test_a_damaged_npz_is_refused(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04nonsense")
    with pytest.raises(InputError, match="not a sound"):
        read([f"x={tmp_path / 'a.npz'}"], X)


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["z=random"], UsageError, "no input 'z'; its inputs are 'x', 'y'"),
        (["a.npy"], UsageError, "the model has 2 inputs: write name=FILE"),
        (["x=nowhere.npy"], InputError, "nowhere.npy: no such file"),
    ],
)
def test_what_does_not_fit_is_named(words, error, message):
    with pytest.raises(error, match=message):
        read(words, X, Info("y", (1,)))


def test_shapes_are_read():
    assert tensors.parse_shapes("x[1,3, 4],gpu_0/data[]") == {"x": (1, 3, 4), "gpu_0/data": ()}
    with pytest.raises(UsageError, match="cannot read shape"):
        tensors.parse_shapes("x[1,N]")


def test_a_shape_of_another_rank_is_refused():
    with pytest.raises(UsageError, match="has 1 dims, the model's input 2"):
        tensors.concrete_shape(X, (3,))


def test_a_shape_of_no_input_is_refused():
    with pytest.raises(UsageError, match="--shape: the model has no input z; its inputs are 'x'"):
        tensors.read_inputs([], [X], {"x": (2, 3), "z": (1,)}, PictureOptions())
