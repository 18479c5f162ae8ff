"""Notes on how the compiler changed the numbers, for the summary and ``dldt inspect``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.llvm.arithmetic import ARITHMETICS, F32, Arithmetic
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.types import DType


def precision_text(kernels: Sequence[Kernel], numerics: Numerics) -> str:
    """The types in which the model computes. Weights in a type that the user did not ask for are held exactly."""
    used = [row for row in ARITHMETICS.values() if any(kernel.implementation.arithmetic is row for kernel in kernels)]
    narrow = [row.data for row in used if row.rounding and not row.widened]
    changes = [f"products of {dtype} and tensors between kernels in {dtype}" for dtype in narrow]
    stored = {str(row.weights) for row in used if row.widened and numerics.allows(row)}
    if stored:
        changes.append(f"weights stored as {', '.join(sorted(stored))}")
    return f"as in the model, but for {', '.join(changes)}" if changes else "as in the model: nothing was changed"


def numeric_notes(kernels: Sequence[Kernel], numerics: Numerics, remarks: Iterable[str] = ()) -> tuple[str, ...]:
    """One line for each change to the numbers, one for each change that was allowed but not made, then ``remarks`` on
    single contractions."""
    notes = []
    count = _results([kernel for kernel in kernels if kernel.implementation.family == "winograd"])
    if count:
        notes.append(
            f"{count} convolution(s) by Winograd's algorithm: errors up to some 3e-5 of an output's largest value"
        )
    if numerics.precision is not F32.data:
        notes.append(_products(kernels, numerics.precision))
    if numerics.weights is not F32.weights:
        notes += _weights(kernels, numerics)
    notes += _exact_weights(kernels, numerics)
    return (*notes, *remarks)


def _products(kernels: Sequence[Kernel], dtype: DType) -> str:
    found = [kernel for kernel in kernels if kernel.implementation.arithmetic.data is dtype]
    if not found:
        return f"no contraction reads channel blocks or many rows that another kernel makes: none multiplies {dtype}"
    row = found[0].implementation.arithmetic
    return (
        f"{_results(found)} contraction(s) multiply {dtype}, tensors between kernels are rounded by up to "
        f"{row.rounding} of themselves, sums in {row.sums}: errors of some {row.error} of a "
        "contraction's largest result, which add up"
    )


def _weights(kernels: Sequence[Kernel], numerics: Numerics) -> list[str]:
    dtype = numerics.weights
    found = [kernel for kernel in kernels if kernel.implementation.arithmetic.weights is dtype]
    widened = [kernel for kernel in found if kernel.implementation.arithmetic.widened]
    if widened:
        row, count = widened[0].implementation.arithmetic, _results(widened)
        return [
            f"{count} contraction(s) with {dtype} weights, each rounded by at most {row.rounding} of itself, "
            f"sums in {row.sums}: errors of some {row.error} of the contraction's largest result"
        ]
    if found:
        return []  # those are multiplied as they are stored, of which ``_products`` tells
    return [f"no contraction is bound by the reading of its weights: none is stored as {dtype}"]


def _exact_weights(kernels: Sequence[Kernel], numerics: Numerics) -> list[str]:
    rows = [row for row in ARITHMETICS.values() if row.widened and not numerics.allows(row)]
    counts = {row: _results([k for k in kernels if k.implementation.arithmetic is row]) for row in rows}
    return [f"{n} contraction(s) with {_stored(row)}, which hold the model's exactly" for row, n in counts.items() if n]


def _stored(row: Arithmetic) -> str:
    if row.grid is None:
        return f"{row.weights} weights"
    part = f"blocks of {row.grid.block} channels" if row.grid.block else "each output"
    return f"weights of {row.grid.bits} bits and a scale for {part}"


def _results(kernels: Sequence[Kernel]) -> int:
    """The number of contractions that the kernels carry out. The groups of a contraction are kernels of their own that
    write one tensor, and count once."""
    return len({kernel.operands[-1] for kernel in kernels})
