"""Every operation case: the lowered nests, interpreted, give what the operation's definition gives."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from dldt.codegen.lower.access import RULES
from dldt.compiler.dims import parse, symbol
from dldt.compiler.errors import DldtError
from dldt.compiler.types import DType, TensorType
from tests.codegen.lowered import lower, symbols_of
from tests.ops.case import Case
from tests.ops.table import all_cases

CASES = [case for case in all_cases() if type(case.op) in RULES]
HALF = {DType.f16: 2e-3, DType.bf16: 2e-2}


def _symbolic_types(case: Case) -> tuple[TensorType | None, ...] | None:
    """The types with the case's symbols, or with a free first dim where infer takes that; None where it does not."""
    types = case.types()
    if case.symbolic:
        found = tuple(
            attrs.evolve(t, shape=tuple(parse(dim) for dim in case.symbolic[i].split(",")))
            if i in case.symbolic and t is not None
            else t
            for i, t in enumerate(types)
        )
    else:
        found = _first_free(case, types)
    try:
        case.op.types(*found)
    except DldtError:
        return None
    return found if any(t is not None and not t.is_static for t in found) else None


def _first_free(case: Case, types: tuple[TensorType | None, ...]) -> tuple[TensorType | None, ...]:
    first = types[0]
    if first is None or not first.rank or 0 in case.constant_inputs or first.shape[0] == 1:
        return types
    size = first.shape[0]
    return tuple(
        attrs.evolve(t, shape=(symbol("N"), *t.shape[1:]))
        if t is not None and i not in case.constant_inputs and t.rank == first.rank and t.shape[0] == size
        else t
        for i, t in enumerate(types)
    )


SYMBOLIC = [(case, types) for case in CASES if (types := _symbolic_types(case)) is not None]


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
