"""The importers, one small function a layer type; importing this package fills the table."""

from dldt.compiler.submodules import import_submodules
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.engine.framework import Framework

import_submodules(__name__)


def register() -> Framework:
    """The filled table."""
    return CAFFE
