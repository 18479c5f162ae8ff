"""Loop variables with fixed names, which all kernels of one kind share. Lowering makes all other ones with
``Fresh``."""

from __future__ import annotations

from dldt.codegen.loop.variable import LoopVariable

IMAGE = LoopVariable("n")
"""The image of the batch."""
ROW = LoopVariable("row")
"""The row of an image, or of a matrix."""
PIXEL = LoopVariable("pixel")
"""The position in a row; in the whole image where rows do not matter."""
CHANNEL = LoopVariable("channel")
"""The channel of a result, before it is written as ``BLOCK * lanes + LANE``."""
COLUMN = LoopVariable("column")
"""The column of a matrix, before it is written as ``BLOCK * lanes + LANE``."""
BLOCK = LoopVariable("block")
"""The number of the vector of channels or columns."""
LANE = LoopVariable("lane")
"""The lane of the vector."""
LINE, DEPTH = LoopVariable("line"), LoopVariable("depth")
"""The two dims of a matrix operand: along the product's rows (or columns), and along the inner dim."""
QUOTIENT = LoopVariable("$quotient", lower=0)
"""The quotient that changes at most once along a vector; it is used while the vector's two contiguous pieces are
found."""


def output_variable(axis: int) -> LoopVariable:
    """The variable of dim ``axis`` of a nest's output."""
    return LoopVariable("i", number=axis)


def batch_variable(axis: int) -> LoopVariable:
    """The variable of dim ``axis`` of a batch of matrices."""
    return LoopVariable("n", number=axis)


def merged_variable(number: int) -> LoopVariable:
    """The variable of the axis that the ``number``-th merge of a nest makes from two."""
    return LoopVariable("m", number=number)
