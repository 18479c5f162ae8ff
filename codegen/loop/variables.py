"""The loop variables that kernels of one kind share, whatever is computed. Those that lowering makes are ``Fresh``."""

from __future__ import annotations

from dldt.codegen.loop.variable import LoopVariable

IMAGE = LoopVariable("n")
"""Which image of a batch a contraction is at."""
ROW = LoopVariable("row")
"""The row of an image, or of a matrix."""
PIXEL = LoopVariable("pixel")
"""The position in a row; in the whole image where rows do not matter."""
CHANNEL = LoopVariable("channel")
"""The channel of a result, until it is written as ``BLOCK * lanes + LANE``."""
COLUMN = LoopVariable("column")
"""The column of a matrix, until it is written so."""
BLOCK = LoopVariable("block")
"""Which vector of channels or columns."""
LANE = LoopVariable("lane")
"""The place in a vector."""
LINE, DEPTH = LoopVariable("line"), LoopVariable("depth")
"""The two dims of an operand of a matrix product: along the product's rows (or columns), and along what is summed."""
QUOTIENT = LoopVariable("$quotient", lower=0)
"""The quotient that changes at most once along a vector, while the two pieces of its memory are sought."""


def output_variable(axis: int) -> LoopVariable:
    """What walks dim ``axis`` of a nest's output."""
    return LoopVariable("i", number=axis)


def batch_variable(axis: int) -> LoopVariable:
    """What walks dim ``axis`` of a batch of matrices."""
    return LoopVariable("n", number=axis)


def merged_variable(number: int) -> LoopVariable:
    """What walks the axis that the ``number``-th merger of a nest makes of two."""
    return LoopVariable("m", number=number)
