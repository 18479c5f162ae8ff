"""The choice of types in which a contraction multiplies and sums, among those that the user allows."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.convolution.part import ContractionPart
from dldt.codegen.kernels.convolution.problem import Problem
from dldt.codegen.kernels.convolution.weights import GAIN, saves_time
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.llvm.arithmetic import ARITHMETICS, F32, F64, Arithmetic


def choose_arithmetic(part: ContractionPart, on: Setting) -> tuple[Arithmetic, str]:
    """The first arithmetic of the table that is allowed, can compute the problem and saves time. One that stores
    weights in fewer bits needs no permission where it holds them exactly. F32, which can compute every problem, if
    there is none, or if the weights do not fit it: then a remark says why."""
    if part.data is F64.data:
        return F64, ""
    if part.problem.computed:
        return F32, ""
    if part.data.is_integer:
        return _exact_row(part, on) or F32, ""
    for row in ARITHMETICS.values():
        problem = attrs.evolve(part.problem, arithmetic=row)
        exact = row in part.narrow and row.available(on.target)
        if row is F32 or not (exact or on.numerics.allows(row)) or not _can_do(problem):
            continue
        if row.widened and not saves_time(problem, on.target, on.streamed, on.sizes, 1.0 if exact else GAIN):
            continue
        reason = "" if exact else row.misfit(part.weights())
        return (F32, f"{part.name}: {reason}: its weights stay {F32.weights}") if reason else (row, "")
    return F32, ""


def smaller_arithmetic(part: ContractionPart, on: Setting) -> Arithmetic | None:
    """The first arithmetic that stores the part's weights in fewer bits than F32 and loses nothing, whether or not that
    saves time."""
    rows = (row for row in part.narrow if row.available(on.target))
    return next((row for row in rows if _can_do(attrs.evolve(part.problem, arithmetic=row))), None)


def can_multiply(part: ContractionPart, on: Setting) -> bool:
    """Whether there is an arithmetic for the part: floats have one, bytes may have none that is exact."""
    return not part.data.is_integer or _exact_row(part, on) is not None


def _exact_row(part: ContractionPart, on: Setting) -> Arithmetic | None:
    """The first row of the table that multiplies the part's bytes, holds its weights, and whose sums are exact."""
    weights = None
    for row in ARITHMETICS.values():
        if row.data is not part.data or not row.available(on.target):
            continue
        if part.problem.channelwise and row.products * row.partial > 1:
            continue
        if row.products > 1 and not isinstance(part.problem.source.channel, int):
            continue  # what one lane multiplies must lie apart by a number
        weights = part.weights() if weights is None else weights
        if not row.misfit(weights.reshape(-1, *weights.shape[2:])):
            return row
    return None


def _can_do(problem: Problem) -> bool:
    """Whether the problem's arithmetic can read the data as they lie in memory: where a lane multiplies several
    neighbours, these must be adjacent. Channelwise problems read more than they multiply, and stay with F32."""
    source, row = problem.source, problem.arithmetic
    if row.grid and (problem.kernel != (1, 1) or problem.groups != 1):
        return False
    return source.dtype is row.data and not problem.channelwise and (row.products == 1 or source.channel == 1)
