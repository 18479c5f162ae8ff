"""evaluate against OpenVINO's CPU device, operation by operation."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.types import Array
from tests.ops import openvino_peer
from tests.ops.case import Case
from tests.ops.table import all_cases

CASES = [case for case in all_cases() if case.openvino]


@pytest.fixture(scope="module")
def peer() -> dict[str, tuple[Array, ...]]:
    return openvino_peer.run(CASES)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_evaluate_agrees_with_openvino(case: Case, peer: dict[str, tuple[Array, ...]]) -> None:
    ours, theirs = case.expected(), peer[case.id]
    assert len(ours) == len(theirs)
    for x, y in zip(ours, theirs, strict=True):
        assert (x.dtype, x.shape) == (y.dtype, y.shape)
        wide, other = x.astype(np.float64), y.astype(np.float64)
        finite = np.isfinite(other)
        np.testing.assert_array_equal(wide[~finite], other[~finite])
        limit = case.tolerance * np.abs(other[finite]).max(initial=0.0)
        np.testing.assert_allclose(wide[finite], other[finite], rtol=0, atol=limit)
