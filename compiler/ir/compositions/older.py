"""Operations whose other version differs in more than spelling."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import scalar
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.attributes import ints, lower, one_of
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import GatherND
from dldt.compiler.ops.interpolate import Interpolate
from dldt.compiler.ops.one_hot import OneHot
from dldt.compiler.ops.pooling import AvgPool14
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.types import Array


@composed("Range", 1)
class RangeOfOneType(Composition):
    """The numbers have the type of the inputs."""

    def compose(self, start: Value, stop: Value, step: Value) -> tuple[Value, ...]:
        return (Range(start.type.dtype)(start, stop, step),)


@composed("GatherND", 5)
class GatherNDWithJoinedBatch(Composition):
    """All dims of the batch become one dim of the result."""

    batch_dims: int = attrs.field(default=0, converter=int)

    def compose(self, data: Value, indices: Value) -> tuple[Value, ...]:
        made = GatherND(self.batch_dims)(data, indices)
        if self.batch_dims < 2:
            return (made,)
        rest = Slice()(ShapeOf()(made), np.array([self.batch_dims]), np.array([made.type.rank]), np.array([1]))
        if made.type.rank == self.batch_dims:
            return (Reshape()(made, np.array([-1])),)
        return (Reshape()(made, Concat(0)(np.array([-1]), rest)),)


@composed("Identity")
class Same(Composition):
    """Nothing is done."""

    def compose(self, data: Value) -> tuple[Value, ...]:
        return (data,)


@composed("OneHot", 16)
class OneHotFromTheEnd(Composition):
    """Indices below 0 may count from the end."""

    axis: int = attrs.field(converter=int)
    negative_indices_mode: str = attrs.field(
        default="ignore_negative", converter=lower, validator=one_of("ignore_negative", "normalize")
    )

    def compose(self, indices: Value, depth: Value, on_value: Value, off_value: Value) -> tuple[Value, ...]:
        if self.negative_indices_mode == "normalize":
            kind = indices.type.dtype
            behind = Add()(indices, Convert(kind)(scalar(depth)))
            indices = Select()(Less()(indices, np.array(0, kind.numpy)), behind, indices)
        return (OneHot(self.axis)(indices, depth, on_value, off_value),)


@composed("AvgPool", 16)
class AvgPoolWithDilations(Composition):
    """AvgPool-14; windows with gaps are not supported."""

    strides: tuple[int, ...] = attrs.field(converter=ints)
    pads_begin: tuple[int, ...] = attrs.field(converter=ints)
    pads_end: tuple[int, ...] = attrs.field(converter=ints)
    kernel: tuple[int, ...] = attrs.field(converter=ints)
    exclude_pad: bool = attrs.field(metadata={"ir": "exclude-pad"})
    dilations: tuple[int, ...] = attrs.field(default=(), converter=ints)
    rounding_type: str = attrs.field(default="floor")
    auto_pad: str = attrs.field(default="explicit")

    def compose(self, data: Value) -> tuple[Value, ...]:
        if any(dilation != 1 for dilation in self.dilations):
            raise UnsupportedError(f"dilations {list(self.dilations)} of AvgPool are not supported, only 1")
        windows = self.strides, self.pads_begin, self.pads_end, self.kernel, self.exclude_pad
        return (AvgPool14(*windows, rounding_type=self.rounding_type, auto_pad=self.auto_pad)(data),)


@composed("Interpolate", 1)
class InterpolateToShape(Composition):
    """Resizing to a size along given axes. ``linear`` mixes the corners of a cell; how positions are found depends on
    the axes, as OpenVINO has it."""

    axes: tuple[int, ...] = attrs.field(converter=ints)
    mode: str = attrs.field(converter=lower, validator=one_of("nearest", "linear", "cubic", "linear_onnx"))
    align_corners: bool = attrs.field(default=True)
    antialias: bool = attrs.field(default=False)
    pads_begin: tuple[int, ...] = attrs.field(default=(0,), converter=ints)
    pads_end: tuple[int, ...] = attrs.field(default=(0,), converter=ints)

    def compose(self, data: Value, target: Value) -> tuple[Value, ...]:
        linear = self.mode.startswith("linear")
        flat = data.type.rank == 4 and sorted(self.axes) == [2, 3]
        padded = any(self.pads_begin) or any(self.pads_end)
        where = (
            "align_corners"
            if self.align_corners
            else "half_pixel"
            if linear and not padded and not flat
            else "asymmetric"
        )
        mode = "linear_onnx" if self.mode == "linear" and data.type.rank < 5 else self.mode
        op = Interpolate(mode, "sizes", where, "simple", self.antialias, self.pads_begin or (0,), self.pads_end or (0,))
        axes: Array = np.array(sorted(self.axes), np.int64)
        return (op(data, target, np.ones(axes.size, np.float32), axes),)
