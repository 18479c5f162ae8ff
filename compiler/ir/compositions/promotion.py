"""Two values made one type that holds both."""

from __future__ import annotations

import attrs

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ops.convert import Convert
from dldt.compiler.types import DType

_SIGNED = {1: DType.i8, 2: DType.i16, 4: DType.i32, 8: DType.i64}


@composed("ConvertPromoteTypes")
class ConvertPromoteTypes(Composition):
    """Both inputs in the common type. ``pytorch_scalar_promotion``: a scalar takes the type of a tensor of its kind."""

    promote_unsafe: bool = attrs.field(default=False)
    pytorch_scalar_promotion: bool = attrs.field(default=False)
    u64_integer_promotion_target: DType = attrs.field(default=DType.f32, converter=DType)

    def compose(self, a: Value, b: Value) -> tuple[Value, ...]:
        kind = self._common(a, b)
        if not self.promote_unsafe and any(_loses(x.type.dtype, kind) for x in (a, b)):
            raise ShapeError(
                f"{a.type.dtype} and {b.type.dtype} have no type that holds both; promote_unsafe allows it"
            )
        return tuple(x if x.type.dtype is kind else Convert(kind)(x) for x in (a, b))

    def _common(self, a: Value, b: Value) -> DType:
        first, second = a.type.dtype, b.type.dtype
        if self.pytorch_scalar_promotion and (a.type.rank == 0) != (b.type.rank == 0):
            tensor, single = (second, first) if a.type.rank == 0 else (first, second)
            if _kind(single) <= _kind(tensor):
                return tensor
        return _joined(first, second, self.u64_integer_promotion_target)


def _kind(t: DType) -> int:
    """Booleans before integers before floats."""
    return 2 if t.is_float else int(t is not DType.boolean)


def _joined(a: DType, b: DType, beyond: DType) -> DType:
    if a is b:
        return a
    if _kind(a) != _kind(b):
        return max(a, b, key=_kind)
    if a.is_float:
        return DType.f32 if a.size == b.size else max(a, b, key=lambda t: t.size)
    if a.is_signed == b.is_signed:
        return max(a, b, key=lambda t: t.size)
    signed, unsigned = (a, b) if a.is_signed else (b, a)
    if signed.size > unsigned.size:
        return signed
    return beyond if unsigned.size == 8 else _SIGNED[2 * unsigned.size]


def _loses(a: DType, kind: DType) -> bool:
    """Whether some number of the type cannot be held."""
    if a is kind or a is DType.boolean:
        return False
    if kind.is_float:
        return kind.mantissa < (a.mantissa if a.is_float else 8 * a.size - int(a.is_signed))
    return kind.size < a.size or (a.is_signed and not kind.is_signed)
