"""The importers, one small function an operation; importing this package fills the table.

The positional parameters of an importer are the operation's inputs (a list of inputs is variadic), its keyword-only
ones the attributes, with TensorFlow's names and defaults. It declares the attributes that it needs and those that could
change what it computes: types (``T``, ``Tidx``) and the lengths of lists (``N``) that it does not declare are dropped
by the reader. Output 0 of node ``n`` is the tensor ``n``, output 1 ``n:1``. Constants are initialisers, placeholders
inputs; variables, functions and control flow are resolved by the reader.
"""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.ops import activation as activation
from dldt.frontends.tensorflow.ops import branching as branching
from dldt.frontends.tensorflow.ops import casting as casting
from dldt.frontends.tensorflow.ops import convolution as convolution
from dldt.frontends.tensorflow.ops import counting as counting
from dldt.frontends.tensorflow.ops import crop as crop
from dldt.frontends.tensorflow.ops import deconvolution as deconvolution
from dldt.frontends.tensorflow.ops import detection as detection
from dldt.frontends.tensorflow.ops import einsum as einsum
from dldt.frontends.tensorflow.ops import elementwise as elementwise
from dldt.frontends.tensorflow.ops import fake_quantization as fake_quantization
from dldt.frontends.tensorflow.ops import fused as fused
from dldt.frontends.tensorflow.ops import gathering as gathering
from dldt.frontends.tensorflow.ops import identity as identity
from dldt.frontends.tensorflow.ops import joining as joining
from dldt.frontends.tensorflow.ops import loop as loop
from dldt.frontends.tensorflow.ops import matmul as matmul
from dldt.frontends.tensorflow.ops import matrix as matrix
from dldt.frontends.tensorflow.ops import normalization as normalization
from dldt.frontends.tensorflow.ops import padding as padding
from dldt.frontends.tensorflow.ops import partition as partition
from dldt.frontends.tensorflow.ops import pooling as pooling
from dldt.frontends.tensorflow.ops import quantization as quantization
from dldt.frontends.tensorflow.ops import random as random
from dldt.frontends.tensorflow.ops import rearranged as rearranged
from dldt.frontends.tensorflow.ops import recurrent as recurrent
from dldt.frontends.tensorflow.ops import reduction as reduction
from dldt.frontends.tensorflow.ops import replaced as replaced
from dldt.frontends.tensorflow.ops import resize as resize
from dldt.frontends.tensorflow.ops import scatter as scatter
from dldt.frontends.tensorflow.ops import segments as segments
from dldt.frontends.tensorflow.ops import sequence_labels as sequence_labels
from dldt.frontends.tensorflow.ops import sequences as sequences
from dldt.frontends.tensorflow.ops import shape as shape
from dldt.frontends.tensorflow.ops import slicing as slicing
from dldt.frontends.tensorflow.ops import space as space
from dldt.frontends.tensorflow.ops import sparse as sparse
from dldt.frontends.tensorflow.ops import spectral as spectral
from dldt.frontends.tensorflow.ops import tensor_array as tensor_array
from dldt.frontends.tensorflow.ops import tensor_list as tensor_list
from dldt.frontends.tensorflow.ops import variables as variables
from dldt.frontends.tensorflow.refused import REFUSED


def register() -> Framework:
    """The filled table."""
    TENSORFLOW.refused = REFUSED
    return TENSORFLOW
