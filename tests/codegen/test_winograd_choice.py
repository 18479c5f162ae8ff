"""Which convolutions are done by Winograd's algorithm."""

from __future__ import annotations

import attrs
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, Source
from dldt.codegen.kernels.winograd.choose import F4, choose_winograd, winograd_estimates
from dldt.codegen.kernels.winograd.plan import WinogradPlan
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import TARGETS
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.dims import symbol
from dldt.runtime.format import read_artifact
from tests.codegen.winograd_case import WinogradCase

TARGET = TARGETS["x86-64-v4"]
PAIR = (1, 1)


def problem(inputs, outputs, size, block=TARGET.block):
    blocks = -(-inputs // block)
    source = Source(blocks * size * size * block, size * block, block, 1, block, size * size * block)
    return Problem(1, 1, inputs, outputs, (3, 3), PAIR, PAIR, PAIR, (size, size), (size, size), source)


@pytest.mark.parametrize(("channels", "size"), [(64, 224), (128, 112), (256, 56), (512, 28), (64, 56), (128, 28)])
@pytest.mark.parametrize("level", ["x86-64-v4", "x86-64-v3", "x86-64-v2", "aarch64"])
def test_large_layers_take_many_results_at_a_time(channels, size, level):
    target = TARGETS[level]
    plan = choose_winograd(problem(channels, channels, size, target.block), target)
    assert plan is not None
    assert min(plan.form.outputs) >= 4
    assert plan.block % plan.tile.rows == 0


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_scratch_memory_is_bounded(target):
    for channels, size in ((64, 224), (512, 28), (2048, 28), (4, 4)):
        plan = choose_winograd(problem(channels, channels, size, target.block), target)
        assert plan is None or plan.scratch(problem(channels, channels, size, target.block)) <= 16 << 20


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(problem(64, 64, 56), strides=(2, 1)),
        attrs.evolve(problem(64, 64, 56), dilations=(2, 2)),
        attrs.evolve(problem(64, 64, 56), groups=2),
        attrs.evolve(problem(64, 64, 56), kernel=(2, 3)),
        attrs.evolve(problem(64, 64, 56), channelwise=True),
        attrs.evolve(problem(64, 64, 56), source=Source(64 * 56 * 56, 56, 1, 56 * 56)),
        problem(4, 4, 56),
        problem(64, 64, 1),
    ],
    ids=["stride", "dilation", "groups", "kernel", "depthwise", "unblocked", "few channels", "one pixel"],
)
def test_other_convolutions_stay_direct(other):
    assert choose_winograd(other, TARGET) is None


def test_tiles_that_fit_the_map_precede_larger_ones_that_do_not():
    """28 → 48 channels, 11×11 → 9×9: 9 tiles of 25 products, against 9 of 36 or 25 of 16; 32 → 64, 23×23 → 21×21: 9 of
    81 against 36 of 36."""
    small, large = (attrs.evolve(problem(*sizes), pads=(0, 0)) for sizes in ((28, 48, 11), (32, 64, 23)))
    plans = [
        choose_winograd(attrs.evolve(each, output=(size, size)), TARGET) for each, size in ((small, 9), (large, 21))
    ]
    assert [plan.form.outputs for plan in plans if plan] == [(3, 3), (7, 7)]


def test_tiles_that_round_worst_are_for_few_channels():
    for channels in (128, 256):
        forms = {plan.form.outputs for _, plan in winograd_estimates(problem(channels, 64, 28), TARGET)}
        assert ((7, 7) in forms) == (channels == 128)


def test_filters_that_come_from_memory_are_few():
    """128 → 32 channels at 7×7: one tile's 81 filters, or four tiles' 36, against sixteen tiles' 16."""
    warm = problem(128, 32, 7)
    plans = [choose_winograd(attrs.evolve(warm, cold=cold), TARGET) for cold in (False, True)]
    assert [plan.form.outputs for plan in plans if plan] == [(4, 4), (2, 2)]


def test_it_can_be_turned_off(tmp_path):
    case, target = WinogradCase(64, 64, 28, 28), resolve_target("host")
    chosen = compile_graph(case.graph(), tmp_path / "a.so", target)
    direct = compile_graph(case.graph(), tmp_path / "b.so", target, numerics=Numerics(winograd=False))
    assert chosen.notes == (
        "1 convolution(s) by Winograd's algorithm: errors up to some 3e-5 of an output's largest value",
    )
    assert not [note for note in direct.notes if "exactly" not in note]


def test_what_it_computes_is_counted(tmp_path):
    """64 → 64 channels at 8×8, F(4×4): 4 tiles of 36 products, 144 operations a transformed input vector, 120 an
    output one, against 64 pixels of 9; the filters are the only weights."""
    plan = WinogradPlan(F4, RegisterTile(4, 2, 16, 16), 4)
    case = problem(64, 64, 8)
    assert plan.operations(case) == 2 * 4 * (36 * 64 * 64 + 144 * 64 + 120 * 64)
    assert plan.passed(case) == 4 * 4 * 36 * (64 * (1 + 2) + 2 * 64)
    summary = compile_graph(WinogradCase(64, 64, 8, 8, finish=False).graph(), tmp_path / "m.so", TARGET)
    [step] = [step for step in read_artifact(summary.path).metadata.steps if step.passed]
    assert step.flops == 2 * 9 * 64 * 64 * 64
    assert step.flops / 4 < step.operations < step.flops / 2
    assert step.weights == 36 * 64 * 64 * 4
    assert step.bytes == step.weights + 2 * 64 * 64 * 4


def test_taps_in_the_padding_are_not_counted():
    """3×3 at 8×8, padding 1: 22 taps lie inside along an axis (2 + 6·3 + 2), of 24; a step of 2: 11 of 12."""
    case = problem(16, 32, 8)
    assert case.operations() == 2 * 16 * 32 * 22 * 22
    half = attrs.evolve(case, strides=(2, 2), output=(4, 4))
    assert half.operations() == 2 * 16 * 32 * 11 * 11
    free = attrs.evolve(case, kernel=(1, 1), pads=(0, 0), space=(1, symbol("N", 1)), output=(1, symbol("N", 1)))
    assert free.operations() == 2 * 16 * 32 * symbol("N", 1)


def test_filters_from_memory_are_streamed_past_one_strip():
    """512 → 512 channels at 12×12: 9 tiles, 38 MB of filters, which a second strip of tiles would wait for."""
    plan = choose_winograd(problem(512, 512, 12), TARGET)
    assert plan is not None
    assert (plan.block, plan.tile.rows) == (9, 9)


def test_every_second_result_takes_five_at_a_time():
    """128 → 128 channels, 56×56 → 28×28: 36 tiles of 121 products, with 49 different filters."""
    case = attrs.evolve(problem(128, 128, 56), strides=(2, 2), output=(28, 28))
    plan = choose_winograd(case, TARGET)
    assert plan is not None
    assert (plan.form.outputs, plan.form.taps, plan.form.different) == ((5, 5), 121, 49)
    assert plan.scratch(case) < TARGET.l2


def test_small_maps_whose_filters_come_from_memory():
    """48 → 128 channels at 6×6, 5×5: 4 tiles of 64 products, of which only one is whole, against 9 of 36."""
    case = attrs.evolve(problem(48, 128, 6), kernel=(5, 5), pads=(2, 2), cold=True)
    plan = choose_winograd(case, TARGET)
    assert plan is not None
    assert plan.form.outputs == (2, 2)
