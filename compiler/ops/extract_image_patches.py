"""Patches of images as channels."""

from __future__ import annotations

import itertools
import math
from typing import Any

import attrs
import numpy as np

from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import ints, lower, one_of
from dldt.compiler.ops.axes import require_rank
from dldt.compiler.ops.window import Window, window
from dldt.compiler.types import Array, Shape, TensorType


@op("opset3")
class ExtractImagePatches(Op):
    """y[n, (patch row, patch column, c), p] = x in the window at p, zeros outside: [N, C, H, W] → [N, rows*columns*C,
    H', W']"""

    sizes: tuple[int, ...] = attrs.field(converter=ints)
    strides: tuple[int, ...] = attrs.field(converter=ints)
    rates: tuple[int, ...] = attrs.field(converter=ints)
    auto_pad: str = attrs.field(converter=lower, validator=one_of("valid", "same_upper", "same_lower"))

    def window(self, space: Shape) -> Window:
        """The geometry over the spatial dims ``space``."""
        return window(self.type, space, self.sizes, self.strides, self.rates, (), (), self.auto_pad)

    def infer(self, data: TensorType) -> TensorType:
        require_rank(data, "data", (4,), self.type)
        depth = data.shape[1] * math.prod(self.sizes)
        return TensorType(data.dtype, (data.shape[0], depth, *self.window(data.shape[2:]).output))

    def evaluate(self, data: Array) -> Array:
        where = self.window(data.shape[2:])
        pads = [(0, 0), (0, 0)]
        pads += [(int(begin), int(end)) for begin, end in zip(where.pads_begin, where.pads_end, strict=True)]
        padded = np.pad(data, pads)
        parts = []
        for tap in itertools.product(*map(range, self.sizes)):
            firsts = [k * rate for k, rate in zip(tap, self.rates, strict=True)]
            spans = zip(firsts, where.output, self.strides, strict=True)
            taken: Any = tuple(slice(f, f + (int(n) - 1) * s + 1, s) for f, n, s in spans)
            parts.append(padded[(..., *taken)])
        return np.concatenate(parts, axis=1)
