"""Numbers rounded to those that 8 bits can hold."""

from __future__ import annotations

import attrs

from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import like
from dldt.compiler.ops.activation import Clamp
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.comparison import GreaterEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.rounding import Abs, Round
from dldt.compiler.ops.select import Select
from dldt.compiler.types import DType

_FORMATS = {"f8e4m3": (-6, 8, 3, 448.0), "f8e5m2": (-14, 15, 2, 57344.0)}
"""Word → the least and the largest exponent, the bits of the mantissa, the largest number."""


@composed("FakeConvert")
class FakeConvert(Composition):
    """(f8(x · scale - shift) + shift) / scale; numbers beyond the largest become that one."""

    destination_type: str = attrs.field(default="f8e4m3", converter=lower, validator=one_of(*_FORMATS))

    def compose(self, data: Value, scale: Value, shift: Value | None = None) -> tuple[Value, ...]:
        kind = data.type.dtype
        moved = Multiply()(data, scale) if shift is None else Subtract()(Multiply()(data, scale), shift)
        wide = moved if kind is DType.f32 else Convert(DType.f32)(moved)
        made = self._rounded(wide)
        made = made if kind is DType.f32 else Convert(kind)(made)
        return (Divide()(made if shift is None else Add()(made, shift), scale),)

    def _rounded(self, x: Value) -> Value:
        """To a multiple of the distance between the numbers of its exponent, of equally near ones to the even one."""
        least, most, bits, largest = _FORMATS[self.destination_type]
        bounded = Clamp(-largest, largest)(x)
        size = Abs()(bounded)
        step: Value = x.graph.constant(like(x, 2.0 ** (least - bits)))
        for exponent in range(least + 1, most + 1):
            step = Select()(GreaterEqual()(size, like(x, 2.0**exponent)), like(x, 2.0 ** (exponent - bits)), step)
        return Multiply()(Round("half_to_even")(Divide()(bounded, step)), step)
