"""The activations of recurrent layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from dldt.compiler.ops.activation import sigmoid, softplus
from dldt.compiler.types import Array


@attrs.frozen
class RecurrentActivation:
    """``meaning(x, alpha, beta)``; ``alpha`` and ``beta`` are the defaults, None where it takes none."""

    meaning: Callable[[Array, float, float], Array]
    alpha: float | None = None
    beta: float | None = None


ACTIVATIONS: dict[str, RecurrentActivation] = {
    "sigmoid": RecurrentActivation(lambda x, a, b: sigmoid(x)),
    "tanh": RecurrentActivation(lambda x, a, b: np.tanh(x)),
    "relu": RecurrentActivation(lambda x, a, b: np.maximum(x, 0)),
    "affine": RecurrentActivation(lambda x, a, b: a * x + b, 1.0, 0.0),
    "elu": RecurrentActivation(lambda x, a, b: np.where(x < 0, a * (np.exp(np.minimum(x, 0)) - 1), x), 1.0),
    "hardsigmoid": RecurrentActivation(lambda x, a, b: np.minimum(np.maximum(a * x + b, 0), 1), 0.2, 0.5),
    "leakyrelu": RecurrentActivation(lambda x, a, b: np.where(x < 0, a * x, x), 0.01),
    "scaledtanh": RecurrentActivation(lambda x, a, b: a * np.tanh(b * x), 1.0, 1.0),
    "softplus": RecurrentActivation(lambda x, a, b: softplus(x)),
    "softsign": RecurrentActivation(lambda x, a, b: x / (1 + np.abs(x))),
    "thresholdedrelu": RecurrentActivation(lambda x, a, b: np.where(x > a, x, 0), 1.0),
}


def activation_parameters(
    names: Sequence[str], alphas: Sequence[float], betas: Sequence[float]
) -> tuple[tuple[float, float], ...]:
    """Alpha and beta of each activation. Those that take one take the next that is given, or else their default."""
    given = iter(alphas), iter(betas)
    found = []
    for name in names:
        made = ACTIVATIONS[name]
        defaults = (made.alpha, made.beta)
        pair = [0.0 if own is None else float(next(rest, own)) for own, rest in zip(defaults, given, strict=True)]
        found.append((pair[0], pair[1]))
    return tuple(found)
