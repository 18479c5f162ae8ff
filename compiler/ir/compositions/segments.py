"""Parts of tensors written, and maxima of segments."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, like, number, scalar
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.attributes import lower, one_of
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.reduce import ReduceMax, ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterElementsUpdate, ScatterNDUpdate
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import DType

_LOWEST = {
    DType.f64: float(np.finfo(np.float64).min),
    DType.f32: float(np.finfo(np.float32).min),
    DType.bf16: -(2.0**128 - 2.0**120),
    DType.f16: float(np.finfo(np.float16).min),
}
_FIRST, _ONE, _ALL = np.array([0]), np.array([1]), np.array([-1])


@composed("SliceScatter")
class SliceScatter(Composition):
    """The data, but the slice that ``Slice`` would take of it is the updates."""

    def compose(
        self, data: Value, updates: Value, start: Value, stop: Value, step: Value, axes: Value | None = None
    ) -> tuple[Value, ...]:
        shape = ShapeOf()(data)
        places = Reshape()(counted(ReduceProd()(shape, _FIRST)), shape)
        taken = Slice()(places, start, stop, step, *([] if axes is None else [axes]))
        spread = Broadcast()(updates, ShapeOf()(taken))
        flat = [Reshape()(x, _ALL) for x in (data, taken, spread)]
        return (Reshape()(ScatterElementsUpdate()(*flat, number(0)), shape),)


@composed("SegmentMax")
class SegmentMax(Composition):
    """The maximum of the rows of each segment; a segment without rows is zeros or the lowest number."""

    fill_mode: str = attrs.field(converter=lower, validator=one_of("zero", "lowest"))

    def compose(self, data: Value, segment_ids: Value, num_segments: Value | None = None) -> tuple[Value, ...]:
        ids = segment_ids if segment_ids.type.dtype is DType.i64 else Convert(DType.i64)(segment_ids)
        if num_segments is None:
            count = Add()(ReduceMax()(ids, _FIRST), number(1))
        else:
            count = scalar(num_segments)
        size = Reshape()(count, _ONE)
        rest = Slice()(ShapeOf()(data), _ONE, np.array([data.type.rank]), _ONE)
        kind = data.type.dtype
        lowest = _LOWEST[kind] if kind.is_float else kind.bounds[0]
        base = Broadcast()(data.graph.constant(like(data, lowest)), Concat(0)(size, rest))
        made = ScatterNDUpdate("max")(base, Unsqueeze()(ids, _ALL), data)
        if self.fill_mode == "lowest":
            return (made,)
        zeros, ones = (data.graph.constant(number(n)) for n in (0, 1))
        rows = ScatterElementsUpdate("sum")(Broadcast()(zeros, size), ids, Broadcast()(ones, ShapeOf()(ids)), number(0))
        behind = np.arange(1, data.type.rank)
        empty = Equal()(Unsqueeze()(rows, behind) if behind.size else rows, number(0))
        return (Select()(empty, like(data, 0), made),)
