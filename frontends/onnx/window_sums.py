"""Sums over windows, dilated ones too, as a convolution of every channel with ones."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convolution import Convolution
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.frontends.onnx.window import AUTO_PAD, padding, per_axis

_TWO, _END, _ONE = np.array([2]), np.array([2**62]), np.array([1])


@attrs.frozen
class Windows:
    """Where the windows of a pooling operation lie."""

    kernel: tuple[int, ...]
    step: tuple[int, ...]
    dilation: tuple[int, ...]
    begin: tuple[int, ...]
    end: tuple[int, ...]
    auto_pad: str
    ceil: bool

    @classmethod
    def of(
        cls,
        kernel_shape: tuple[int, ...],
        strides: tuple[int, ...] | None,
        dilations: tuple[int, ...] | None,
        pads: tuple[int, ...] | None,
        auto_pad: str,
        ceil_mode: int,
    ) -> Windows:
        """What the attributes say. Raises InputError."""
        rank = len(kernel_shape)
        begin, end = padding(pads, auto_pad, rank)
        kernel = per_axis("kernel_shape", kernel_shape, rank)
        step, dilation = per_axis("strides", strides, rank), per_axis("dilations", dilations, rank)
        return cls(kernel, step, dilation, begin, end, auto_pad, bool(ceil_mode) and auto_pad == "NOTSET")

    def sums(self, x: Value) -> Value:
        """The sums, and zeros beyond the edges."""
        shape = ShapeOf()(x)
        extra = self._extra(x)
        rows = Reshape()(x, Concat(0)(np.array([-1, 1]), Slice()(shape, _TWO, _END, _ONE)))
        weights = x.graph.constant(np.ones((1, 1, *self.kernel), x.type.dtype.numpy))
        end = tuple(e + more for e, more in zip(self.end, extra, strict=True))
        fields = (self.step, self.begin, end, self.dilation, AUTO_PAD[self.auto_pad])
        made = Convolution(*fields)(rows, weights)
        batch = Slice()(shape, np.array([0]), _TWO, _ONE)
        return Reshape()(made, Concat(0)(batch, Slice()(ShapeOf()(made), _TWO, _END, _ONE)))

    def counts(self, x: Value, *, padded: bool) -> Value:
        """How many elements each window has; with ``padded`` those of the padding count."""
        ones = x.graph.constant(np.ones((1, 1, *self._sizes(x)), x.type.dtype.numpy))
        if not padded:
            return self.sums(ones)
        none = (0,) * len(self.kernel)
        begin, end = (np.array((0, 0, *each)) for each in (self.begin, self.end))
        more = self._extra(x)
        inner = attrs.evolve(self, begin=none, end=more, ceil=False)
        return inner.sums(Pad("constant")(ones, begin, end, np.array(1, x.type.dtype.numpy)))

    def _sizes(self, x: Value) -> tuple[int, ...]:
        sizes = x.type.shape[2:]
        if not all(isinstance(size, int) for size in sizes):
            raise UnsupportedError(f"the spatial dims of {x.type} must be fixed for such windows")
        return tuple(int(size) for size in sizes if isinstance(size, int))

    def _extra(self, x: Value) -> tuple[int, ...]:
        """What is to be added behind the end, so that a last window fits that begins inside."""
        if not self.ceil:
            return (0,) * len(self.kernel)
        found = []
        for axis, size in enumerate(self._sizes(x)):
            reach = (self.kernel[axis] - 1) * self.dilation[axis] + 1
            whole = size + self.begin[axis] + self.end[axis]
            count = -(-(whole - reach) // self.step[axis]) + 1
            if (count - 1) * self.step[axis] >= size + self.begin[axis]:
                count -= 1
            found.append(max(0, (count - 1) * self.step[axis] + reach - whole))
        return tuple(found)
