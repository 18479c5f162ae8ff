"""What is done to whole matrices, or makes images of columns: Det, Col2Im."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ir.compositions.columns import Col2Im
from dldt.compiler.ir.compositions.sizes import counted, like, number, size_of
from dldt.compiler.op import MAX_ELEMENTS
from dldt.compiler.ops.arithmetic import Divide, Multiply, Subtract
from dldt.compiler.ops.body_ports import BodyOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.ops.top_k import TopK
from dldt.compiler.types import DType, TensorType
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.window import padding, per_axis

_FIRST, _ONE = np.array([0]), np.array([1])
Ints = tuple[int, ...] | None


@ONNX.imports("Col2Im", since=18)
def col2im_18(
    input: Value,
    image_shape: Value,
    block_shape: Value,
    *,
    dilations: Ints = None,
    pads: Ints = None,
    strides: Ints = None,
) -> Value:
    """[N, C·block, blocks] → [N, C, …]: the elements of all patches, added where they meet."""
    axes = image_shape.type.elements
    if not isinstance(axes, int) or axes < 1 or input.type.rank != 3:
        raise InputError(f"columns {input.type} and image_shape {image_shape.type} do not fit an image")
    for name, sizes in (("image_shape", image_shape), ("block_shape", block_shape)):
        if sizes.type.dtype is not DType.i64:
            raise InputError(f"{name} is {sizes.type}; sizes are i64")
        if any(isinstance(size, int) and not 1 <= size <= MAX_ELEMENTS for size in sizes.type.value or ()):
            raise InputError(f"{name} is {list(sizes.type.value or ())}; every size must be from 1 to 2^40")
    begin, end = padding(pads, "NOTSET", axes)
    made = Col2Im(per_axis("strides", strides, axes), per_axis("dilations", dilations, axes), begin, end)
    return made.compose(input, image_shape, block_shape)[0]


@ONNX.imports("Det", since=11)
def det_11(X: Value) -> Value:
    """The determinant of each matrix [*, M, M]: the product of the pivots of an elimination."""
    sides = X.type.shape[-2:]
    if X.type.rank < 2 or (all(isinstance(side, int) for side in sides) and sides[0] != sides[1]):
        raise InputError(f"matrices must have as many rows as columns, X is {X.type}")
    side = Reshape()(size_of(X, -1), _ONE)
    matrices = Reshape()(X, Concat(0)(np.array([-1]), side, side))
    batch = Slice()(ShapeOf()(matrices), _FIRST, _ONE, _ONE)
    start = Broadcast()(X.graph.constant(like(X, 1)), Concat(0)(batch, np.array([1, 1])))
    before = Slice()(ShapeOf()(X), _FIRST, np.array([-2]), _ONE)
    return Reshape()(_pivots(matrices, counted(size_of(X, -1)), start), before)


def _pivots(matrices: Value, places: Value, start: Value) -> Value:
    """The product of the pivots [B, 1, 1]: in each turn the largest element of a column, below which it is cleared."""
    body = Graph(f"{matrices.graph.name}/{matrices.name}/determinant")
    column = body.parameter("column", TensorType(DType.i64, (1,)))
    state, total = (body.parameter(name, x.type) for name, x in (("state", matrices), ("total", start)))
    rows = body.parameter("rows", places.type)
    sizes = Abs()(Gather()(state, Reshape()(column, np.zeros(0, np.int64)), number(2)))
    candidates = Select()(GreaterEqual()(rows, column), sizes, like(matrices, -1))
    best = TopK(1, "max", "value", DType.i64).all(candidates, number(1))[1]  # [B, 1]
    chosen, here = Gather(1)(state, best, number(1)), Gather()(state, column, number(1))  # [B, 1, n]
    pivot = Gather()(chosen, column, number(2))  # [B, 1, 1]
    line, moved = Unsqueeze()(rows, np.array([0, 2])), Unsqueeze()(best, np.array([2]))
    swapped = Select()(Equal()(line, moved), here, state)
    divisor = Select()(Equal()(pivot, like(matrices, 0)), like(matrices, 1), pivot)
    factors = Divide()(Gather()(swapped, column, number(2)), divisor)  # [B, n, 1]
    below = Select()(Greater()(line, column), factors, like(matrices, 0))
    signed = Multiply()(pivot, Select()(Equal()(moved, column), like(matrices, 1), like(matrices, -1)))
    body.result(Subtract()(swapped, Multiply()(below, chosen)), "next")
    body.result(Multiply()(total, signed), "product")
    ports = (SliceInput(input=0, parameter=0), MergedInput(1, 1, 0), MergedInput(2, 2, 1), InvariantInput(3, 3))
    return TensorIterator(body, ports, (BodyOutput(1),))(places, matrices, start, places)
