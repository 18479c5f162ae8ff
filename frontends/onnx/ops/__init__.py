"""The importers, one small function an operation and version; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops import activation as activation
from dldt.frontends.onnx.ops import along_axis as along_axis
from dldt.frontends.onnx.ops import bitwise as bitwise
from dldt.frontends.onnx.ops import cast as cast
from dldt.frontends.onnx.ops import center as center
from dldt.frontends.onnx.ops import constant as constant
from dldt.frontends.onnx.ops import control as control
from dldt.frontends.onnx.ops import convolution as convolution
from dldt.frontends.onnx.ops import einsum as einsum
from dldt.frontends.onnx.ops import elementwise as elementwise
from dldt.frontends.onnx.ops import gathering as gathering
from dldt.frontends.onnx.ops import grid_sample as grid_sample
from dldt.frontends.onnx.ops import loop as loop
from dldt.frontends.onnx.ops import lp_pool as lp_pool
from dldt.frontends.onnx.ops import matmul as matmul
from dldt.frontends.onnx.ops import matrices as matrices
from dldt.frontends.onnx.ops import microsoft as microsoft
from dldt.frontends.onnx.ops import ml as ml
from dldt.frontends.onnx.ops import normalization as normalization
from dldt.frontends.onnx.ops import old_broadcast as old_broadcast
from dldt.frontends.onnx.ops import optional as optional
from dldt.frontends.onnx.ops import pooling as pooling
from dldt.frontends.onnx.ops import quantization as quantization
from dldt.frontends.onnx.ops import quantize_linear as quantize_linear
from dldt.frontends.onnx.ops import quantized_math as quantized_math
from dldt.frontends.onnx.ops import quantized_recurrent as quantized_recurrent
from dldt.frontends.onnx.ops import random as random
from dldt.frontends.onnx.ops import recurrent as recurrent
from dldt.frontends.onnx.ops import reduction as reduction
from dldt.frontends.onnx.ops import regions as regions
from dldt.frontends.onnx.ops import resize as resize
from dldt.frontends.onnx.ops import scan as scan
from dldt.frontends.onnx.ops import scatter as scatter
from dldt.frontends.onnx.ops import sequence as sequence
from dldt.frontends.onnx.ops import shape as shape
from dldt.frontends.onnx.ops import slicing as slicing
from dldt.frontends.onnx.ops import softmax as softmax
from dldt.frontends.onnx.ops import spectral as spectral
from dldt.frontends.onnx.ops import variadic as variadic


def register() -> Framework:
    """The filled table."""
    return ONNX
