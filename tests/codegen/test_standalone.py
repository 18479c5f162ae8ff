import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from tests.codegen.artifact import (
    ROUNDS,
    SCALE,
    SCALE_WEIGHTS,
    build,
    build_scale,
    describe,
    rounds_metadata,
    scale_metadata,
)
from tests.codegen.qemu import build_executable, require_emulator, run_artifact, run_executable, run_under_qemu

# Twice or three times x, by the address of a function: found from the place of the code, wherever it is mapped.
REFERENCES = """; ModuleID = 'addresses'
define internal i64 @double(i64 %x) noinline { %y = mul i64 %x, 2
  ret i64 %y }
define internal i64 @triple(i64 %x) noinline { %y = mul i64 %x, 3
  ret i64 %y }
define hidden void @dldt_main(ptr %request, i32 %tid, i32 %threads) {
  %inputs = load ptr, ptr %request
  %x = load ptr, ptr %inputs
  %outputs.at = getelementptr i8, ptr %request, i64 8
  %outputs = load ptr, ptr %outputs.at
  %y = load ptr, ptr %outputs
  %x0 = load i64, ptr %x
  %which = and i64 %x0, 1
  %odd = trunc i64 %which to i1
  %function = select i1 %odd, ptr @triple, ptr @double
  %y0 = call i64 %function(i64 %x0)
  store i64 %y0, ptr %y
  ret void
}
define i64 @dldt_arena_size(ptr %symbols) { ret i64 0 }
define void @dldt_output_shapes(ptr %symbols, ptr %dims) {
  store i64 1, ptr %dims
  ret void
}
"""
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


@pytest.mark.parametrize("name", TARGETS)
def test_an_artifact_is_mapped_and_run(name, tmp_path):
    target = resolve_target(name)
    metadata = describe([("x", "i64", [1])], [("y", "i64", [1])], target=target)
    build(REFERENCES, metadata, tmp_path / "t.so", target=target)
    for x, y in ((4, 8), (5, 15)):
        assert run_artifact(tmp_path / "t.so", {"x": np.array([x])})["y"].tolist() == [y]
    build_scale(tmp_path / "m.so", target=target)
    x = np.arange(9, dtype=np.float32)
    run = run_artifact(tmp_path / "m.so", {"x": x}, threads=2, runs=20)
    np.testing.assert_array_equal(run["y"], x * 2 + np.resize(np.float32([0, 1, 2, 3]), 9))


def test_reading_past_an_input_ends_the_program(tmp_path):
    target = resolve_target("host")
    past = SCALE.replace(
        "%v = load float, ptr %xi", "%xj = getelementptr i8, ptr %xi, i64 4\n  %v = load float, ptr %xj"
    )
    path = build_executable([past], SCALE_WEIGHTS, scale_metadata(target), target, tmp_path / "model")
    with pytest.raises(AssertionError, match="ended with -11"):
        run_executable(path, scale_metadata(target), {"x": np.ones(5, np.float32)}, target)
