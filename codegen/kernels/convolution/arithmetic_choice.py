"""In what types a contraction multiplies, and how its weights are stored."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.convolution.pack import misfit
from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.kernels.convolution.weights import weights_dtype
from dldt.codegen.kernels.setting import Setting
from dldt.compiler.types import DType


def paired(part: ContractionPart) -> tuple[Problem, str]:
    """Where the input is bf16, so are the weights: both are multiplied in pairs. And what is to be said of it."""
    paired = attrs.evolve(part.problem, weights=DType.bf16)
    return _fitting(part, paired) if paired.pair == 2 else (part.problem, "")


def stored(part: ContractionPart, on: Setting) -> tuple[Problem, str]:
    """The problem with the dtype that its weights are stored in, and what is to be said of it."""
    dtype = weights_dtype(part.problem, on.target, on.numerics.weights, on.streamed)
    return _fitting(part, attrs.evolve(part.problem, weights=dtype))


def _fitting(part: ContractionPart, narrow: Problem) -> tuple[Problem, str]:
    """``narrow`` where its weights fit their dtype."""
    if narrow.weights is DType.f32:
        return narrow, ""
    reason = misfit(part.weights(), narrow.weights)
    if reason:
        return part.problem, f"{part.name}: {reason}: its weights stay f32"
    return narrow, ""
