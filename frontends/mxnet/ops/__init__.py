"""The importers, one small function an operation; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.ops import (
    activation,
    binary,
    convolution,
    creation,
    elementwise,
    indexing,
    normalization,
    pooling,
    products,
    recurrent,
    reduction,
    reshaping,
    slicing,
)

MODULES = (
    activation,
    binary,
    convolution,
    creation,
    elementwise,
    indexing,
    normalization,
    pooling,
    products,
    recurrent,
    reduction,
    reshaping,
    slicing,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return MXNET
