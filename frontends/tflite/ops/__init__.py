"""The importers, one small function an operation; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.ops import (
    convolution,
    elementwise,
    matmul,
    pooling,
    quantization,
    reduction,
    resize,
    shape,
    slicing,
    variables,
)

MODULES = (
    convolution,
    elementwise,
    matmul,
    pooling,
    quantization,
    reduction,
    resize,
    shape,
    slicing,
    variables,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return TFLITE
