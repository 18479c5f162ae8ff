"""The formats of model files that can be read: one line a format, the order in which they are tried."""

from __future__ import annotations

from dldt.frontends.caffe.format import CAFFE_FILE
from dldt.frontends.engine.format import Format
from dldt.frontends.ir.format import IR
from dldt.frontends.kaldi.format import KALDI_FILE
from dldt.frontends.mxnet.format import MXNET_FILE
from dldt.frontends.onnx.format import ONNX_FILE
from dldt.frontends.tensorflow.format import TENSORFLOW_FILE
from dldt.frontends.tflite.format import TFLITE_FILE

FORMATS: tuple[Format, ...] = (
    ONNX_FILE,
    IR,
    CAFFE_FILE,
    MXNET_FILE,
    KALDI_FILE,
    TENSORFLOW_FILE,
    TFLITE_FILE,
)
