"""In which types a contraction multiplies and sums, among those that the user allows."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.kernels.convolution.weights import saves_time
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.llvm.arithmetic import ARITHMETICS, F32, Arithmetic


def choose_arithmetic(part: ContractionPart, on: Setting) -> tuple[Arithmetic, str]:
    """The first row of the table that is allowed, can do the problem, and saves time; and why its weights do not fit,
    where that is so: then it is F32, which does every problem."""
    for row in ARITHMETICS.values():
        problem = attrs.evolve(part.problem, arithmetic=row)
        if row is F32 or not on.numerics.allows(row) or not _can_do(problem):
            continue
        if row.widened and not saves_time(problem, on.target, on.streamed):
            continue
        reason = row.misfit(part.weights())
        return (F32, f"{part.name}: {reason}: its weights stay {F32.weights}") if reason else (row, "")
    return F32, ""


def _can_do(problem: Problem) -> bool:
    """Whether the data lie in memory as the problem's arithmetic multiplies them, neighbours side by side where a lane
    takes several. Channelwise problems, which read more than they multiply, are left to F32."""
    source, row = problem.source, problem.arithmetic
    return source.dtype is row.data and not problem.channelwise and (row.products == 1 or source.channel == 1)
