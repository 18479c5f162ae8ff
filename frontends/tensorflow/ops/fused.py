"""Nodes that a graph optimiser made of several: a convolution or product, and what stood behind it."""

from __future__ import annotations

from collections.abc import Callable

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Elu, ReLU, Sigmoid
from dldt.compiler.ops.normalization import BatchNormInference
from dldt.compiler.ops.parametric import PReLU
from dldt.compiler.ops.unary import Tanh
from dldt.compiler.shown import shown
from dldt.frontends.engine.reshaped import reshaped
from dldt.frontends.tensorflow.channels import as_given, channels_first
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import like
from dldt.frontends.tensorflow.ops.activation import bias_add
from dldt.frontends.tensorflow.ops.convolution import conv2d, depthwise_conv2d
from dldt.frontends.tensorflow.ops.matmul import matmul
from dldt.frontends.tensorflow.ops.padding import mirror_pad

_PLAIN: dict[str, Callable[[Value], Value]] = {
    "Elu": Elu(1.0),
    "Relu": ReLU(),
    "Relu6": Clamp(0.0, 6.0),
    "Sigmoid": Sigmoid(),
    "Tanh": Tanh(),
}


@TENSORFLOW.imports("_FusedConv2D")
def fused_conv2d(
    input: Value,
    filter: Value,
    *args_and_host_args: Value,
    num_args: int,
    num_host_args: int = 0,
    strides: tuple[int, ...],
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
    data_format: str = "NHWC",
    filter_format: str = "HWIO",
    dilations: tuple[int, ...] = (1, 1, 1, 1),
    use_cudnn_on_gpu: bool = True,
    fused_ops: tuple[str, ...] = (),
    epsilon: float = 1e-4,
    leakyrelu_alpha: float = 0.2,
) -> Value:
    """A convolution and what follows."""
    if filter_format != "HWIO":
        raise UnsupportedError(f"filters of the layout {filter_format} are not supported (HWIO are)")
    made = conv2d(
        input,
        filter,
        strides=strides,
        padding=padding,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
    )
    return _followed(made, args_and_host_args[:num_args], fused_ops, data_format, epsilon, leakyrelu_alpha)


@TENSORFLOW.imports("FusedPadConv2D")
def fused_pad_conv2d(
    input: Value, paddings: Value, filter: Value, *, mode: str, strides: tuple[int, ...], padding: str
) -> Value:
    """A convolution of mirror images."""
    return conv2d(mirror_pad(input, paddings, mode=mode), filter, strides=strides, padding=padding)


@TENSORFLOW.imports("_FusedDepthwiseConv2dNative")
def grappler_depthwise_conv2d(
    input: Value,
    filter: Value,
    *args: Value,
    num_args: int,
    strides: tuple[int, ...],
    padding: str,
    data_format: str = "NHWC",
    dilations: tuple[int, ...] = (1, 1, 1, 1),
    fused_ops: tuple[str, ...] = (),
    epsilon: float = 1e-4,
    leakyrelu_alpha: float = 0.2,
) -> Value:
    """A depthwise convolution and what follows."""
    made = depthwise_conv2d(
        input, filter, strides=strides, padding=padding, data_format=data_format, dilations=dilations
    )
    return _followed(made, args[:num_args], fused_ops, data_format, epsilon, leakyrelu_alpha)


@TENSORFLOW.imports("FusedDepthwiseConv2dNative")
def fused_depthwise_conv2d(
    input: Value,
    filter: Value,
    *args: Value,
    num_args: int,
    strides: tuple[int, ...],
    padding: str,
    explicit_paddings: tuple[int, ...] = (),
    data_format: str = "NHWC",
    dilations: tuple[int, ...] = (1, 1, 1, 1),
    fused_ops: tuple[str, ...] = (),
    epsilon: float = 1e-4,
    leakyrelu_alpha: float = 0.2,
) -> Value:
    """A depthwise convolution and what follows, as TensorFlow.js writes it."""
    made = depthwise_conv2d(
        input,
        filter,
        strides=strides,
        padding=padding,
        explicit_paddings=explicit_paddings,
        data_format=data_format,
        dilations=dilations,
    )
    return _followed(made, args[:num_args], fused_ops, data_format, epsilon, leakyrelu_alpha)


@TENSORFLOW.imports("_FusedMatMul")
def fused_matmul(
    a: Value,
    b: Value,
    *args: Value,
    transpose_a: bool = False,
    transpose_b: bool = False,
    num_args: int,
    fused_ops: tuple[str, ...] = (),
    epsilon: float = 1e-4,
    leakyrelu_alpha: float = 0.2,
) -> Value:
    """A product of matrices and what follows."""
    made = matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b)
    return _followed(made, args[:num_args], fused_ops, "NHWC", epsilon, leakyrelu_alpha)


@TENSORFLOW.imports("Prelu")
def prelu(x: Value, alpha: Value) -> Value:
    """x where positive, else alpha * x, as TensorFlow.js writes it."""
    return _sloped(x, alpha)


def _followed(
    x: Value, args: tuple[Value, ...], names: tuple[str, ...], data_format: str, epsilon: float, slope: float
) -> Value:
    """The operations of these names one after the other; each takes the args that it needs."""
    given, made = list(args), x
    for name in names:
        count = {"BiasAdd": 1, "FusedBatchNorm": 4, "Prelu": 1}.get(name, 0)
        if len(given) < count:
            raise InputError(f"the operations {', '.join(names)} need more than the {len(args)} args that are given")
        own, given = given[:count], given[count:]
        if name == "BiasAdd":
            made = bias_add(made, own[0], data_format=data_format)
        elif name == "FusedBatchNorm":
            normal = BatchNormInference(epsilon)(channels_first(made, data_format), *own)
            made = as_given(normal, data_format)
        elif name == "Prelu":
            made = _sloped(made, own[0])
        elif name == "LeakyRelu":
            made = PReLU()(made, like(made, [slope]))
        elif name in _PLAIN:
            made = _PLAIN[name](made)
        else:
            known = ", ".join(("BiasAdd", "FusedBatchNorm", "LeakyRelu", "Prelu", *_PLAIN))
            raise UnsupportedError(f"{shown(name)} behind it is not supported ({known} are)")
    return made


def _sloped(x: Value, slope: Value) -> Value:
    """PReLU, whose slope of one dim would stand for the second axis: here it is the last."""
    if slope.type.rank == 1 and x.type.rank > 1:
        return PReLU()(x, reshaped(slope, (*(1,) * (x.type.rank - 1), slope.type.elements)))
    return PReLU()(x, slope)
