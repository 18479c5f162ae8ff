"""What the compiler may change in the numbers of contractions: each is the user's to allow."""

from __future__ import annotations

import attrs

from dldt.codegen.target import Target
from dldt.compiler.errors import UnsupportedError, UsageError
from dldt.compiler.types import DType

WEIGHTS = ("f32", "f16", "bf16")
PRECISIONS = ("f32", "bf16")


@attrs.frozen
class Numerics:
    """``winograd``: 3×3 convolutions may be summed by Winograd's algorithm. ``weights``: how the weights of
    contractions that are bound by memory may be stored. ``precision``: what contractions may multiply, and tensors
    between kernels be rounded to. Sums are f32."""

    winograd: bool = True
    weights: DType = DType.f32
    precision: DType = DType.f32


def numerics(target: Target, *, winograd: bool = True, weights: str | None = None, precision: str = "f32") -> Numerics:
    """What a user named; weights are of the precision unless told. UsageError for another word, UnsupportedError where
    the target cannot do it."""
    stored = precision if weights is None else weights
    for name, word, words in (("precision", precision, PRECISIONS), ("weights", stored, WEIGHTS)):
        if word not in words:
            raise UsageError(f"{name} is {word!r}; it must be one of {', '.join(words)}")
    if precision == "bf16" and not target.multiplies_bfloat:
        raise UnsupportedError(
            f"target {target.name} has no instruction that multiplies bf16; of the targets only host may have it, on a "
            "machine with AVX512_BF16 (AMD since Zen 4, Intel Cooper Lake, Sapphire Rapids and later servers); bf16 "
            "weights work everywhere"
        )
    if stored == "f16" and not target.converts_half:
        raise UnsupportedError(
            f"target {target.name} has no instruction that widens f16 (F16C, of x86-64-v3); take bf16 weights instead"
        )
    return Numerics(winograd, DType(stored), DType(precision))
