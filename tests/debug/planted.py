"""Bugs for tests to find: a pass that flips a sign, a lowering that reads one element too far, a kernel family that
swaps two channels. None of them is known to the compiler."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.codegen.kernels.convolution import family as convolution
from dldt.codegen.kernels.convolution.pack import pack_weights
from dldt.codegen.loop.lower.access import RULES, Access
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.types import Array
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.pipeline import Pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _Sum(Match):
    x: Value
    c: Array


class FlipSign(Rewrite[_Sum]):
    """``x + c → x - c``, at the node that is named: wrong."""

    name = "flip-sign"
    pattern = node(ops.Add, anything("x"), constant("c"))
    guilty = ""

    def rewrite(self, match):
        return ops.Subtract()(match.x, match.c) if match.root.node.name == self.guilty else None


def with_flipped_sign(guilty: str, before: str = "fuse-linear") -> Pipeline:
    """The default pipeline with the wrong pass before the first pass of the name ``before``."""
    flip = attrs.frozen(FlipSign, repr=False, str=False)()
    type(flip).guilty = guilty
    passes = default_pipeline().passes
    place = next(i for i, item in enumerate(passes) if item.name == before)
    return Pipeline("with a bug", (*passes[:place], flip, *passes[place:]))


def read_too_far(monkeypatch, kind: type[Op]) -> None:
    """Lower operations of the kind so that they read the element behind the one that is meant."""
    rule = RULES[kind]

    def lower(op, types, x, *rest, **more):
        shifted = Access(x.type, lambda index: x((*index[:-1], index[-1] + 1)))
        return rule.function(op, types, shifted, *rest, **more)

    monkeypatch.setitem(RULES, kind, attrs.evolve(rule, function=lower))


def swap_channels(monkeypatch, outputs: int, inputs: int, kernel: int) -> None:
    """Pack the weights of contractions of this size with the first two output channels swapped."""
    packing = convolution.packing

    def packed(part, problem, tile):
        right = packing(part, problem, tile)
        if part.weights().shape[-4:] != (outputs, inputs, kernel, kernel):
            return right

        def pack():
            weights = np.array(part.weights())
            weights[:, [0, 1]] = weights[:, [1, 0]]
            return pack_weights(weights, problem, tile)

        return attrs.evolve(right, order=("swapped", right.order), pack=pack)

    monkeypatch.setattr(convolution, "packing", packed)
