"""Every operation case: the lowered nests, interpreted, give what the operation's definition gives."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.loop.lower.access import RULES
from dldt.compiler.types import DType, TensorType
from tests.codegen.free_dims import symbolic_types
from tests.codegen.lowered import lower, symbols_of
from tests.ops.case import Case
from tests.ops.table import all_cases

CASES = [case for case in all_cases() if type(case.op) in RULES]
HALF = {DType.f16: 2e-3, DType.bf16: 2e-2}


SYMBOLIC = [(case, types) for case in CASES if (types := symbolic_types(case)) is not None]


def _check(case: Case, types: tuple[TensorType | None, ...]) -> None:
    found = lower(case.op, types).run(case.inputs, symbols_of(types, case.inputs))
    for got, want in zip(found, case.expected(), strict=True):
        assert got.shape == want.shape
        assert got.dtype == want.dtype
        if not DType.of(want.dtype).is_float:
            np.testing.assert_array_equal(got, want)
            continue
        wide = want.astype(np.float64)
        scale = np.max(np.abs(wide[np.isfinite(wide)]), initial=1.0)
        tolerance = max(case.tolerance, 2e-6, HALF.get(DType.of(want.dtype), 0))
        np.testing.assert_allclose(got.astype(np.float64), wide, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_lowered_equals_evaluate(case):
    with np.errstate(all="ignore"):
        _check(case, case.types())


@pytest.mark.parametrize(("case", "types"), SYMBOLIC, ids=[case.id for case, _ in SYMBOLIC])
def test_lowered_with_free_dims_equals_evaluate(case, types):
    with np.errstate(all="ignore"):
        _check(case, types)
