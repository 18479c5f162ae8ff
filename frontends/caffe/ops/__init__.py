"""The importers, one small function a layer type; importing this package fills the table."""

from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.ops import (
    activation,
    arithmetic,
    augmentation,
    correlation,
    ctc,
    detection,
    linear,
    normalization,
    pooling,
    recurrent,
    reduction,
    regions,
    resample,
    resize,
    sampling,
    shape,
)
from dldt.frontends.engine.framework import Framework

MODULES = (
    activation,
    arithmetic,
    augmentation,
    correlation,
    ctc,
    detection,
    linear,
    normalization,
    pooling,
    recurrent,
    reduction,
    regions,
    resample,
    resize,
    sampling,
    shape,
)
"""Their import registered the functions."""


def register() -> Framework:
    """The filled table."""
    return CAFFE
