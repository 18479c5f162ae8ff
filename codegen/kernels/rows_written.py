"""Rows of a product that are stored directly where a movement after it puts them."""

from __future__ import annotations

from dldt.codegen.kernels.fusion import Fusion
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.linear import stride_of
from dldt.codegen.loop.lower.reshape import MOVEMENTS
from dldt.codegen.loop.variables import output_variable
from dldt.codegen.task.region import destination, moved_index
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import DType


def writes_rows(value: Value, move: Node, fusion: Fusion) -> bool:
    """Whether the elements of a row of the product ``value`` are still adjacent after ``move``."""
    region = fusion.region(value)
    if region.anchor is None or not isinstance(move.op, MOVEMENTS):
        return False
    (made,), shape = region.anchor.outputs, region.anchor.types[0].shape
    index = tuple(0 if d == 1 else output_variable(k).within(0, d - 1) for k, d in enumerate(shape))
    offset = Buffer("y", DType.f32, move.types[0].shape).offset(moved_index(move, destination(region, made, index)))
    return bool(shape) and stride_of(offset, output_variable(len(shape) - 1)) == 1
