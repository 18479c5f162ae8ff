"""A shuffle of channels moves below what treats channels apart."""

from __future__ import annotations

import pytest

from dldt.compiler.ops import Abs, Add, Clamp, GroupConvolution, Multiply, ReLU, ShuffleChannels
from dldt.passes.transforms.sink_shuffle_channels import SinkShuffleChannels
from tests.passes.check import declined, f32, random, rewritten

X = f32(2, 12, 5, 6)


def shuffled(x, group=4):
    return ShuffleChannels(axis=1, group=group)(x)


def depthwise(x, stride=1):
    return GroupConvolution((stride, stride), (1, 1), (1, 1), (1, 1))(x, random(12, 1, 1, 3, 3))


SINKING = {
    "depthwise": (depthwise, 1, "GroupConvolution(x, [12,1,1,3,3])"),
    "depthwise, stride, bias, activation": (
        lambda t: ReLU()(Add()(depthwise(t, 2), random(1, 12, 1, 1))),
        3,
        "ReLU(Add(GroupConvolution(x, [12,1,1,3,3]), [1,12,1,1]))",
    ),
    "scale of a channel, first": (
        lambda t: Multiply()(t.graph.constant(random(12, 1, 1)), t),
        1,
        "Multiply([1,12,1,1], x)",
    ),
    "one number": (lambda t: Add()(t, 3.0), 1, "Add(x, [1,1,1,1])"),
    "clamp": (lambda t: Clamp(0.0, 6.0)(t), 1, "Clamp(x)"),
}


@pytest.mark.parametrize("name", SINKING)
@pytest.mark.parametrize("group", [3, 4])
def test_what_treats_channels_apart_comes_first(name, group):
    made, count, wanted = SINKING[name]
    got = rewritten(SinkShuffleChannels(), lambda g: made(shuffled(g.parameter("x", X), group)), count=count)
    assert got == f"ShuffleChannels({wanted})"


STAYING = {
    "other readers": lambda g, t: (ReLU()(t), Abs()(t)),
    "another value": lambda g, t: (Add()(t, g.parameter("z", X)),),
    "a constant of a column": lambda g, t: (Add()(t, random(6)),),
    "two shuffled values": lambda g, t: (Add()(t, shuffled(g.parameter("z", X))),),
    "groups of several channels": lambda g, t: (
        GroupConvolution((1, 1), (0, 0), (0, 0), (1, 1))(t, random(4, 3, 3, 1, 1)),
    ),
}


@pytest.mark.parametrize("name", STAYING)
def test_the_shuffle_stays(name):
    declined(SinkShuffleChannels(), lambda g: STAYING[name](g, shuffled(g.parameter("x", X))))


def test_a_shuffle_of_rows_stays():
    declined(SinkShuffleChannels(), lambda g: ReLU()(ShuffleChannels(axis=3, group=2)(g.parameter("x", X))))
