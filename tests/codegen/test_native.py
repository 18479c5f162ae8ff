"""Native code gives what each operation's definition gives, on every case and every target that can run here."""

from __future__ import annotations

import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.object.object import compile_modules
from dldt.codegen.plan.expansion_table import EXPANSIONS
from dldt.codegen.target import TARGETS
from dldt.runtime import cpu
from tests.codegen.native import case_graph, check, name, run_emulated, run_native
from tests.codegen.qemu import require_emulator
from tests.ops.table import FAMILIES

PARTS = 3

assert compile_modules  # the link to LLVM is there: without it nothing below means anything


def lowered(family):
    return [case for case in family.CASES if type(case.op) in RULES or type(case.op) in EXPANSIONS]


def parts(first):
    """Every third part of every family, ``first`` before the others: it is the one that a common run takes.

    So such a run takes every case for this machine, every family for every target, and every case for one more."""
    turns = [(first + turn) % PARTS for turn in range(PARTS)]
    return [pytest.param(family, part, id=f"{name(family)}-{part}") for family in FAMILIES for part in turns]


def check_native(cases, level, folder):
    target = resolve_target(level)
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    graph, feeds, expected = case_graph(cases)
    check(cases, run_native(graph, feeds, target, folder, threads=2), expected)


@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_native_is_the_definition(family, tmp_path):
    check_native(lowered(family), "host", tmp_path)


@pytest.mark.one_in(PARTS)
@pytest.mark.parametrize(("family", "part"), parts(first=0))
def test_v3_is_the_definition(family, part, tmp_path):
    check_native(lowered(family)[part::PARTS], "x86-64-v3", tmp_path)


@pytest.mark.one_in(PARTS)
@pytest.mark.parametrize(("family", "part"), parts(first=1))
def test_v2_is_the_definition(family, part, tmp_path):
    check_native(lowered(family)[part::PARTS], "x86-64-v2", tmp_path)


@pytest.mark.one_in(PARTS)
@pytest.mark.parametrize(("family", "part"), parts(first=2))
def test_aarch64_is_the_definition(family, part, tmp_path):
    target = TARGETS["aarch64"]
    require_emulator(target)
    cases = lowered(family)[part::PARTS]
    graph, feeds, expected = case_graph(cases)
    check(cases, run_emulated(graph, feeds, target, tmp_path), expected)
