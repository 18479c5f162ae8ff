"""The importers, one small function an operation; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.ops import activation as activation
from dldt.frontends.mxnet.ops import binary as binary
from dldt.frontends.mxnet.ops import boxes as boxes
from dldt.frontends.mxnet.ops import control as control
from dldt.frontends.mxnet.ops import convolution as convolution
from dldt.frontends.mxnet.ops import correlation as correlation
from dldt.frontends.mxnet.ops import creation as creation
from dldt.frontends.mxnet.ops import elementwise as elementwise
from dldt.frontends.mxnet.ops import indexing as indexing
from dldt.frontends.mxnet.ops import normalization as normalization
from dldt.frontends.mxnet.ops import numpy_arrays as numpy_arrays
from dldt.frontends.mxnet.ops import numpy_elementwise as numpy_elementwise
from dldt.frontends.mxnet.ops import pooling as pooling
from dldt.frontends.mxnet.ops import products as products
from dldt.frontends.mxnet.ops import proposals as proposals
from dldt.frontends.mxnet.ops import quantization as quantization
from dldt.frontends.mxnet.ops import recurrent as recurrent
from dldt.frontends.mxnet.ops import reduction as reduction
from dldt.frontends.mxnet.ops import regions as regions
from dldt.frontends.mxnet.ops import reshaping as reshaping
from dldt.frontends.mxnet.ops import resizing as resizing
from dldt.frontends.mxnet.ops import slicing as slicing


def register() -> Framework:
    """The filled table."""
    return MXNET
