"""Activations, and the softmax family."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.activation import Elu, Gelu, ReLU, Sigmoid, SoftPlus
from dldt.compiler.ops.arithmetic import Add, Divide
from dldt.compiler.ops.comparison import Less
from dldt.compiler.ops.parametric import PReLU, Selu
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Abs, Negative
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.softmax import LogSoftmax, Softmax8
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.unary import Tanh
from dldt.compiler.types import DType
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.mxnet.element_types import element_type
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import axis_of, cast, ints, number, size

_ALPHA, _LAMBDA = 1.6732632423543772, 1.0507009873554805
_ACTIVATIONS: dict[str, Op] = {"relu": ReLU(), "sigmoid": Sigmoid(), "tanh": Tanh(), "softrelu": SoftPlus()}


@MXNET.imports("Activation")
def activation(data: Value, *, act_type: str) -> Value:
    """By its name."""
    one_of("act_type", act_type, (*_ACTIVATIONS, "softsign"))
    if act_type == "softsign":
        return Divide()(data, Add()(Abs()(data), number(1, data)))
    return _ACTIVATIONS[act_type](data)


@MXNET.imports("LeakyReLU")
def leaky_relu(
    data: Value,
    gamma: Value | None = None,
    *,
    act_type: str = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
) -> Value:
    """Activations that are not 0 below 0; the slope of `rrelu` is random in training, its bounds' mean here."""
    one_of("act_type", act_type, ("leaky", "prelu", "elu", "selu", "gelu", "rrelu"))
    if act_type == "prelu":
        if gamma is None:
            raise UnsupportedError("act_type prelu needs the input gamma")
        return PReLU()(data, gamma)
    if act_type == "elu":
        return Elu(slope)(data)
    if act_type == "selu":
        return Selu()(data, number(_ALPHA, data), number(_LAMBDA, data))
    if act_type == "gelu":
        return Gelu("erf")(data)
    tilt = (lower_bound + upper_bound) / 2 if act_type == "rrelu" else slope
    return PReLU()(data, number(tilt, data).reshape(1))


@MXNET.imports("softmax")
def softmax(
    data: Value,
    length: Value | None = None,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: str | None = None,
    use_length: bool | None = False,
) -> Value:
    """Of x / temperature; elements at and beyond `length` do not count, and give 0."""
    at, scaled = axis_of(axis, data), _scaled(data, temperature)
    made = _masked(scaled, length, at) if use_length and length is not None else Softmax8(at)(scaled)
    return made if dtype is None else cast(made, element_type(dtype))


@MXNET.imports("softmin")
def softmin(
    data: Value,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: str | None = None,
    use_length: bool | None = False,
) -> Value:
    """The softmax of -x."""
    return softmax(Negative()(data), axis=axis, temperature=temperature, dtype=dtype)


@MXNET.imports("log_softmax")
def log_softmax(
    data: Value,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: str | None = None,
    use_length: bool | None = False,
) -> Value:
    """The logarithm of the softmax."""
    made = LogSoftmax(axis_of(axis, data))(_scaled(data, temperature))
    return made if dtype is None else cast(made, element_type(dtype))


@MXNET.imports("SoftmaxActivation")
def softmax_activation(data: Value, *, mode: str = "instance") -> Value:
    """Over the channels, or the last axis (`instance`)."""
    channel = one_of("mode", mode, ("instance", "channel")) == "channel"
    return Softmax8(axis_of(1, data) if channel else data.type.rank - 1)(data)


@MXNET.imports("SoftmaxOutput")
def softmax_output(data: Value, *, multi_output: bool = False, preserve_shape: bool = False) -> Value:
    """Over axis 1 (`multi_output`), the last axis (`preserve_shape`), or all axes but the batch in one."""
    if multi_output:
        return Softmax8(axis_of(1, data))(data)
    return Softmax8(data.type.rank - 1)(data) if preserve_shape else _flat(data)


@MXNET.imports("LogisticRegressionOutput")
def logistic_regression_output(data: Value) -> Value:
    """The sigmoid."""
    return Sigmoid()(data)


@MXNET.imports("LinearRegressionOutput")
def linear_regression_output(data: Value) -> Value:
    """The input itself: labels and losses are for training."""
    return data


@MXNET.imports("MAERegressionOutput")
def mae_regression_output(data: Value) -> Value:
    """The input itself."""
    return data


@MXNET.imports("SVMOutput")
def svm_output(data: Value) -> Value:
    """The input itself."""
    return data


@MXNET.imports("Dropout")
def dropout(data: Value, *, mode: str = "training") -> Value:
    """The input itself, where it is for training alone."""
    if one_of("mode", mode, ("training", "always")) == "always":
        raise UnsupportedError("Dropout with mode=always is random; export the model with mode=training")
    return data


def _scaled(x: Value, temperature: float | None) -> Value:
    return x if temperature is None or temperature == 1 else Divide()(x, number(temperature, x))


def _flat(x: Value) -> Value:
    if x.type.rank == 2:
        return Softmax8(1)(x)
    return Reshape()(Softmax8(1)(Reshape(special_zero=True)(x, ints(0, -1))), ShapeOf()(x))


def _masked(x: Value, length: Value, axis: int) -> Value:
    count = Squeeze()(size(x, axis), ints(0))
    places = Range(DType.i64)(count.graph.constant(ints(0)[0]), count, ints(1)[0])
    behind = x.type.rank - axis - 1
    along = Unsqueeze()(places, ints(*range(1, behind + 1))) if behind else places
    inside: Value = Less()(along, Unsqueeze()(cast(length, DType.i64), ints(axis)))
    made: Value = Softmax8(axis)(Select()(inside, x, number(float("-inf"), x)))
    kept: Value = Select()(inside, made, number(0, x))
    return kept
