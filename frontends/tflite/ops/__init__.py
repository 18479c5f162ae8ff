"""The importers, one small function an operation; importing this package fills the table."""

from dldt.frontends.engine.framework import Framework
from dldt.frontends.tflite.framework import TFLITE
from dldt.frontends.tflite.ops import control as control
from dldt.frontends.tflite.ops import convolution as convolution
from dldt.frontends.tflite.ops import detection as detection
from dldt.frontends.tflite.ops import elementwise as elementwise
from dldt.frontends.tflite.ops import gathering as gathering
from dldt.frontends.tflite.ops import integer_activation as integer_activation
from dldt.frontends.tflite.ops import lstm as lstm
from dldt.frontends.tflite.ops import matmul as matmul
from dldt.frontends.tflite.ops import mediapipe as mediapipe
from dldt.frontends.tflite.ops import pooling as pooling
from dldt.frontends.tflite.ops import quantization as quantization
from dldt.frontends.tflite.ops import reduction as reduction
from dldt.frontends.tflite.ops import resize as resize
from dldt.frontends.tflite.ops import rnn as rnn
from dldt.frontends.tflite.ops import shape as shape
from dldt.frontends.tflite.ops import signals as signals
from dldt.frontends.tflite.ops import slicing as slicing
from dldt.frontends.tflite.ops import sparse_lookup as sparse_lookup
from dldt.frontends.tflite.ops import stablehlo as stablehlo
from dldt.frontends.tflite.ops import variables as variables
from dldt.frontends.tflite.ops import windows as windows


def register() -> Framework:
    """The filled table."""
    return TFLITE
