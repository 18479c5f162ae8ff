import numpy as np
import pytest

from dldt.codegen.resolve import resolve_target
from tests.codegen.artifact import ROUNDS, SCALE, SCALE_WEIGHTS, rounds_metadata, scale_metadata
from tests.codegen.qemu import build_executable, require_emulator, run_executable, run_under_qemu

TARGETS = ["host", "x86-64-v2", "aarch64"]


@pytest.mark.parametrize("name", TARGETS)
def test_a_free_dim(name, tmp_path):
    target = resolve_target(name)
    require_emulator(target)
    path = build_executable([SCALE], SCALE_WEIGHTS, scale_metadata(target), target, tmp_path / "model")
    for size in (1, 7, 1000):
        x = np.linspace(-1, 1, size, dtype=np.float32)
        run = run_executable(path, scale_metadata(target), {"x": x}, target)
        np.testing.assert_array_equal(run["y"], x * 2 + np.resize(np.float32([0, 1, 2, 3]), size))


@pytest.mark.parametrize("threads", [2, 4])
@pytest.mark.parametrize("name", TARGETS)
def test_barriers_hold_across_many_runs(name, threads, tmp_path):
    target, inputs = resolve_target(name), {"x": np.array([10, 5])}
    run = run_under_qemu([ROUNDS], (), rounds_metadata(target), inputs, target, tmp_path, threads=threads, runs=50)
    assert not run["y"][:threads].any()


def test_reading_past_an_input_ends_the_program(tmp_path):
    target = resolve_target("host")
    past = SCALE.replace(
        "%v = load float, ptr %xi", "%xj = getelementptr i8, ptr %xi, i64 4\n  %v = load float, ptr %xj"
    )
    path = build_executable([past], SCALE_WEIGHTS, scale_metadata(target), target, tmp_path / "model")
    with pytest.raises(AssertionError, match="ended with -11"):
        run_executable(path, scale_metadata(target), {"x": np.ones(5, np.float32)}, target)
