"""Columns of patches put back where they were taken from."""

from __future__ import annotations

import math

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, like, number, scalar
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.attributes import ints, not_negative, positive
from dldt.compiler.ops.axes import known_ints
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import GreaterEqual, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.reduce import ReduceProd
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.transpose import Transpose

_LARGEST = 1 << 12
_FIRST, _ONE, _ALL = np.array([0]), np.array([1]), np.array([-1])


@composed("Col2Im")
class Col2Im(Composition):
    """[N, C·kernel, blocks] → [N, C, H, W]: the elements of all patches, added where they meet."""

    strides: tuple[int, ...] = attrs.field(default=(1, 1), converter=ints, validator=positive)
    dilations: tuple[int, ...] = attrs.field(default=(1, 1), converter=ints, validator=positive)
    pads_begin: tuple[int, ...] = attrs.field(default=(0, 0), converter=ints, validator=not_negative)
    pads_end: tuple[int, ...] = attrs.field(default=(0, 0), converter=ints, validator=not_negative)

    def compose(self, data: Value, output_size: Value, kernel_size: Value) -> tuple[Value, ...]:
        kernel = known_ints(kernel_size.type, "kernel_size", "Col2Im")
        given = (kernel, self.strides, self.dilations, self.pads_begin, self.pads_end)
        if (
            data.type.rank not in (2, 3)
            or any(len(numbers) != 2 for numbers in given)
            or not 1 <= min(kernel) <= max(kernel) <= _LARGEST
        ):
            raise ShapeError(f"columns {data.type} and kernel {list(kernel)} are none of an image: two axes are needed")
        sizes = [scalar(Gather()(output_size, number(i), number(0))) for i in range(2)]
        area = Multiply()(sizes[0], sizes[1])
        places = self._places(kernel, sizes, area)
        shape = ShapeOf()(data)
        before = Slice()(shape, _FIRST, np.array([data.type.rank - 2]), _ONE)
        channels = Divide()(Gather()(shape, np.array([data.type.rank - 2]), number(0)), np.array([math.prod(kernel)]))
        outer = Concat(0)(before, channels)
        patches = Concat(0)(outer, np.array([math.prod(kernel)]), Gather()(shape, _ALL, number(0)))
        flat = Reshape()(Reshape()(data, patches), Concat(0)(ReduceProd(True)(outer, _FIRST), _ALL))
        rows = Transpose()(flat, np.array([1, 0]))
        # One row more takes what lies in the padding.
        size = Concat(0)(Reshape()(Add()(area, number(1)), _ONE), ReduceProd(True)(outer, _FIRST))
        zeros = Broadcast()(data.graph.constant(like(data, 0)), size)
        made = ScatterNDUpdate("sum")(zeros, Unsqueeze()(places, _ALL), rows)
        kept = Slice()(made, _FIRST, Reshape()(area, _ONE), _ONE, _FIRST)
        image = Concat(0)(outer, *(Reshape()(size, _ONE) for size in sizes))
        return (Reshape()(Transpose()(kept, np.array([1, 0])), image),)

    def _places(self, kernel: tuple[int, ...], sizes: list[Value], area: Value) -> Value:
        """For each element of the patches of one channel, where it goes in the image."""
        along = []
        for i, size in enumerate(sizes):
            reach = self.dilations[i] * (kernel[i] - 1) + 1 - self.pads_begin[i] - self.pads_end[i]
            blocks = Add()(Divide()(Subtract()(size, number(reach)), number(self.strides[i])), number(1))
            starts = Multiply()(counted(blocks), number(self.strides[i]))
            taps = np.arange(kernel[i]) * self.dilations[i] - self.pads_begin[i]
            place = Add()(Unsqueeze()(starts, _FIRST), taps.reshape(-1, 1))  # [kernel, blocks]
            along.append(Unsqueeze()(place, np.array([1, 3] if i == 0 else [0, 2])))
        row, column = along
        inside = [LogicalAnd()(GreaterEqual()(p, number(0)), Less()(p, s)) for p, s in zip(along, sizes, strict=True)]
        place = Add()(Multiply()(row, sizes[1]), column)
        return Reshape()(Select()(LogicalAnd()(*inside), place, area), _ALL)
