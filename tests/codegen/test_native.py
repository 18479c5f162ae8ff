"""Native code gives what each operation's definition gives, on every case and every target that can run here."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from dldt.codegen.emit.object import compile_modules
from dldt.codegen.lower.access import RULES
from dldt.codegen.resolve import resolve_target
from dldt.codegen.target import TARGETS
from dldt.runtime import cpu
from tests.codegen.native import case_graph, run_emulated, run_native
from tests.codegen.qemu import require_emulator
from tests.ops.table import FAMILIES

HALF = {np.dtype("f2"): 2e-3}
LEVELS = ("host", "x86-64-v3", "x86-64-v2")

assert compile_modules  # the link to LLVM is there: without it nothing below means anything


def name(family: ModuleType) -> str:
    return family.__name__.rsplit(".", 1)[1]


def lowered(family: ModuleType):
    return [case for case in family.CASES if type(case.op) in RULES]


def check(cases, outputs, expected):
    tolerances = {f"{case.id}/y{k}": case.tolerance for case in cases for k in range(len(case.expected()))}
    wrong = []
    for key, wanted in expected.items():
        got = outputs[key]
        assert got.shape == wanted.shape, key
        assert got.dtype.itemsize == wanted.dtype.itemsize, key
        got = got.view(wanted.dtype) if got.dtype != wanted.dtype else got
        error = difference(got, wanted)
        if not error <= max(tolerances[key], HALF.get(wanted.dtype, 2e-2 if wanted.dtype.itemsize == 2 else 0)):
            wrong.append(f"{key}: {error:.2e} > {tolerances[key]:.0e}")
    assert not wrong, "\n".join(wrong)


def difference(got, wanted):
    """The largest error relative to the largest finite magnitude; infinite where NaN or infinities differ."""
    if wanted.dtype.kind not in "fV" and wanted.dtype.name != "bfloat16":
        return 0.0 if np.array_equal(got, wanted) else float("inf")
    a, b = got.astype(np.float64), wanted.astype(np.float64)
    odd = ~np.isfinite(b)
    if not np.array_equal(np.isnan(a), np.isnan(b)) or not np.array_equal(a[odd & ~np.isnan(b)], b[odd & ~np.isnan(b)]):
        return float("inf")
    if not (~odd).any():
        return 0.0
    return float(np.abs(a[~odd] - b[~odd]).max() / max(np.abs(b[~odd]).max(), 1e-30))


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
