"""The importers, one small function a component; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops import activation as activation
from dldt.frontends.kaldi.ops import affine as affine
from dldt.frontends.kaldi.ops import attention as attention
from dldt.frontends.kaldi.ops import convolution as convolution
from dldt.frontends.kaldi.ops import gates as gates
from dldt.frontends.kaldi.ops import joining as joining
from dldt.frontends.kaldi.ops import loop as loop
from dldt.frontends.kaldi.ops import normalization as normalization
from dldt.frontends.kaldi.ops import patches as patches
from dldt.frontends.kaldi.ops import pooling as pooling
from dldt.frontends.kaldi.ops import scaling as scaling
from dldt.frontends.kaldi.ops import selection as selection
from dldt.frontends.kaldi.ops import state as state
from dldt.frontends.kaldi.ops import statistics as statistics
from dldt.frontends.kaldi.ops import time as time


def register() -> Framework:
    """The filled table."""
    return KALDI
