"""The options of every format, for the command line. Nothing is imported that is not part of Python."""

from __future__ import annotations

from dldt.frontends.caffe.options import CAFFE_OPTIONS
from dldt.frontends.engine.format_option import FormatOption
from dldt.frontends.kaldi.options import KALDI_OPTIONS
from dldt.frontends.mxnet.options import MXNET_OPTIONS
from dldt.frontends.tensorflow.options import TENSORFLOW_OPTIONS
from dldt.frontends.tflite.options import TFLITE_OPTIONS

OPTIONS: dict[str, tuple[FormatOption, ...]] = {
    "Caffe": CAFFE_OPTIONS,
    "MXNet": MXNET_OPTIONS,
    "Kaldi": KALDI_OPTIONS,
    "TensorFlow": TENSORFLOW_OPTIONS,
    "TensorFlow Lite": TFLITE_OPTIONS,
}
"""By the title of the framework, as ``--help`` groups them."""
