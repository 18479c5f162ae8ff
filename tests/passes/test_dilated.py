"""Convolutions of blocks of space become dilated ones."""

from __future__ import annotations

import pytest

from dldt.compiler.ops import BatchToSpace, Convolution, GroupConvolution, SpaceToBatch
from dldt.passes.transforms.fuse_dilated_convolution import FuseDilatedConvolution
from tests.passes.check import declined, f32, i64, random, rewritten

PLAIN = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))
BLOCK = i64(1, 1, 2, 2)
ZERO = i64(0, 0, 0, 0)


def blocks(x, inner, begin, end, crops):
    """A convolution between blocks."""
    return BatchToSpace()(inner(SpaceToBatch()(x, BLOCK, begin, end)), BLOCK, ZERO, crops)


def plain(x):
    return Convolution(**PLAIN)(x, random(4, 3, 3, 3))


@pytest.mark.parametrize("kind", ["plain", "grouped"])
def test_blocks_become_dilations(kind):
    def grouped(x):
        return GroupConvolution(**PLAIN)(x, random(3, 2, 1, 3, 3))

    def build(g):
        inner = plain if kind == "plain" else grouped
        return blocks(g.parameter("x", f32(2, 3, 7, 8)), inner, i64(0, 0, 2, 2), i64(0, 0, 3, 2), i64(0, 0, 1, 0))

    got = rewritten(FuseDilatedConvolution(), build, count=1)
    assert "Space" not in got
    assert "x" in got


@pytest.mark.parametrize(
    ("inner", "crops"),
    [
        (plain, i64(0, 0, 4, 4)),
        (lambda x: Convolution(**{**PLAIN, "dilations": (2, 1)})(x, random(4, 3, 3, 3)), ZERO),
        (lambda x: Convolution(**{**PLAIN, "pads_begin": (1, 1)})(x, random(4, 3, 3, 3)), ZERO),
    ],
    ids=["more is cut than padded", "dilated already", "padded"],
)
def test_others_stay(inner, crops):
    declined(
        FuseDilatedConvolution(),
        lambda g: blocks(g.parameter("x", f32(2, 3, 8, 8)), inner, i64(0, 0, 2, 2), i64(0, 0, 2, 2), crops),
    )
