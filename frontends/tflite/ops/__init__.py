"""The importers, one small function an operation; importing this package fills the table."""

from dldt.compiler.submodules import import_submodules
from dldt.frontends.engine.framework import Framework
from dldt.frontends.tflite.framework import TFLITE

import_submodules(__name__)


def register() -> Framework:
    """The filled table."""
    return TFLITE
