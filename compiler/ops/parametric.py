"""Activations whose parameters are inputs."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.inference import same
from dldt.compiler.op import Op, op
from dldt.compiler.ops.activation import sigmoid
from dldt.compiler.ops.axes import require_float, require_same_type, text
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape, TensorType


@op("opset1")
class PReLU(Op):
    """y = x for x > 0, else slope * x; a slope of one dim that equals the channels (axis 1) is a slope a channel"""

    def infer(self, data: TensorType, slope: TensorType) -> TensorType:
        require_same_type(data, slope, self.type)
        shape = slope_shape(data.shape, slope.shape)
        behind = data.shape[data.rank - len(shape) :]
        what = f"PReLU: a dim of slope {text(slope.shape)} and of data {text(data.shape)}"
        if len(shape) > data.rank or not all(s == 1 or same(d, s, what) for d, s in zip(behind, shape, strict=True)):
            raise ShapeError(f"PReLU: slope {text(slope.shape)} does not broadcast to data {text(data.shape)}")
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, slope: Array) -> Array:
        aligned = slope.reshape(slope_shape(data.shape, slope.shape))
        return np.where(data > 0, data, data * aligned).astype(data.dtype)


@op("opset4", traits=Trait.ELEMENTWISE)
class Swish(Op):
    """y = x * sigmoid(beta * x); beta is 1 where it is left out"""

    def infer(self, data: TensorType, beta: TensorType | None = None) -> TensorType:
        require_float(data, "data", self.type)
        if beta is not None:
            require_same_type(data, beta, self.type)
            _require_scalar(beta, "beta", self.type)
        return TensorType(data.dtype, data.shape)

    def evaluate(self, data: Array, beta: Array | None = None) -> Array:
        factor = np.ones((), data.dtype) if beta is None else beta.reshape(())
        return (data * sigmoid(data * factor)).astype(data.dtype)


@op("opset1", traits=Trait.ELEMENTWISE | Trait.NONNEGATIVE)
class HardSigmoid(Op):
    """y = min(max(alpha * x + beta, 0), 1)"""

    def infer(self, data: TensorType, alpha: TensorType, beta: TensorType) -> TensorType:
        return _with_scalars(self.type, data, alpha=alpha, beta=beta)

    def evaluate(self, data: Array, alpha: Array, beta: Array) -> Array:
        return np.clip(data * alpha.reshape(()) + beta.reshape(()), 0, 1).astype(data.dtype)


@op("opset1", traits=Trait.ELEMENTWISE)
class Selu(Op):
    """y = lambda * x for x > 0, else lambda * alpha * (exp(x) - 1)"""

    def infer(self, data: TensorType, alpha: TensorType, lambda_: TensorType) -> TensorType:
        return _with_scalars(self.type, data, alpha=alpha, lambda_=lambda_)

    def evaluate(self, data: Array, alpha: Array, lambda_: Array) -> Array:
        negative = alpha.reshape(()) * np.expm1(np.minimum(data, 0))
        return (lambda_.reshape(()) * np.where(data > 0, data, negative)).astype(data.dtype)


def slope_shape(data: Shape, slope: Shape) -> Shape:
    """The slope's shape aligned for numpy broadcasting against the data."""
    if len(slope) == 1 and len(data) > 1 and slope[0] == data[1]:
        return slope + (1,) * (len(data) - 2)
    return slope


def _with_scalars(what: str, data: TensorType, **scalars: TensorType) -> TensorType:
    require_float(data, "data", what)
    for port, t in scalars.items():
        require_same_type(data, t, what)
        _require_scalar(t, port, what)
    return TensorType(data.dtype, data.shape)


def _require_scalar(t: TensorType, port: str, what: str) -> None:
    if t.elements != 1:
        raise ShapeError(f"{what}: {port} must hold one number, got {t}")
