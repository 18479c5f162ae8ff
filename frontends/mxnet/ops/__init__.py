"""The importers, one small function an operation; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.ops import (
    activation,
    binary,
    boxes,
    control,
    convolution,
    creation,
    elementwise,
    indexing,
    normalization,
    numpy_arrays,
    numpy_elementwise,
    pooling,
    products,
    proposals,
    quantization,
    recurrent,
    reduction,
    regions,
    reshaping,
    resizing,
    slicing,
)

MODULES = (
    activation,
    binary,
    boxes,
    control,
    convolution,
    creation,
    elementwise,
    indexing,
    normalization,
    numpy_arrays,
    numpy_elementwise,
    pooling,
    products,
    proposals,
    quantization,
    recurrent,
    reduction,
    regions,
    reshaping,
    resizing,
    slicing,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return MXNET
