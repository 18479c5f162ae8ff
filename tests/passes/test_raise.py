"""What prepares an input comes behind the change of its layout."""

from __future__ import annotations

import numpy as np

from dldt.compiler.ops import Add, Multiply, ReLU, Subtract, Transpose
from dldt.passes.transforms.raise_transposes import RaiseTransposes
from tests.passes.check import declined, f32, i64, random, rewritten

NHWC = f32(2, 4, 5, 3)


def moved(x):
    return Transpose()(x, i64(0, 3, 1, 2))


def test_mean_and_scale_come_behind():
    def build(g):
        scaled = Multiply()(Subtract()(g.parameter("x", NHWC), random(3)), np.full((1, 1, 1, 1), 2, np.float32))
        return moved(Add()(scaled, random(5, 1)))

    got = rewritten(RaiseTransposes(), build, count=3)
    assert got == "Add(Multiply(Subtract(Transpose(x, [0,3,1,2]), [1,3,1,1]), 2), [1,1,1,5])"


def test_what_is_computed_stays():
    declined(RaiseTransposes(), lambda g: moved(ReLU()(Multiply()(*[g.parameter("x", NHWC)] * 2))))
    declined(RaiseTransposes(), lambda g: moved(Add()(g.parameter("x", f32(5, 3)), random(2, 4, 5, 3))))


def test_what_others_read_stays():
    def build(g):
        scaled = Multiply()(g.parameter("x", NHWC), 2.0)
        return moved(scaled), ReLU()(scaled)

    declined(RaiseTransposes(), build)
