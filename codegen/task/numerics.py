"""How the compiler may change the numbers of contractions; the user must allow each change."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.arithmetic import ARITHMETICS, F32, Arithmetic
from dldt.codegen.target import Target
from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.shown import shown
from dldt.compiler.types import DType

_FLOATS = [row for row in ARITHMETICS.values() if row.sums is F32.sums and row.data.is_float and not row.grid]
WEIGHTS = tuple(dict.fromkeys(str(row.weights) for row in _FLOATS))
PRECISIONS = tuple(dict.fromkeys(str(row.data) for row in _FLOATS))
"""Precisions that a user may ask for. Integers and doubles are not among them: they are multiplied only where the
model says so."""


@attrs.frozen
class Numerics:
    """The changes that are allowed. ``winograd``: 3×3 convolutions may be summed by Winograd's algorithm. ``weights``:
    the types in which weights of memory-bound contractions may be stored. ``precision``: the type that contractions may
    multiply, and to which tensors between kernels may be rounded."""

    winograd: bool = True
    weights: DType = F32.weights
    precision: DType = F32.data

    def allows(self, row: Arithmetic) -> bool:
        """Whether contractions may round to the types of the row."""
        return row.weights is self.weights if row.widened else row.data in (self.precision, F32.data)


def numerics(
    target: Target, *, winograd: bool = True, weights: str | None = None, precision: str = str(F32.data)
) -> Numerics:
    """The changes that a user named. Weights are stored in the precision unless named separately. Raises UsageError for
    an unknown word, UnsupportedError where the target cannot do it."""
    stored = precision if weights is None else weights
    for name, word, words in (("precision", precision, PRECISIONS), ("weights", stored, WEIGHTS)):
        if word not in words:
            raise UsageError(f"{name} is {shown(word)}; it must be one of {', '.join(words)}")
    found = Numerics(winograd, DType(stored), DType(precision))
    _refuse([row for row in _FLOATS if row.data is found.precision], target)
    _refuse([row for row in _FLOATS if row.weights is found.weights], target)
    return found


def _refuse(rows: list[Arithmetic], target: Target) -> None:
    """Raises UnsupportedError where the target can do none of the rows."""
    if not any(row.available(target) for row in rows):
        raise UnsupportedError(f"target {target.name} has no instruction that {rows[0].refusal}")
