"""What the compiler may change in the numbers of contractions: each is the user's to allow."""

from __future__ import annotations

import attrs

from dldt.codegen.target import Target
from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.types import DType

WEIGHTS = ("f32", "f16", "bf16")


@attrs.frozen
class Numerics:
    """``winograd``: 3×3 convolutions may be summed by Winograd's algorithm. ``weights``: how the weights of
    contractions that are bound by memory may be stored; sums are f32."""

    winograd: bool = True
    weights: DType = DType.f32


def numerics(target: Target, *, winograd: bool = True, weights: str = "f32") -> Numerics:
    """What a user named. UsageError for another word, UnsupportedError where the target cannot do it."""
    if weights not in WEIGHTS:
        raise UsageError(f"weights is {weights!r}; it must be one of {', '.join(WEIGHTS)}")
    if weights == "f16" and not target.converts_half:
        raise UnsupportedError(
            f"target {target.name} has no instruction that widens f16 (F16C, of x86-64-v3); take bf16 weights instead"
        )
    return Numerics(winograd, DType(weights))
