"""The one table of operation cases; every oracle walks it."""

from __future__ import annotations

from tests.ops.case import Case
from tests.ops.cases import (
    activation,
    binary,
    convolution,
    deconvolution,
    detection,
    detectron,
    found,
    gather,
    interpolate,
    matmul,
    movement,
    normalization,
    pooling,
    recurrent,
    reduce,
    regions,
    scatter,
    search,
    slicing,
    unary,
)

FAMILIES = (
    unary,
    activation,
    binary,
    movement,
    slicing,
    gather,
    search,
    found,
    scatter,
    convolution,
    deconvolution,
    pooling,
    matmul,
    normalization,
    interpolate,
    reduce,
    recurrent,
    detection,
    regions,
    detectron,
)


def all_cases() -> list[Case]:
    """Every case, families in order; ids are unique."""
    return [case for family in FAMILIES for case in family.CASES]
