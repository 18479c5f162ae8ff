"""Matrix products with a constant matrix: a convolution of one tap, whose pixels are the rows."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dldt.codegen.kernels.convolution.choose_arithmetic import can_multiply
from dldt.codegen.kernels.convolution.family import ConvolutionFamily
from dldt.codegen.kernels.convolution.part import ContractionPart, multiplied, operands
from dldt.codegen.kernels.convolution.problem import Problem, Source
from dldt.codegen.kernels.family import Estimate
from dldt.codegen.kernels.fusion import Fusion
from dldt.codegen.kernels.rows_written import writes_rows
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.lower.access import unflatten
from dldt.codegen.task.implementation import Part
from dldt.codegen.task.region import is_product
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.dims import Dim, product
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType


class MatMulFamily(ConvolutionFamily):
    """Sums one register tile, rows by vectors of columns, over the inner dim at a time."""

    name = "matmul"
    blocks = False
    rows = True

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, ops.MatMul) and not is_product(node)

    def reads_through(self, value: Value, node: Node, fusion: Fusion) -> bool:
        """Nothing is read through: its rows lie in memory."""
        return False

    def writes_through(self, value: Value, move: Node, fusion: Fusion) -> bool:
        """See Family."""
        return writes_rows(value, move, fusion)

    def reads_gaps(self, node: Node) -> bool:
        """See Family."""
        if not self.anchors(node) or not isinstance(node.op, ops.MatMul):
            return False
        weights = node.inputs[1]
        plain = not node.op.transpose_a and node.types[0].dtype is DType.f32
        return plain and weights is not None and weights.constant is not None

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        anchor = None if task.region is None else task.region.anchor
        if anchor is None or not isinstance(anchor.op, ops.MatMul) or is_product(anchor):
            return None
        data = multiplied(anchor)
        parts = None if data is None else _matmul(task, anchor, anchor.op)
        if parts is None or data is None:
            return None
        found = [attrs.evolve(part, name=anchor.name, data=data) for part in parts]
        return found if all(can_multiply(part, on) for part in found) else None

    def in_rows(self, task: Leaf, part: Part, on: Setting) -> Estimate | None:
        """None: a matrix product has no image rows."""
        return None


def _matmul(task: Leaf, anchor: Node, op: ops.MatMul) -> list[ContractionPart] | None:
    """The matrix product as a convolution: its rows are pixels, and the inner dim is the channels."""
    found = operands(task, anchor)
    if found is None:
        return None
    data, tensor, array = found
    shape = data.type.shape
    if array.ndim != 2 or not array.size or op.transpose_a or tensor.layout.block or not isinstance(shape[-1], int):
        return None
    matrix = array if op.transpose_b else array.T
    rows = product(shape[:-1])
    problem = Problem(
        batch=1,
        groups=1,
        inputs=matrix.shape[1],
        outputs=matrix.shape[0],
        kernel=(1, 1),
        strides=(1, 1),
        dilations=(1, 1),
        pads=(0, 0),
        space=(1, rows),
        output=(1, rows),
        source=Source(batch=0, row=0, pixel=shape[-1] + tensor.layout.gap, channel=1, dtype=tensor.type.dtype),
    )

    def index(n: Dim, c: Dim, row: Dim, pixel: Dim) -> tuple[Dim, ...]:
        return (*unflatten(shape[:-1], pixel), c)

    return [ContractionPart(problem, lambda: matrix.reshape(1, *matrix.shape, 1, 1), index)]
