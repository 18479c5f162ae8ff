"""The page about TensorFlow Lite."""

from __future__ import annotations

from dldt.frontends.tflite.ops import register
from docs.coverage import coverage_page
from tests.frontends.tflite.cases import CASES

_NOTES = """A `.tflite` file is read by the published schema (that of ai-edge-litert 2.3.0); no package of TensorFlow's
is needed. Inputs and outputs are called as the first signature of the main subgraph calls them, else by their tensors'
names; `--signature KEY` takes another one. Data keep the order of the file, mostly channels last; integers stay
integers.

* **Quantised models.** Convolutions, FULLY_CONNECTED, ADD, SUB, MUL, MEAN, QUANTIZE, pools, PRELU, LEAKY_RELU,
  HARD_SWISH and the RELUs of bytes give what TF Lite's reference kernels give, bit by bit: sums of bytes are multiplied
  by numbers of 31 bits, and rounded twice, as there (MultiplyByQuantizedMultiplier). As IR this is written in double
  precision; OpenVINO computes it in single precision, and may be a unit off. Contractions of words sum their two bytes
  apart, and are as exact. Around other operations (SOFTMAX, RESIZE_BILINEAR, SUM, ELU, others of words) stand nodes
  that make numbers of integers and integers of numbers: a unit more or less; LOGISTIC and TANH of 16 bits interpolate
  there, and are up to three units away. What only moves or compares elements works on the integers.
* **Hybrid models**, floats with weights of bytes: the weights are made floats when the model is compiled. TF Lite
  rounds the data to bytes as well, at run time; its results are less exact by that.
* **Weights** of half precision (DEQUANTIZE), of 4 and 2 bits, and sparse ones (DENSIFY) become plain ones.
* **Variables** (VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE, the first values of CALL_ONCE, and the states of recurrent
  layers) are what one run of a request leaves for the next.
* **Subgraphs** become branches, bodies of loops, and what stands in place of a call. Variables in them are refused.
* **Custom operations**: MediaPipe's, TFLite_Detection_PostProcess. `Flex…` operations are TensorFlow's own, and
  refused.
* Tensors of text, and those that are quantised in blocks, are refused.

Where TF Lite has no reference kernel of an operation (CEIL, ELU, ROUND and others), its only one gave the expected
values."""


def tflite() -> str:
    """What is imported, and what the cases of the tests were compared with."""
    return coverage_page(register(), ((case.operation, case.oracle) for case in CASES), _NOTES)
