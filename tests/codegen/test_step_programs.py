"""Programs of hand-made steps on every architecture, without a host: loops, sizes that are found, state variables."""

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from tests.codegen.qemu import run_artifact, run_under_qemu
from tests.codegen.step_models import adding, counting, finding

targets = pytest.mark.parametrize("name", ["host", "aarch64"])
threads = pytest.mark.parametrize("threads", [1, 2])


def ways(model, inputs, folder, **options):
    """The outputs of a program that is linked with the model, and of one that maps its artifact."""
    yield run_under_qemu(model.modules, (), model.metadata, inputs, model.target, folder, **options)
    yield run_artifact(model.build(folder / "m.so"), inputs, **options)


@targets
@threads
def test_a_loop(name, threads, tmp_path):
    for found in ways(counting(resolve_target(name)), {"x": np.array([300])}, tmp_path, threads=threads, runs=3):
        assert (found["y"] == 900).all()
        assert found["turns"].tolist() == [300]


@targets
@threads
@pytest.mark.parametrize("rows", [0, 7, 30_000])
def test_a_size_that_is_found(name, threads, rows, tmp_path):
    for found in ways(finding(resolve_target(name)), {"x": np.array([rows, 0])}, tmp_path, threads=threads, runs=2):
        np.testing.assert_array_equal(found["fixed"], [0, 1])
        np.testing.assert_array_equal(found["y"], np.arange(2 * rows).reshape(rows, 2))


@targets
def test_a_condition_that_does_not_hold_is_the_exit_status(name, tmp_path):
    model = finding(resolve_target(name))
    with pytest.raises(AssertionError, match="ended with 4"):
        list(ways(model, {"x": np.array([3, 4])}, tmp_path))


@targets
@threads
def test_a_state_variable(name, threads, tmp_path):
    for found in ways(adding(resolve_target(name)), {"x": np.array([3, 40])}, tmp_path, threads=threads, runs=4):
        np.testing.assert_array_equal(found["y"], [12, 160])
