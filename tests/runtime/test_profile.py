import threading

import numpy as np
import pytest

from dldt import runtime
from dldt.codegen.host import resolve_target
from dldt.runtime.format import read_artifact
from dldt.runtime.profile import share_out
from tests.codegen.artifact import SCALE, SCALE_WEIGHTS, build, build_scale, scale_metadata

# Adds 30 ticks to the first slot and 10 to the second, where a profile is wanted.
SLOTS = SCALE.replace(
    "done:\n  ret void",
    """done:
  %profile.at = getelementptr i8, ptr %request, i64 40
  %profile = load ptr, ptr %profile.at
  %none = icmp eq ptr %profile, null
  br i1 %none, label %end, label %count
count:
  %a = load i64, ptr %profile
  %a.new = add i64 %a, 30
  store i64 %a.new, ptr %profile
  %second = getelementptr i64, ptr %profile, i64 1
  %b = load i64, ptr %second
  %b.new = add i64 %b, 10
  store i64 %b.new, ptr %second
  br label %end
end:
  ret void""",
)


def step(name, **more):
    return {"kernel": f"k_{name}", "what": "Add", "output": name, "algorithm": "loops", "parallel": False, **more}


def test_steps_and_their_shares(tmp_path):
    steps = [step("a", flops=3000, bytes=None), step("b")]
    metadata = scale_metadata(resolve_target("host")) | {"steps": steps}
    build(SLOTS, metadata, tmp_path / "m.so", weights=SCALE_WEIGHTS)
    with runtime.load(tmp_path / "m.so") as model:
        first, second = model.profile(np.ones(5, np.float32), runs=7)
        assert (first.step.output, first.step.flops, first.step.bytes) == ("a", 3000, None)
        assert (second.step.kernel, second.step.what, second.step.algorithm) == ("k_b", "Add", "loops")
        assert second.seconds > 0
        assert first.seconds == pytest.approx(3 * second.seconds)
        assert first.gflops == pytest.approx(3000 / first.seconds / 1e9)
        assert second.gflops is None
        # A profile leaves no trace: the next run fills no slots.
        np.testing.assert_array_equal(model(np.ones(2, np.float32)), np.float32([2, 3]))


def test_row_tiles_were_called_a_chain(tmp_path):
    steps = [step("a", chain=2), step("b", row_tiles=3), step("c", row_tiles="3"), step("d")]
    path = build_scale(tmp_path / "m.so", steps=steps)
    assert [found.row_tiles for found in read_artifact(path).metadata.steps] == [2, 3, None, None]


def test_no_ticks_at_all():
    steps = [runtime.StepInfo("k", "Add", "y", "loops", None, None, False)]
    assert share_out(steps, [0], 1.0) == [runtime.StepTime(steps[0], 0.0)]


def test_an_artifact_without_steps(scale):
    assert scale.profile({"x": np.ones(3, np.float32)}) == []


def test_nothing_to_share_needs_no_workers(tmp_path):
    before = threading.active_count()
    path = build_scale(tmp_path / "m.so", parallel=False)
    with runtime.load(path, threads=3) as model:
        np.testing.assert_array_equal(model(np.ones(2, np.float32)), np.float32([2, 3]))
        assert threading.active_count() == before
    path = build_scale(tmp_path / "n.so", parallel=True)
    with runtime.load(path, threads=3) as model:
        np.testing.assert_array_equal(model(np.ones(2, np.float32)), np.float32([2, 3]))
        assert threading.active_count() == before + 2


@pytest.mark.parametrize("runs", [0, -1, 1.5, True])
def test_a_profile_has_at_least_one_run(scale, runs):
    with pytest.raises(runtime.RuntimeInputError, match=f"runs must be a whole number of 1 or more, not {runs}"):
        scale.profile(np.ones(3, np.float32), runs=runs)


def test_a_profile_needs_the_inputs(scale):
    with pytest.raises(runtime.RuntimeInputError, match="the model takes 1 inputs, 0 were given"):
        scale.create_request().profile(runs=1)
