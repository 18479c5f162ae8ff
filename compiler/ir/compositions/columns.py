"""Columns of patches put back where they were taken from."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.dims import maximum_of, minimum_of
from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, like, number, scalar
from dldt.compiler.ops.arithmetic import Add, Divide, Multiply, Subtract
from dldt.compiler.ops.attributes import ints, not_negative, positive
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
    """[N, C·kernel, blocks] → [N, C, H, W]: the elements of all patches, added where they meet. An image may have any
    number of axes, and the kernel may be computed."""

    strides: tuple[int, ...] = attrs.field(default=(1, 1), converter=ints, validator=positive)
    dilations: tuple[int, ...] = attrs.field(default=(1, 1), converter=ints, validator=positive)
    pads_begin: tuple[int, ...] = attrs.field(default=(0, 0), converter=ints, validator=not_negative)
    pads_end: tuple[int, ...] = attrs.field(default=(0, 0), converter=ints, validator=not_negative)

    def compose(self, data: Value, output_size: Value, kernel_size: Value) -> tuple[Value, ...]:
        axes = len(self.strides)
        given = (self.dilations, self.pads_begin, self.pads_end)
        known = kernel_size.type.value or ()
        if (
            data.type.rank not in (2, 3)
            or any(len(numbers) != axes for numbers in given)
            or any(part.type.elements != axes for part in (output_size, kernel_size))
            or any(not 1 <= minimum_of(size) <= maximum_of(size) <= _LARGEST for size in known)
        ):
            raise ShapeError(
                f"columns {data.type} and kernel {list(known) or kernel_size.type} do not fit an image of {axes} axes"
            )
        sizes, kernel = (
            [scalar(Gather()(x, number(i), number(0))) for i in range(axes)] for x in _wide(output_size, kernel_size)
        )
        area, taps = _product(sizes), _product(kernel)
        places = self._places(kernel, sizes, area)
        shape = ShapeOf()(data)
        before = Slice()(shape, _FIRST, np.array([data.type.rank - 2]), _ONE)
        channels = Divide()(Gather()(shape, np.array([data.type.rank - 2]), number(0)), Reshape()(taps, _ONE))
        outer = Concat(0)(before, channels)
        blocks = Gather()(shape, _ALL, number(0))
        patches = Concat(0)(outer, Reshape()(taps, _ONE), blocks)
        row = Multiply()(Reshape()(taps, _ONE), blocks)
        flat = Reshape()(Reshape()(data, patches), Concat(0)(ReduceProd(True)(outer, _FIRST), row))
        rows = Transpose()(flat, np.array([1, 0]))
        # One row more takes what lies in the padding.
        size = Concat(0)(Reshape()(Add()(area, number(1)), _ONE), ReduceProd(True)(outer, _FIRST))
        zeros = Broadcast()(data.graph.constant(like(data, 0)), size)
        made = ScatterNDUpdate("sum")(zeros, Unsqueeze()(places, _ALL), rows)
        kept = Slice()(made, _FIRST, Reshape()(area, _ONE), _ONE, _FIRST)
        image = Concat(0)(outer, *(Reshape()(size, _ONE) for size in sizes))
        return (Reshape()(Transpose()(kept, np.array([1, 0])), image),)

    def _places(self, kernel: list[Value], sizes: list[Value], area: Value) -> Value:
        """For each element of the patches of one channel, where it goes in the image."""
        count = len(sizes)
        place: Value | None = None
        inside: Value | None = None
        for i, size in enumerate(sizes):
            reach = Add()(Multiply()(Subtract()(kernel[i], number(1)), number(self.dilations[i])), number(1))
            room = Subtract()(Add()(size, number(self.pads_begin[i] + self.pads_end[i])), reach)
            blocks = Add()(Divide()(room, number(self.strides[i])), number(1))
            starts = Multiply()(counted(blocks), number(self.strides[i]))
            taps = Subtract()(Multiply()(counted(kernel[i]), number(self.dilations[i])), number(self.pads_begin[i]))
            own = Add()(Unsqueeze()(starts, _FIRST), Unsqueeze()(taps, _ONE))  # [kernel, blocks]
            others = [axis for axis in range(2 * count) if axis % count != i]
            own = Unsqueeze()(own, np.array(others)) if others else own
            within = LogicalAnd()(GreaterEqual()(own, number(0)), Less()(own, size))
            place = own if place is None else Add()(Multiply()(place, size), own)
            inside = within if inside is None else LogicalAnd()(inside, within)
        return Reshape()(Select()(inside, place, area), _ALL)


def _wide(*given: Value) -> tuple[Value, ...]:
    return tuple(Reshape()(x, _ALL) for x in given)


def _product(numbers: list[Value]) -> Value:
    total = numbers[0]
    for each in numbers[1:]:
        total = Multiply()(total, each)
    return total
