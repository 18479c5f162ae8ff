"""The importers, one small function an operation; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.ops import (
    control,
    convolution,
    detection,
    elementwise,
    gathering,
    integer_activation,
    lstm,
    matmul,
    mediapipe,
    pooling,
    quantization,
    reduction,
    resize,
    rnn,
    shape,
    signals,
    slicing,
    sparse_lookup,
    stablehlo,
    variables,
    windows,
)

MODULES = (
    control,
    convolution,
    detection,
    elementwise,
    gathering,
    integer_activation,
    lstm,
    matmul,
    mediapipe,
    pooling,
    quantization,
    reduction,
    resize,
    rnn,
    shape,
    signals,
    slicing,
    sparse_lookup,
    stablehlo,
    variables,
    windows,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return TFLITE
