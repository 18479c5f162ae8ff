"""Native code gives what each operation's definition gives, on every case and every target that can run here."""

from __future__ import annotations

import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.object.object import compile_modules
from dldt.codegen.plan.expand import EXPANSIONS
from dldt.codegen.target import TARGETS
from dldt.runtime import cpu
from tests.codegen.native import case_graph, check, name, run_emulated, run_native
from tests.codegen.qemu import require_emulator
from tests.ops.table import FAMILIES

LEVELS = ("host", "x86-64-v3", "x86-64-v2")

assert compile_modules  # the link to LLVM is there: without it nothing below means anything


def lowered(family):
    return [case for case in family.CASES if type(case.op) in RULES or type(case.op) in EXPANSIONS]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_native_is_the_definition(family, level, tmp_path):
    target = resolve_target(level)
    missing = cpu.missing(list(target.features))
    if missing:
        pytest.skip(f"this processor lacks {', '.join(sorted(missing))}")
    cases = lowered(family)
    graph, feeds, expected = case_graph(cases)
    check(cases, run_native(graph, feeds, target, tmp_path, threads=2), expected)


@pytest.mark.parametrize("family", FAMILIES, ids=name)
def test_aarch64_is_the_definition(family, tmp_path):
    target = TARGETS["aarch64"]
    require_emulator(target)
    cases = lowered(family)
    graph, feeds, expected = case_graph(cases)
    check(cases, run_emulated(graph, feeds, target, tmp_path), expected)
