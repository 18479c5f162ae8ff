"""The importers, one small function an operation; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.ops import (
    control,
    convolution,
    elementwise,
    gathering,
    lstm,
    matmul,
    pooling,
    quantization,
    reduction,
    resize,
    rnn,
    shape,
    slicing,
    variables,
)

MODULES = (
    control,
    convolution,
    elementwise,
    gathering,
    lstm,
    matmul,
    pooling,
    quantization,
    reduction,
    resize,
    rnn,
    shape,
    slicing,
    variables,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return TFLITE
