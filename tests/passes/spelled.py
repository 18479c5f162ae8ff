"""Parts of networks as models spell them out, for tests of the whole pipeline."""

from __future__ import annotations

from dldt.compiler.ops import Add, Convolution, Divide, Maximum, Minimum, Power, ReduceMean, Sqrt, Subtract
from tests.passes.check import i64, random

PLAIN = dict(strides=(1, 1), pads_begin=(0, 0), pads_end=(0, 0), dilations=(1, 1))
PADDED = {**PLAIN, "pads_begin": (1, 1), "pads_end": (1, 1)}


def layer_norm(x, mean_of=lambda x: ReduceMean(keep_dims=True)(x, i64(-1)), twice=False):
    centred = Subtract()(x, mean_of(x))
    other = Subtract()(x, mean_of(x)) if twice else centred
    variance = ReduceMean(keep_dims=True)(Power()(other, 2.0), i64(-1))
    return Divide()(centred, Sqrt()(Add()(variance, 1e-5)))


def convolved(x, attributes=PLAIN):
    return Convolution(**attributes)(x, random(4, 4, 3, 3))


def sixth_of_clamp(x):
    return Divide()(Minimum()(Maximum()(Add()(x, 3.0), 0.0), 6.0), 6.0)
