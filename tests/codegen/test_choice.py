"""How a contraction is carried out: as measured where a file says so, else as estimated."""

from __future__ import annotations

import json

import attrs
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.choice import Choice, candidates
from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, Source
from dldt.codegen.kernels.convolution.tuning_key import TuningKey
from dldt.codegen.kernels.families import FAMILIES
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.kernels.trials import trials
from dldt.codegen.kernels.tuned import UNTUNED, Tuned, read_tuned, write_tuned
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import TARGETS
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.dims import symbol
from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.compiler.types import DType
from dldt.runtime import load
from tests.codegen.winograd_case import WinogradCase

TARGET = TARGETS["x86-64-v4"]
ONE = (1, 1)
RIVALS = [family for family in FAMILIES if family.name in ("convolution", "winograd")]


def problem(inputs=64, outputs=64, size=28, kernel=(3, 3), batch=1):
    source = Source(inputs * size * size, size * 16, 16, 1, 16, size * size * 16)
    pads = ONE if kernel == (3, 3) else (0, 0)
    return Problem(batch, 1, inputs, outputs, kernel, ONE, ONE, pads, (size, size), (size, size), source)


def choose(problem, setting, tuned=UNTUNED, *, blocked):
    """What is chosen for a contraction by the families that do them; its weights are small enough for any type."""
    part = ContractionPart(problem, lambda: np.ones((1, 1, 1, 1, 1), np.float32), None, blocked=blocked, name="y")
    return Choice(setting, tuned).part(part, RIVALS)


def asked(tuned=UNTUNED, numerics=None, blocked=True, **sizes):
    return choose(problem(**sizes), Setting(TARGET, numerics or Numerics()), tuned, blocked=blocked)


def estimated_tile(problem, target, *, blocked):
    return choose(problem, Setting(target), blocked=blocked).implementation.tile


def test_a_winner_precedes_the_estimate():
    estimated = asked()
    assert not estimated.measured
    ranked = trials(estimated, Setting(TARGET))[:20]
    assert len(ranked) == 20
    for implementation in ranked:
        tuned = Tuned({estimated.key: implementation.algorithm})
        found = asked(tuned)
        assert (found.implementation, found.key, found.measured) == (implementation, estimated.key, True)
        assert asked(tuned, inputs=32).measured is False
    assert any(implementation != estimated.implementation for implementation in ranked)


def test_a_winner_holds_for_the_algorithms_that_were_allowed():
    estimated = asked()
    winograd = next(i for i in trials(estimated, Setting(TARGET)) if not isinstance(i.tile, RegisterTile))
    tuned = Tuned({estimated.key: winograd.algorithm})
    assert asked(tuned).implementation == winograd
    for numerics, blocked in ((Numerics(winograd=False), True), (Numerics(), False)):
        direct = asked(tuned, numerics, blocked)
        assert isinstance(direct.implementation.tile, RegisterTile)
        assert not direct.measured


def test_a_winner_holds_whether_or_not_an_algorithm_is_allowed_that_cannot_do_it():
    point = asked(kernel=ONE)
    assert asked(numerics=Numerics(winograd=False), kernel=ONE).key == point.key
    assert asked(numerics=Numerics(winograd=False)).key != asked().key


def test_a_winner_holds_for_the_types_that_it_was_measured_with():
    tuned = Tuned({asked().key: asked().implementation.algorithm})
    assert asked(tuned).measured
    assert not asked(tuned, Numerics(weights=DType.bf16)).measured
    assert not asked(tuned, Numerics(precision=DType.bf16)).measured


def test_one_image_stands_for_a_free_number():
    assert asked().key is not None
    assert asked(batch=symbol("N", 1)).key == asked().key


def test_other_free_dims_are_left_to_the_estimate():
    rows = symbol("N", 1)
    product = attrs.evolve(problem(kernel=ONE), space=(1, rows), output=(1, rows))
    assert TuningKey.about(product, winograd=False) is None
    assert choose(product, Setting(TARGET), blocked=False).key is None


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (5, 5)])
def test_candidates_fit_the_registers_and_have_names_of_their_own(target, kernel):
    source = Source(64 * 784, 28 * target.block, target.block, 1, target.block, 784 * target.block)
    chosen = choose(attrs.evolve(problem(kernel=kernel), source=source), Setting(target), blocked=True)
    assert json.loads(chosen.key)["winograd"] == (kernel != ONE)
    found = [estimate.implementation for estimate in candidates(chosen, Setting(target))]
    assert len({implementation.algorithm for implementation in found}) == len(found)
    for plan in (implementation.tile for implementation in found):
        tile = plan if isinstance(plan, RegisterTile) else plan.tile
        assert tile.rows * tile.columns + tile.columns < target.registers
        assert tile.lanes == target.block
    assert chosen.implementation in found


@pytest.mark.parametrize(("level", "narrow", "wide"), [("x86-64-v4", 2, 8), ("x86-64-v3", 4, 7), ("x86-64-v2", 6, 6)])
def test_a_single_row_reads_weights_from_memory_in_narrow_panels(level, narrow, wide):
    def columns(inputs):
        row = attrs.evolve(problem(inputs, 4096, kernel=ONE), space=ONE, output=ONE, source=Source(0, 0, inputs, 1))
        return estimated_tile(row, TARGETS[level], blocked=False).columns

    assert columns(9216) == narrow
    assert columns(8) == wide


@pytest.mark.parametrize(("columns", "most"), [(1024, 7), (4096, 7), (1536, 14), (1040, 32)])
def test_rows_of_a_tile_do_not_share_sets_of_the_cache(columns, most):
    """32 KiB of 8 ways: addresses 4 KiB apart fall on one set, which keeps one way for the weights."""
    matrix = attrs.evolve(problem(columns, 512, kernel=ONE), source=Source(0, 0, columns, 1))
    product = attrs.evolve(matrix, space=(1, 128), output=(1, 128))
    tile = estimated_tile(product, TARGET, blocked=False)
    assert tile.rows <= most
    assert tile.rows * tile.columns >= 20


@pytest.mark.parametrize(("stride", "width"), [(1, 160), (2, 160), (1, 14), (1, 7)])
def test_a_depthwise_tile_does_not_fill_the_registers(stride, width):
    sizes = {"strides": (stride, stride), "output": (width, width), "space": (width * stride, width * stride)}
    depthwise = attrs.evolve(problem(1, 64), channelwise=True, **sizes)
    rows = estimated_tile(depthwise, TARGET, blocked=True).rows
    assert rows == {160: {1: 9, 2: 5}[stride], 14: 7, 7: 7}[width]


def test_the_plan_is_in_the_artifact_and_the_result_is_the_same(tmp_path):
    case, target = WinogradCase(48, 64, 13, 13), resolve_target("host")
    before = compile_graph(case.graph(), tmp_path / "a.so", target)
    slot = next(k for k, found in enumerate(before.chosen) if found.key and found.part.problem.kernel == (3, 3))
    estimated = before.chosen[slot]
    for number, plan in enumerate(trials(estimated, before.setting)[:9]):
        path = tmp_path / f"{number}.so"
        made = compile_graph(case.graph(), path, target, tuned=Tuned({estimated.key: plan.algorithm}))
        found = made.chosen[slot]
        assert (found.implementation, found.key, found.measured) == (plan, estimated.key, True)
        assert sum(found.measured for found in made.chosen) == 1
        with load(path, threads=1) as model:
            assert model.metadata.steps[slot].algorithm == plan.algorithm
            y = model.run(case.feeds())["y"]
        expected = case.expected()
        assert np.abs(y - expected).max() <= 1e-4 * np.abs(expected).max()


def test_the_file_keeps_the_winners(tmp_path):
    tuned = Tuned({"a": "conv_f32_14x2x16_k8", "b": "winograd_f32_4x4_8x2x16_t16"})
    write_tuned(tmp_path / "t.json", tuned, TARGET)
    read = read_tuned(tmp_path / "t.json", TARGET)
    assert read == Tuned(tuned.names, str(tmp_path / "t.json"))


def written(tmp_path, **changes):
    write_tuned(tmp_path / "t.json", Tuned({}), TARGET)
    content = json.loads((tmp_path / "t.json").read_text()) | changes
    (tmp_path / "t.json").write_text(json.dumps(content))


ADVICE = "; measure anew with --tune and another file, or leave out --tuned"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"format": "dldt-tuned 0"}, "is no file of measured choices (dldt-tuned 1)"),
        ({"machine": None}, "does not say for what machine it was measured"),
        ({"machine": {}}, "was measured for dldt None, not '"),
        ({"winners": ["a"]}, "has no list of winners"),
        ({"winners": {"a": 1}}, "has no list of winners"),
    ],
)
def test_a_file_of_other_content_is_refused(tmp_path, changes, text):
    written(tmp_path, **changes)
    with pytest.raises(InputError) as refusal:
        read_tuned(tmp_path / "t.json", TARGET)
    assert str(refusal.value).startswith(f"{tmp_path / 't.json'}: {text}")
    assert str(refusal.value).endswith(ADVICE)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 200_000, b"1" * 10_000, b'"' + b"x" * 100 + b'"'])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "t.json").write_bytes(content)
    with pytest.raises(InputError, match=r"t.json: is (not JSON|no file of measured choices)"):
        read_tuned(tmp_path / "t.json", TARGET)


def test_a_file_for_another_machine_is_refused(tmp_path):
    write_tuned(tmp_path / "t.json", Tuned({}), TARGET)
    with pytest.raises(InputError, match="was measured for name 'x86-64-v4', not 'x86-64-v3'; measure anew"):
        read_tuned(tmp_path / "t.json", TARGETS["x86-64-v3"])


@pytest.mark.parametrize("name", ["conv_f32_99x9x16_k8", "conv_f32_14x2x16_k3", "", "x" * 10_000])
def test_a_name_that_is_no_plan_is_refused(name):
    with pytest.raises(InputError) as refusal:
        asked(Tuned({asked().key: name}, "t.json"))
    assert str(refusal.value).startswith(f"t.json: {shown(name)} is no implementation for {{")
    assert str(refusal.value).endswith(ADVICE)
