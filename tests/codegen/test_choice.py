"""How a contraction is carried out: as measured where a file says so, else as estimated."""

from __future__ import annotations

import json

import attrs
import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.choice import Choice, Chosen, candidates
from dldt.codegen.kernels.contenders import contenders
from dldt.codegen.kernels.convolution.problem import Problem, Source, Tile
from dldt.codegen.kernels.convolution.tuning_key import Question
from dldt.codegen.kernels.tuned import Tuned, read_tuned, write_tuned
from dldt.codegen.pipeline import compile_graph
from dldt.codegen.target import TARGETS
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.dims import symbol
from dldt.compiler.errors import InputError
from dldt.compiler.types import DType
from dldt.runtime import load
from tests.codegen.winograd_case import WinogradCase

TARGET = TARGETS["x86-64-v4"]
ONE = (1, 1)


def problem(inputs=64, outputs=64, size=28, kernel=(3, 3), batch=1):
    source = Source(inputs * size * size, size * 16, 16, 1, 16, size * size * 16)
    pads = ONE if kernel == (3, 3) else (0, 0)
    return Problem(batch, 1, inputs, outputs, kernel, ONE, ONE, pads, (size, size), (size, size), source)


def asked(choice=None, blocked=True, **sizes):
    return (choice or Choice(TARGET)).plan(problem(**sizes), blocked=blocked)


def test_a_winner_precedes_the_estimate():
    estimated = asked()
    assert not estimated.measured
    question = estimated.question
    for plan in contenders(question, TARGET)[:20]:
        tuned = Choice(TARGET, tuned=Tuned({question.key: plan.name}))
        assert asked(tuned) == Chosen(plan, question, True)
        assert asked(tuned, inputs=32).measured is False
    assert any(plan != estimated.plan for plan in contenders(question, TARGET)[:20])


def test_a_winner_holds_for_the_algorithms_that_were_allowed():
    question = asked().question
    plan = next(p for p in contenders(question, TARGET) if not isinstance(p, Tile))
    tuned = Tuned({question.key: plan.name})
    assert asked(Choice(TARGET, tuned=tuned)).plan == plan
    for choice, blocked in (
        (Choice(TARGET, Numerics(winograd=False), tuned), True),
        (Choice(TARGET, tuned=tuned), False),
    ):
        direct = asked(choice, blocked)
        assert isinstance(direct.plan, Tile)
        assert not direct.measured


def test_a_winner_holds_for_the_types_that_it_was_measured_with():
    question = asked().question
    tuned = Tuned({question.key: asked().plan.name})
    assert asked(Choice(TARGET, tuned=tuned)).measured
    assert not asked(Choice(TARGET, Numerics(weights=DType.bf16), tuned)).measured
    assert not asked(Choice(TARGET, Numerics(precision=DType.bf16), tuned)).measured


def test_one_image_stands_for_a_free_number():
    assert asked(batch=symbol("N", 1)).question == asked().question


def test_other_free_dims_are_left_to_the_estimate():
    rows = symbol("N", 1)
    product = attrs.evolve(problem(kernel=ONE), space=(1, rows), output=(1, rows))
    assert Question.about(product, winograd=False) is None
    assert Choice(TARGET).plan(product, blocked=False).question is None


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (5, 5)])
def test_candidates_fit_the_registers_and_have_names_of_their_own(target, kernel):
    source = Source(64 * 784, 28 * target.block, target.block, 1, target.block, 784 * target.block)
    chosen = Choice(target).plan(attrs.evolve(problem(kernel=kernel), source=source), blocked=True)
    question = chosen.question
    assert question.winograd == (kernel != ONE)
    found = [plan for _, plan in candidates(question, target)]
    assert len({plan.name for plan in found}) == len(found)
    for plan in found:
        tile = plan if isinstance(plan, Tile) else plan.tile
        assert tile.rows * tile.columns + tile.columns < target.registers
        assert tile.lanes == target.block
    assert chosen.plan in found


@pytest.mark.parametrize(("level", "narrow", "wide"), [("x86-64-v4", 2, 8), ("x86-64-v3", 4, 7), ("x86-64-v2", 6, 6)])
def test_a_single_row_reads_weights_from_memory_in_narrow_panels(level, narrow, wide):
    def columns(inputs):
        row = attrs.evolve(problem(inputs, 4096, kernel=ONE), space=ONE, output=ONE, source=Source(0, 0, inputs, 1))
        return Choice(TARGETS[level]).plan(row, blocked=False).plan.columns

    assert columns(9216) == narrow
    assert columns(8) == wide


@pytest.mark.parametrize(("columns", "most"), [(1024, 7), (4096, 7), (1536, 14), (1040, 32)])
def test_rows_of_a_tile_do_not_share_sets_of_the_cache(columns, most):
    """32 KiB of 8 ways: addresses 4 KiB apart fall on one set, which keeps one way for the weights."""
    matrix = attrs.evolve(problem(columns, 512, kernel=ONE), source=Source(0, 0, columns, 1))
    product = attrs.evolve(matrix, space=(1, 128), output=(1, 128))
    tile = Choice(TARGET).plan(product, blocked=False).plan
    assert tile.rows <= most
    assert tile.rows * tile.columns >= 20


@pytest.mark.parametrize(("stride", "width"), [(1, 160), (2, 160), (1, 14), (1, 7)])
def test_a_depthwise_tile_does_not_fill_the_registers(stride, width):
    sizes = {"strides": (stride, stride), "output": (width, width), "space": (width * stride, width * stride)}
    rows = Choice(TARGET).plan(attrs.evolve(problem(1, 64), channelwise=True, **sizes), blocked=True).plan.rows
    assert rows == {160: {1: 9, 2: 5}[stride], 14: 7, 7: 7}[width]


def test_the_plan_is_in_the_artifact_and_the_result_is_the_same(tmp_path):
    case, target = WinogradCase(48, 64, 13, 13), resolve_target("host")
    before = compile_graph(case.graph(), tmp_path / "a.so", target)
    slot = next(k for k, found in enumerate(before.chosen) if found and found.question.problem.kernel == (3, 3))
    question = before.chosen[slot].question
    for number, plan in enumerate(contenders(question, target)[:9]):
        path = tmp_path / f"{number}.so"
        made = compile_graph(case.graph(), path, target, tuned=Tuned({question.key: plan.name}))
        assert made.chosen[slot] == Chosen(plan, question, True)
        assert sum(found.measured for found in made.chosen if found) == 1
        with load(path, threads=1) as model:
            assert model.metadata.steps[slot].algorithm == plan.name
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
    question = asked().question
    choice = Choice(TARGET, tuned=Tuned({question.key: name}, "t.json"))
    with pytest.raises(InputError) as refusal:
        choice.plan(problem(), blocked=True)
    assert str(refusal.value).startswith(f"t.json: {name[:100]!r} is no plan for {{")
    assert str(refusal.value).endswith(ADVICE)
