"""Mean-variance normalisation (LayerNorm, InstanceNorm) by its parts."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import (
    MVN,
    Add,
    Divide,
    Maximum,
    Multiply,
    Negative,
    Power,
    ReduceMean,
    ReduceSum,
    ReLU,
    Sqrt,
    SquaredDifference,
    Subtract,
)
from dldt.compiler.types import Array, Shape
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import Pattern, anything, constant, either, node, number
from dldt.passes.rewrite import Rewrite
from dldt.passes.views import kept_shape, maybe_view, seen_shape

_X = anything("x")


def _is_scalar(array: Array) -> bool:
    return array.size == 1


def _mean(inner: Pattern, name: str) -> Pattern:
    """A mean as ReduceMean, or as ReduceSum times 1/n (checked in ``rewrite``)."""
    return either(
        node(ReduceMean, inner, constant(f"{name}_axes"), name=name),
        node(
            (Multiply, Divide),
            node(ReduceSum, inner, constant(f"{name}_axes")),
            constant(f"{name}_factor", where=_is_scalar),
            name=name,
        ),
    )


def _squared(inner: Pattern) -> Pattern:
    return either(node(Power, inner, number(2)), node(Multiply, inner, inner))


_MEAN = _mean(_X, "mean")
_CENTRED = node(Subtract, _X, maybe_view(_MEAN, "mean_view"), name="centred")
_SAME_CENTRED = anything("centred")
_SQUARES = either(_squared(_SAME_CENTRED), _squared(node(Subtract, _X, maybe_view(anything("mean")))))
_VARIANCE = either(
    _mean(either(_SQUARES, node(SquaredDifference, _X, maybe_view(anything("mean")))), "variance"),
    # E[x^2] - E[x]^2; some models bound it below by zero, since rounding may make it negative
    either(
        node(ReLU, node(Subtract, _mean(_squared(_X), "variance"), _squared(anything("mean")))),
        node(Maximum, node(Subtract, _mean(_squared(_X), "variance"), _squared(anything("mean"))), number(0)),
        node(Subtract, _mean(_squared(_X), "variance"), _squared(anything("mean"))),
    ),
)
_EPSILON = constant("epsilon", where=_is_scalar)
_BIASED = node(Add, maybe_view(_VARIANCE, "variance_view"), _EPSILON)
_DEVIATION = either(
    node(Sqrt, _BIASED),
    node(Power, _BIASED, number(0.5)),
    node(Add, maybe_view(node(Sqrt, _VARIANCE), "variance_view"), _EPSILON, name="outside"),
)


def _reciprocal(name: str = "") -> Pattern:
    return either(
        node(Divide, number(1), _DEVIATION, name=name),
        node(Power, node(Sqrt, _BIASED), number(-1), name=name),
        node(Power, _BIASED, number(-0.5), name=name),
    )


_RECIPROCAL = _reciprocal()
_SCALE = either(_reciprocal("scale"), node(Multiply, _RECIPROCAL, constant("gamma"), name="scale"))
_SCALED = node(Multiply, _X, _SCALE)
_SAME_SCALE = anything("scale")
_SEEN_MEAN = maybe_view(_MEAN, "mean_view")
_SCALED_MEAN = node(Multiply, _SEEN_MEAN, _SAME_SCALE)
_SCALED_BACK = either(node(Multiply, node(Negative, _SEEN_MEAN), _SAME_SCALE), node(Negative, _SCALED_MEAN))


@attrs.frozen
class _MvnParts(Match):
    x: Value
    mean: Value
    mean_axes: Array
    variance: Value
    variance_axes: Array
    epsilon: Array
    centred: Value | None = None
    scale: Value | None = None
    mean_factor: Array | None = None
    mean_view: Value | None = None
    variance_factor: Array | None = None
    variance_view: Value | None = None
    outside: Value | None = None
    gamma: Array | None = None
    beta: Array | None = None


@transform
class FuseMvn(Rewrite[_MvnParts]):
    """Data minus its mean, divided by its standard deviation, both over the same axes. Scale and shift stay behind it.

    ::

        m = ReduceMean(x, axes);  d = x - m;  v = ReduceMean(d ^ 2, axes)
        d / Sqrt(v + eps)  |  d * (1 / Sqrt(v + eps))  |  d / (Sqrt(v) + eps)          →   MVN(x, axes)
        d * (gamma * (1 / Sqrt(v + eps)))                                              →   MVN(x, axes) * gamma
        s = gamma * (1 / Sqrt(v + eps));  x * s - m * s  |  x * s + (beta - m * s)     →   MVN(x, axes) * gamma + beta

    Means may be sums times 1/n, squares products, v may be SquaredDifference's mean or E[x^2] - m^2, and the reduced
    dims may come back by a Reshape.
    """

    pattern = either(
        node(Divide, _CENTRED, _DEVIATION),
        node(Multiply, _CENTRED, _RECIPROCAL),
        node(Multiply, _CENTRED, node(Multiply, _RECIPROCAL, constant("gamma"))),
        node(Add, _SCALED, either(node(Subtract, constant("beta"), _SCALED_MEAN), _SCALED_BACK)),
        node(Add, _SCALED, node(Add, constant("beta"), _SCALED_BACK)),
        node(Subtract, _SCALED, _SCALED_MEAN),
    )

    def rewrite(self, match: _MvnParts) -> Value | None:
        """MVN, times gamma where it was multiplied into the reciprocal, plus beta where the mean went from it."""
        x = match.x
        epsilon = float(match.epsilon.reshape(()))
        axes = _axes(x.type.shape, match.mean, match.mean_axes, match.mean_factor)
        same = axes == _axes(x.type.shape, match.variance, match.variance_axes, match.variance_factor)
        if axes is None or not same or not x.type.dtype.is_float or epsilon < 0:
            return None
        kept = kept_shape(x.type.shape, axes)  # only so do the mean and the deviation broadcast along the reduced axes
        if seen_shape(match.mean, match.mean_view) != kept or seen_shape(match.variance, match.variance_view) != kept:
            return None
        mode = "outside_sqrt" if match.outside is not None else "inside_sqrt"
        normal = MVN(eps=epsilon, normalize_variance=True, eps_mode=mode)(x, np.array(sorted(axes), np.int64))
        made = Multiply()(normal, match.gamma) if match.gamma is not None else normal
        if match.beta is not None:
            made = Add()(made, match.beta)
        return made if made.type == match.root.type else None


def _axes(data: Shape, mean: Value, axes: Array, factor: Array | None) -> frozenset[int] | None:
    """The axes of a mean of ``data``; None where ``factor`` of a sum is not one over the number of elements."""
    along = frozenset(int(axis) % max(len(data), 1) for axis in axes.ravel())
    if factor is None:
        return along
    count = [data[axis] for axis in along]
    if not all(isinstance(dim, int) for dim in count):
        return None
    divisor = float(factor.reshape(()))
    if isinstance(mean.op, Multiply):
        divisor = 1 / divisor if divisor else 0.0
    expected = float(np.prod([int(dim) for dim in count if isinstance(dim, int)]))
    return along if abs(divisor - expected) <= 1e-5 * expected else None
