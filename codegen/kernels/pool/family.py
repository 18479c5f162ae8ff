"""Pooling: loop nests that can also run row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs

from dldt.codegen.kernels.family import Estimate
from dldt.codegen.kernels.loops.family import LoopFamily, NestPart, nest_kernel
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.reach import Reach
from dldt.codegen.loop.schedule import Vectorize
from dldt.codegen.task.implementation import Implementation, Part, Rows
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops

Pooling: TypeAlias = ops.MaxPool | ops.MaxPool8 | ops.AvgPool


class PoolFamily(LoopFamily):
    """The largest element or the mean of each window."""

    name = "pool"

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        return super().match(task, on) if _pooling(task) is not None else None

    def in_rows(self, task: Leaf, part: Part, on: Setting) -> Estimate | None:
        """Pooling of images in channel blocks runs one channel block at a time, row by row, over all pixels of a
        row."""
        assert isinstance(part, NestPart)
        found, best = _pooling(task), self.best(part, on)
        rows = None if found is None or best is None else _rows(task, found, part, best.implementation, on)
        if best is None or rows is None:
            return None
        return attrs.evolve(best, implementation=attrs.evolve(best.implementation, rows=rows))


def _pooling(task: Leaf) -> Pooling | None:
    anchor = None if task.region is None else task.region.anchor
    return anchor.op if anchor is not None and isinstance(anchor.op, Pooling) else None


def _rows(task: Leaf, op: Pooling, part: NestPart, implementation: Implementation, on: Setting) -> Rows | None:
    output, block = task.output.buffer.whole, on.target.block
    if task.region is None or task.region.anchor is None or len(output.shape) != 4 or output.layout.block == 0:
        return None
    images, blocks, rows, pixels, _ = output.physical_shape
    (data,) = task.region.anchor.inputs
    assert data is not None
    window = op.window(data.type.shape[2:])
    pad = window.pads_begin[0]
    vectors = [step for step in implementation.schedule if isinstance(step, Vectorize)]
    whole = len(vectors) == 1 and vectors[0].lanes == output.layout.block == block
    if not whole or nest_kernel(part, implementation).extent != images * blocks * rows * pixels:
        return None
    if not isinstance(blocks, int) or not isinstance(pixels, int) or not isinstance(pad, int):
        return None
    reach = Reach(window.strides[0], pad, (window.kernel[0] - 1) * window.dilations[0] + 1)
    return Rows(pixels, reach, blocks=blocks)
