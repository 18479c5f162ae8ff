"""Sums over windows, dilated ones too, as a convolution of every channel with ones."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide
from dldt.compiler.ops.broadcast import Broadcast
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
        rows = Reshape()(x, Concat(0)(np.array([-1, 1]), Slice()(shape, _TWO, _END, _ONE)))
        weights = x.graph.constant(np.ones((1, 1, *self.kernel), x.type.dtype.numpy))
        end = tuple(e + more for e, more in zip(self.end, self._extra, strict=True))
        fields = (self.step, self.begin, end, self.dilation, AUTO_PAD[self.auto_pad])
        made = self._begun_inside(x, Convolution(*fields)(rows, weights))
        batch = Slice()(shape, np.array([0]), _TWO, _ONE)
        return Reshape()(made, Concat(0)(batch, Slice()(ShapeOf()(made), _TWO, _END, _ONE)))

    def counts(self, x: Value, *, padded: bool) -> Value:
        """How many elements each window has; with ``padded`` those of the padding count."""
        sizes = Concat(0)(np.array([1, 1]), Slice()(ShapeOf()(x), _TWO, _END, _ONE))
        ones = Broadcast()(np.array(1, x.type.dtype.numpy), sizes)
        if not padded:
            return self.sums(ones)
        none = (0,) * len(self.kernel)
        begin, end = (np.array((0, 0, *each)) for each in (self.begin, self.end))
        inner = attrs.evolve(self, begin=none, end=self._extra, ceil=False)
        made = inner.sums(Pad("constant")(ones, begin, end, np.array(1, x.type.dtype.numpy)))
        return self._begun_inside(x, made)

    @property
    def _extra(self) -> tuple[int, ...]:
        """What is added behind the end, so that a last window fits that hangs over it: rounding down is rounding up
        then."""
        return tuple(step - 1 if self.ceil else 0 for step in self.step)

    def _begun_inside(self, x: Value, made: Value) -> Value:
        """Without the windows that begin behind the data: they are none."""
        reach = [(size - 1) * gap + 1 for size, gap in zip(self.kernel, self.dilation, strict=True)]
        behind = [end + more >= size for end, more, size in zip(self.end, self._extra, reach, strict=True)]
        if not self.ceil or not any(behind):
            return made
        sizes = Slice()(ShapeOf()(x), _TWO, _END, _ONE)
        most = Divide()(Add()(sizes, np.array(self.begin) + np.array(self.step) - 1), np.array(self.step))
        axes = np.arange(2, 2 + len(self.kernel))
        kept: Value = Slice()(made, np.zeros(len(axes), np.int64), most, np.ones(len(axes), np.int64), axes)
        return kept
