"""The importers, one small function an operation and version; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops import (
    activation,
    along_axis,
    bitwise,
    cast,
    constant,
    control,
    convolution,
    einsum,
    elementwise,
    gathering,
    grid_sample,
    loop,
    lp_pool,
    matmul,
    normalization,
    old_broadcast,
    optional,
    pooling,
    quantization,
    quantize_linear,
    quantized_math,
    quantized_recurrent,
    recurrent,
    reduction,
    resize,
    scan,
    scatter,
    sequence,
    shape,
    slicing,
    softmax,
    variadic,
)

MODULES = (
    activation,
    along_axis,
    bitwise,
    cast,
    constant,
    control,
    convolution,
    einsum,
    elementwise,
    gathering,
    grid_sample,
    loop,
    lp_pool,
    matmul,
    normalization,
    old_broadcast,
    optional,
    pooling,
    quantization,
    quantize_linear,
    quantized_math,
    quantized_recurrent,
    recurrent,
    reduction,
    resize,
    scan,
    scatter,
    sequence,
    shape,
    slicing,
    softmax,
    variadic,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return ONNX
