"""Activations, softmax and the bias."""

from __future__ import annotations

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Elu, Mish, ReLU, SoftPlus, SoftSign
from dldt.compiler.ops.arithmetic import Add
from dldt.compiler.ops.parametric import PReLU, Selu, Swish
from dldt.compiler.ops.softmax import LogSoftmax, Softmax8
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tensorflow.channels import channels_last
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.named import named
from dldt.frontends.tensorflow.numbers import like

_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805


def _selu(x: Value) -> Value:
    return Selu()(x, like(x, _ALPHA), like(x, _SCALE))


def _softmax(x: Value) -> Value:
    return Softmax8(x.type.rank - 1)(_with_axes(x))


def _log_softmax(x: Value) -> Value:
    return LogSoftmax(x.type.rank - 1)(_with_axes(x))


def _with_axes(x: Value) -> Value:
    if x.type.rank == 0:
        raise ShapeError("the softmax of a scalar has no axis")
    return x


for _name, _make in (
    ("Elu", Elu(1.0)),
    ("Mish", Mish()),
    ("Relu", ReLU()),
    ("Relu6", Clamp(0.0, 6.0)),
    ("Selu", _selu),
    ("Softplus", SoftPlus()),
    ("Softsign", SoftSign()),
    ("swish_f32", Swish()),
):
    TENSORFLOW.imports(_name)(named(_make, "features"))
for _name, _make in (("Softmax", _softmax), ("LogSoftmax", _log_softmax)):
    TENSORFLOW.imports(_name)(named(_make, "logits"))


@TENSORFLOW.imports("LeakyRelu")
def leaky_relu(features: Value, *, alpha: float = 0.2) -> Value:
    """features where positive, else alpha * features"""
    if features.type.rank:
        return PReLU()(features, like(features, [alpha]))
    return reshaped(PReLU()(reshaped(features, (1,)), like(features, [alpha])), ())


@TENSORFLOW.imports("BiasAdd")
def bias_add(value: Value, bias: Value, *, data_format: str = "NHWC") -> Value:
    """One number a channel is added."""
    if channels_last(data_format) or value.type.rank < 3:
        return Add()(value, bias)
    return Add()(value, reshaped(bias, (1, bias.type.elements, *(1,) * (value.type.rank - 2))))


@TENSORFLOW.imports("BiasAddV1")
def bias_add_v1(value: Value, bias: Value) -> Value:
    """One number a channel, which is the last axis, is added."""
    return Add()(value, bias)
