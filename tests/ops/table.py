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
    embedding,
    found,
    gather,
    interpolate,
    matmul,
    movement,
    normalization,
    pooling,
    rearranged,
    recurrent,
    reduce,
    regions,
    scatter,
    search,
    searched,
    sequences,
    signals,
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
    rearranged,
    searched,
    sequences,
    embedding,
    signals,
    detection,
    regions,
    detectron,
)


def all_cases() -> list[Case]:
    """Every case, families in order; ids are unique."""
    return [case for family in FAMILIES for case in family.CASES]
