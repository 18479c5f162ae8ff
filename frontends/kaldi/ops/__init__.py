"""The importers, one small function a component; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops import (
    activation,
    affine,
    attention,
    convolution,
    gates,
    joining,
    loop,
    normalization,
    patches,
    pooling,
    scaling,
    selection,
    state,
    statistics,
    time,
)

FILES = (
    activation,
    affine,
    attention,
    convolution,
    gates,
    joining,
    loop,
    normalization,
    patches,
    pooling,
    scaling,
    selection,
    state,
    statistics,
    time,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return KALDI
