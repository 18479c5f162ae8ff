"""Chains of Convert."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ops import Convert
from dldt.compiler.types import DType
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import anything, node
from dldt.passes.rewrite import Rewrite

_EXPONENT = {DType.f64: 11, DType.f32: 8, DType.f16: 5, DType.bf16: 8}


@attrs.frozen
class _TwoConverts(Match):
    x: Value
    inner: Value


@transform
class MergeConverts(Rewrite[_TwoConverts]):
    """A Convert after one that loses nothing converts straight from the first type.

    ::

        x:i8 → Convert(i32) → Convert(f32) → y        x:i8 → Convert(f32) → y
    """

    pattern = node(Convert, node(Convert, anything("x"), name="inner"))

    def rewrite(self, match: _TwoConverts) -> Value | None:
        """One Convert, or none where the first type comes back."""
        x, inner, outer = match.x, match.inner.type.dtype, match.root.type.dtype
        if not is_exact(x.type.dtype, inner):
            return None
        return x if x.type.dtype == outer else Convert(destination_type=outer)(x)


def is_exact(source: DType, target: DType) -> bool:
    """Whether every number of ``source`` exists in ``target``."""
    if source == target or source is DType.boolean:
        return True
    if target is DType.boolean:
        return False
    bits = 8 * source.size - (1 if source.is_signed else 0)
    if source.is_float:
        wider = target.is_float and target.mantissa >= source.mantissa
        return wider and _EXPONENT[target] >= _EXPONENT[source]
    if target.is_float:
        return bits <= target.mantissa
    return (target.is_signed or not source.is_signed) and 8 * target.size - (1 if target.is_signed else 0) >= bits
