"""Several convolutions that become one."""

from __future__ import annotations

import pytest

from dldt.compiler.ops import (
    Add,
    Concat,
    Convolution,
    ReLU,
    Split,
)
from dldt.passes.transforms.fuse_grouped_convolution import FuseGroupedConvolution
from dldt.passes.transforms.merge_convolutions import MergeConvolutions
from tests.passes.check import declined, f32, i64, random, rewritten

PLAIN = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))
PADDED = {**PLAIN, "pads_begin": (1, 1), "pads_end": (1, 1)}
X = f32(2, 4, 6, 6)


def _branches(g, *, bias=True, order=(0, 1), kernels=((3, 2, 3, 3), (3, 2, 3, 3)), seed=1, attributes=(PADDED, PADDED)):
    parts = Split(num_splits=2).all(g.parameter("x", X), i64(1)[0])
    made = []
    for i in order:
        value = Convolution(**attributes[i])(parts[i], random(*kernels[i], seed=i))
        made.append(Add()(value, random(1, kernels[i][0], 1, 1, seed=seed + i)) if bias else value)
    return Concat(axis=1)(*made)


@pytest.mark.parametrize("bias", [True, False])
def test_equal_convolutions_of_a_split_are_one_grouped_convolution(bias):
    got = rewritten(FuseGroupedConvolution(), lambda g: _branches(g, bias=bias), count=1)
    assert got == ("Add(GroupConvolution(x, [2,3,2,3,3]), [1,6,1,1])" if bias else "GroupConvolution(x, [2,3,2,3,3])")


@pytest.mark.parametrize(
    "changes",
    [
        {"order": (1, 0)},
        {"kernels": ((3, 2, 3, 3), (4, 2, 3, 3))},
        {"attributes": (PADDED, {**PADDED, "pads_begin": (0, 0), "pads_end": (2, 2)})},
    ],
)
def test_unequal_convolutions_of_a_split_stay(changes):
    declined(FuseGroupedConvolution(), lambda g: _branches(g, **changes))


def test_sums_of_vectors_are_no_convolutions():
    def build(g):
        return Concat(0)(*(Add()(g.parameter(name, f32(3)), 1.0) for name in ("a", "b")))

    declined(FuseGroupedConvolution(), build)


def _inception(g, widths=(8, 4, 16), kernel=(1, 1), attributes=PLAIN):
    x = g.parameter("x", X)
    made = [Convolution(**attributes)(x, random(n, 4, *kernel, seed=n)) for n in widths]
    return tuple(ReLU()(value) for value in made)


def test_convolutions_of_one_input_are_one_wider_convolution():
    wide = "VariadicSplit.{}(Convolution(x, [28,4,1,1]), 1, [8,4,16])"
    wanted = "; ".join(f"ReLU({wide.format(i)})" for i in range(3))
    assert rewritten(MergeConvolutions(), _inception, count=2) == wanted


@pytest.mark.parametrize(
    ("item", "options"),
    [
        (MergeConvolutions(), {"kernel": (3, 3)}),
        (MergeConvolutions(max_branch=2), {}),
        (MergeConvolutions(max_outputs=11), {}),
        (MergeConvolutions(), {"widths": (8,)}),
    ],
)
def test_convolutions_that_it_would_not_pay_to_merge_stay(item, options):
    declined(item, lambda g: _inception(g, **options))


def test_merging_respects_the_most_outputs():
    got = rewritten(MergeConvolutions(max_outputs=12), _inception, count=1)
    assert "[12,4,1,1]" in got
    assert "[16,4,1,1]" in got
