"""What the compiler changed in the numbers, for the summary and ``dldt inspect``."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.kernels import Kernel
from dldt.codegen.numerics import Numerics
from dldt.compiler.types import DType

_ROUNDING = {DType.f16: "2^-11 (0.05 %)", DType.bf16: "2^-8 (0.4 %)"}
_ERRORS = {DType.f16: "2e-4", DType.bf16: "2e-3"}


def numeric_notes(kernels: Sequence[Kernel], numerics: Numerics) -> tuple[str, ...]:
    """A line for each thing that changes the numbers, and for each that was asked for and not done."""
    notes = []
    count = sum(kernel.algorithm.startswith("winograd") for kernel in kernels)
    if count:
        notes.append(
            f"{count} convolution(s) by Winograd's algorithm: errors up to some 1e-5 of an output's largest value"
        )
    if numerics.weights is not DType.f32:
        notes.append(_weights(kernels, numerics.weights))
    return (*notes, *(kernel.remark for kernel in kernels if kernel.remark))


def precision_text(kernels: Sequence[Kernel]) -> str:
    """In what types the model computes."""
    stored = sorted({str(kernel.weights) for kernel in kernels if kernel.weights is not DType.f32})
    if not stored:
        return "as in the model: nothing was changed"
    return f"as in the model, but for weights stored as {', '.join(stored)}"


def _weights(kernels: Sequence[Kernel], dtype: DType) -> str:
    count = sum(kernel.weights is dtype for kernel in kernels)
    if not count:
        return f"no contraction is bound by the reading of its weights: none is stored as {dtype}"
    return (
        f"{count} contraction(s) with {dtype} weights, each rounded by at most {_ROUNDING[dtype]} of itself, "
        f"sums in f32: errors of some {_ERRORS[dtype]} of the contraction's largest result"
    )
