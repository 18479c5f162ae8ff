"""Padding at both ends of every axis."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.axes import known_dims, require_same_type, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, TensorType

_NUMPY_MODES = {"constant": "constant", "edge": "edge", "reflect": "reflect", "symmetric": "symmetric"}


@op("opset1", traits=Trait.LAYOUT_AGNOSTIC | Trait.EXACT)
class Pad(Op):
    """y = x with ``pads_begin[i]`` and ``pads_end[i]`` elements put round axis i: ``pad_value`` (default 0), the edge
    element, or a mirror image without (reflect) or with (symmetric) the edge"""

    pad_mode: str = attrs.field(
        default="constant", converter=lower, validator=one_of("constant", "edge", "reflect", "symmetric")
    )

    def infer(
        self, arg: TensorType, pads_begin: TensorType, pads_end: TensorType, arg_pad_value: TensorType | None = None
    ) -> TensorType:
        begins, ends = known_dims(pads_begin, "pads_begin", self.type), known_dims(pads_end, "pads_end", self.type)
        if not len(begins) == len(ends) == arg.rank:
            raise ShapeError(
                f"Pad: pads_begin and pads_end have {len(begins)} and {len(ends)} elements, arg is {text(arg.shape)}"
            )
        if arg_pad_value is not None:
            require_same_type(arg, arg_pad_value, self.type)
            if arg_pad_value.elements != 1:
                raise ShapeError(f"Pad: arg_pad_value must hold one number, got {arg_pad_value}")
        for axis, (size, begin, end) in enumerate(zip(arg.shape, begins, ends, strict=True)):
            self._check(axis, size, begin, end)
        shape = tuple(size + begin + end for size, begin, end in zip(arg.shape, begins, ends, strict=True))
        return TensorType(arg.dtype, shape)

    def _check(self, axis: int, size: Dim, begin: Dim, end: Dim) -> None:
        if not isinstance(size, int) or not isinstance(begin, int) or not isinstance(end, int):
            return
        if begin + end + size < 0 or min(begin, end) < -size:
            raise ShapeError(f"Pad: pads {begin} and {end} take more than dimension {axis}, {size}, has")
        if self.pad_mode == "constant":
            return
        if min(begin, end) < 0:
            raise ShapeError(f"Pad: pads {begin} and {end} of axis {axis} are negative; only mode constant allows it")
        most = {"edge": None if size else 0, "reflect": size - 1, "symmetric": size}[self.pad_mode]
        if most is not None and max(begin, end) > max(most, 0):
            raise ShapeError(f"Pad: mode {self.pad_mode} gives at most {most} elements for dimension {axis}, {size}")

    def evaluate(self, arg: Array, pads_begin: Array, pads_end: Array, arg_pad_value: Array | None = None) -> Array:
        begins, ends = [int(n) for n in pads_begin.ravel()], [int(n) for n in pads_end.ravel()]
        if self.pad_mode == "constant":
            kept = tuple(slice(max(-b, 0), n - max(-e, 0)) for b, e, n in zip(begins, ends, arg.shape, strict=True))
            widths = [(max(b, 0), max(e, 0)) for b, e in zip(begins, ends, strict=True)]
            fill = arg.dtype.type(0) if arg_pad_value is None else arg_pad_value.reshape(())
            return np.pad(arg[kept], widths, constant_values=fill)
        widths = list(zip(begins, ends, strict=True))
        return np.pad(arg, widths, mode=_NUMPY_MODES[self.pad_mode])  # type: ignore[call-overload]  # a name of many
