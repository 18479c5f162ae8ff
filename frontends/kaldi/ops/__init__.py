"""The importers, one small function a component; importing this package fills the table."""

from dldt.compiler.submodules import import_submodules
from dldt.frontends.engine.framework import Framework
from dldt.frontends.kaldi.framework import KALDI

import_submodules(__name__)


def register() -> Framework:
    """The filled table."""
    return KALDI
