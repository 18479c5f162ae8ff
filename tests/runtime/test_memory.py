"""Where arrays and arenas are."""

import ctypes
import itertools

import numpy as np
import pytest

from dldt import runtime
from dldt.runtime.address import address
from dldt.runtime.arena_memory import ArenaMemory
from dldt.runtime.format import read_artifact
from tests.codegen.artifact import build_scale

BASE = np.arange(60, dtype=np.float32).reshape(3, 4, 5)


@pytest.mark.parametrize(
    "array",
    [
        BASE,
        BASE[1:, 2:, 3],
        BASE.T,
        BASE[::-1],
        np.array(3.0),
        np.empty((0, 3), np.int8),
        np.frombuffer(b"abcdefgh", np.uint16),
        np.broadcast_to(np.int64([7]), (5, 5)),
        np.zeros(3, [("a", "f4"), ("b", "i8")]),
    ],
    ids=lambda array: f"{array.dtype}{array.shape}",
)
def test_the_address_is_the_one_that_numpy_tells(array):
    assert address(array) == array.__array_interface__["data"][0] == array.ctypes.data


@pytest.mark.parametrize("size", [0, 1, 64, 1000, (1 << 18) - 1, 1 << 18, 3_000_000])
def test_an_arena_is_aligned_and_all_of_it_is_ours(size):
    arena = ArenaMemory(size)
    assert arena.size >= size
    assert arena.address % 64 == 0
    ctypes.memset(arena.address, 7, arena.size)
    first = np.frombuffer(arena._memory, np.uint8)
    assert first.ctypes.data <= arena.address
    assert arena.address + arena.size <= first.ctypes.data + first.size
    assert (first == 7).sum() == arena.size


def test_arenas_are_apart():
    arenas = sorted((ArenaMemory(1 << 19) for _ in range(4)), key=lambda arena: arena.address)
    assert all(a.address + a.size <= b.address for a, b in itertools.pairwise(arenas))


def test_requests_of_a_large_arena_do_not_share_it(tmp_path):
    path = build_scale(tmp_path / "m.so", arena=5_000_000)
    with runtime.load(path, threads=1) as model:
        first, second = model.create_request(), model.create_request()
        assert abs(first._held.arena.address - second._held.arena.address) >= 5_000_000
        np.testing.assert_array_equal(first.run(np.ones(2, np.float32))["y"], np.float32([2, 3]))


def test_steps_that_are_none(tmp_path):
    """A run does not need them; whoever asks is told."""
    for steps in ([1], "ab", {"a": 1}):
        path = build_scale(tmp_path / "m.so", steps=steps)
        with runtime.load(path, threads=1) as model:
            np.testing.assert_array_equal(model(np.ones(1, np.float32)), np.float32([2]))
            with pytest.raises(
                runtime.RuntimeLoadError, match=r"m\.so is damaged: its metadata has (a step|steps) that"
            ):
                model.profile(np.ones(1, np.float32))
        with pytest.raises(runtime.RuntimeLoadError):
            _ = read_artifact(path).metadata.steps


def test_a_library_is_unmapped_when_nobody_holds_it(tmp_path):
    path = build_scale(tmp_path / "m.so")

    def mapped() -> bool:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            return any(line.rstrip().endswith(str(path)) for line in maps)

    model = runtime.load(path, threads=2)
    model(np.ones(4, np.float32))
    assert mapped()
    model.close()
    assert not mapped()
    request = runtime.load(path, threads=1).create_request()
    assert mapped()  # the request is enough to hold it
    np.testing.assert_array_equal(request.run(np.ones(1, np.float32))["y"], np.float32([2]))
    del request
    assert not mapped()
