"""The importers, one small function an operation and version; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops import (
    activation,
    along_axis,
    bitwise,
    cast,
    center,
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
    matrices,
    normalization,
    old_broadcast,
    optional,
    pooling,
    quantization,
    quantize_linear,
    quantized_math,
    quantized_recurrent,
    random,
    recurrent,
    reduction,
    regions,
    resize,
    scan,
    scatter,
    sequence,
    shape,
    slicing,
    softmax,
    spectral,
    variadic,
)
from dldt.frontends.onnx.ops.microsoft import (
    activation as microsoft_activation,
)
from dldt.frontends.onnx.ops.microsoft import (
    attention,
    blocked,
    grouped_attention,
    other,
    rotary,
)
from dldt.frontends.onnx.ops.microsoft import (
    matmul as microsoft_matmul,
)
from dldt.frontends.onnx.ops.microsoft import (
    normalization as microsoft_normalization,
)
from dldt.frontends.onnx.ops.ml import features, linear, support_vectors, tree_ensemble

MODULES = (
    features,
    linear,
    support_vectors,
    tree_ensemble,
    microsoft_activation,
    microsoft_matmul,
    microsoft_normalization,
    attention,
    blocked,
    grouped_attention,
    other,
    rotary,
    activation,
    along_axis,
    bitwise,
    cast,
    center,
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
    matrices,
    normalization,
    old_broadcast,
    optional,
    pooling,
    quantization,
    quantize_linear,
    quantized_math,
    quantized_recurrent,
    random,
    recurrent,
    reduction,
    regions,
    resize,
    scan,
    scatter,
    sequence,
    shape,
    slicing,
    softmax,
    spectral,
    variadic,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return ONNX
