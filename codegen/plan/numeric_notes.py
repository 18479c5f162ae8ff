"""What the compiler changed in the numbers, for the summary and ``dldt inspect``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.types import DType

_ROUNDING = {DType.f16: "2^-11 (0.05 %)", DType.bf16: "2^-8 (0.4 %)"}
_ERRORS = {DType.f16: "2e-4", DType.bf16: "2e-3"}


def precision_text(kernels: Sequence[Kernel]) -> str:
    """In what types the model computes."""
    changes = []
    if any(kernel.implementation.multiplied is DType.bf16 for kernel in kernels):
        changes.append("products of bf16 and tensors between kernels in bf16")
    stored = {str(kernel.implementation.weights) for kernel in kernels if _widened(kernel)}
    if stored:
        changes.append(f"weights stored as {', '.join(sorted(stored))}")
    return f"as in the model, but for {', '.join(changes)}" if changes else "as in the model: nothing was changed"


def numeric_notes(kernels: Sequence[Kernel], numerics: Numerics, remarks: Iterable[str] = ()) -> tuple[str, ...]:
    """A line for each thing that changes the numbers, and for each that was asked for and not done; then ``remarks`` on
    single contractions."""
    notes = []
    count = _results([kernel for kernel in kernels if kernel.implementation.family == "winograd"])
    if count:
        notes.append(
            f"{count} convolution(s) by Winograd's algorithm: errors up to some 3e-5 of an output's largest value"
        )
    if numerics.precision is not DType.f32:
        notes.append(_products(kernels, numerics.precision))
    if numerics.weights is not DType.f32:
        notes += _weights(kernels, numerics)
    return (*notes, *remarks)


def _products(kernels: Sequence[Kernel], dtype: DType) -> str:
    count = _results([kernel for kernel in kernels if kernel.implementation.multiplied is dtype])
    if not count:
        return f"no contraction reads channel blocks or many rows that another kernel makes: none multiplies {dtype}"
    return (
        f"{count} contraction(s) multiply {dtype}, tensors between kernels are rounded by up to {_ROUNDING[dtype]} of "
        f"themselves, sums in f32: errors of some {_ERRORS[dtype]} of a contraction's largest result, which add up"
    )


def _weights(kernels: Sequence[Kernel], numerics: Numerics) -> list[str]:
    dtype = numerics.weights
    count = _results([kernel for kernel in kernels if kernel.implementation.weights is dtype and _widened(kernel)])
    if count:
        return [
            f"{count} contraction(s) with {dtype} weights, each rounded by at most {_ROUNDING[dtype]} of itself, "
            f"sums in f32: errors of some {_ERRORS[dtype]} of the contraction's largest result"
        ]
    if any(kernel.implementation.weights is dtype for kernel in kernels):
        return []  # those are multiplied as they are stored, of which ``_products`` tells
    return [f"no contraction is bound by the reading of its weights: none is stored as {dtype}"]


def _widened(kernel: Kernel) -> bool:
    """Whether the weights are made f32 on the way."""
    return kernel.implementation.weights is not kernel.implementation.multiplied


def _results(kernels: Sequence[Kernel]) -> int:
    """How many contractions the kernels carry out: the groups of one are kernels that write one tensor."""
    return len({kernel.operands[-1] for kernel in kernels})
