"""Layers of nnet1 with their formulas, like those of ``component_cases``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from tests.frontends.kaldi.component_cases import MEAN, OFFSET, PATCH, SCALE, B, W, matrix, patches, sigmoid, softmax
from tests.frontends.kaldi.written import Fields


@attrs.frozen
class LayerCase:
    """A layer of nnet1."""

    kind: str
    width: int
    out: int
    fields: Fields
    formula: Callable[[Any], Any]


_LSTM1: Fields = [
    ("CellDim", 2),
    ("CellClip", 3.0),
    ("LearnRateCoef", 1.0),
    ("", matrix(8, 3)),
    ("", matrix(8, 4)),
    ("", matrix(8)),
    ("", matrix(2)),
    ("", matrix(2)),
    ("", matrix(2)),
    ("", matrix(4, 2)),
]
_RECURRENT: Fields = [
    ("LearnRateCoef", 1.0),
    ("", matrix(4, 3)),
    ("", matrix(4, 4) * np.float32(0.3)),
    ("", matrix(4)),
]
_BLSTM: Fields = [*_LSTM1, *(("", matrix(*item.shape)) for _, item in _LSTM1[3:])]
_FILTERS: Fields = [("PatchDim", 3), ("PatchStep", 1), ("PatchStride", 6), ("LearnRateCoef", 1.0), ("MaxNorm", 0.0)]


def _lstm1(x: Any, given: Fields) -> Any:
    """Gates g, i, f, o; peepholes; the cell is clipped; the result is projected."""
    wx, wr, b, pi, pf, po, wm = (item.astype(np.float64) for _, item in given)
    cells, made = len(pi), []
    r, c = np.zeros(len(wm)), np.zeros(cells)
    for frame in x:
        g, i, f, o = np.split(wx @ frame + wr @ r + b, 4)
        i, f = sigmoid(i + pi * c), sigmoid(f + pf * c)
        c = np.clip(np.tanh(g) * i + c * f, -3.0, 3.0)
        r = wm @ (np.tanh(c) * sigmoid(o + po * c))
        made.append(r)
    return np.array(made)


def _blstm(x: Any) -> Any:
    back = _lstm1(x[::-1], _BLSTM[10:])[::-1]
    return np.concatenate([_lstm1(x, _BLSTM[3:10]), back], -1)


def _recurrent(x: Any) -> Any:
    (_, forward), (_, back), (_, bias) = _RECURRENT[1:]
    made, y = [], np.zeros(4)
    for frame in x:
        y = np.tanh(forward @ frame + back @ y + bias)
        made.append(y)
    return np.array(made)


def _spliced(x: Any, offsets: list[int]) -> Any:
    places = np.arange(len(x))
    return np.concatenate([x[np.clip(places + t, 0, len(x) - 1)] for t in offsets], -1)


def _pooled(x: Any, how: Any) -> Any:
    patches = x.reshape(len(x), 4, 3)
    return np.concatenate([how(patches[:, q : q + 2], 1) for q in (0, 2)], -1)


def _divergence(x: Any) -> Any:
    q = np.maximum(_STATS / _STATS.sum(1, keepdims=True), 1e-20)
    entropy = (x * np.log(np.maximum(x, 1e-20))).sum(-1, keepdims=True)
    return -(x @ np.log(1 / q).T + entropy)


_STATS = np.random.default_rng(7).uniform(0, 9, (4, 6)).astype(np.float32)
_STATS[1, 2] = 0
_AVERAGING: Fields = [("GradientBoost", 1.0), ("Shrinkage", 2.0), ("OnlySumming", False)]

LAYERS = (
    LayerCase(
        "AffineTransform",
        6,
        5,
        [("LearnRateCoef", 1.0), ("BiasLearnRateCoef", 1.0), ("MaxNorm", 0.0), ("", W), ("", B)],
        lambda x: x @ W.T + B,
    ),
    LayerCase("LinearTransform", 6, 5, [("LearnRateCoef", 1.0), ("", W)], lambda x: x @ W.T),
    LayerCase("AddShift", 6, 6, [("LearnRateCoef", 0.0), ("", OFFSET)], lambda x: x + OFFSET),
    LayerCase("Rescale", 6, 6, [("LearnRateCoef", 0.0), ("", SCALE)], lambda x: x * SCALE),
    LayerCase("Sigmoid", 6, 6, [], sigmoid),
    LayerCase("Tanh", 6, 6, [], np.tanh),
    LayerCase("Softmax", 6, 6, [], softmax),
    LayerCase("HiddenSoftmax", 6, 6, [], softmax),
    LayerCase(
        "BlockSoftmax", 6, 6, [("", [2, 4])], lambda x: np.concatenate([softmax(x[:, :2]), softmax(x[:, 2:])], -1)
    ),
    LayerCase(
        "ParametricRelu",
        6,
        6,
        [("AlphaLearnRateCoef", 0.0), ("BetaLearnRateCoef", 0.0), ("", SCALE), ("", OFFSET)],
        lambda x: np.where(x > 0, x * SCALE, x * OFFSET),
    ),
    LayerCase("Dropout", 6, 6, [("DropoutRate", 0.5)], lambda x: x),
    LayerCase("LengthNormComponent", 6, 6, [], lambda x: x / np.sqrt((x**2).sum(-1, keepdims=True))),
    LayerCase("Copy", 6, 4, [("", [6, 1, 3, 3])], lambda x: x[:, [5, 0, 2, 2]]),
    LayerCase("Splice", 3, 12, [("", [-2, 0, 1, 3])], lambda x: _spliced(x, [-2, 0, 1, 3])),
    LayerCase(
        "ConvolutionalComponent",
        12,
        12,
        [*_FILTERS, ("Filters", PATCH), ("Bias", MEAN)],
        lambda x: patches(x, PATCH, MEAN, 2, 6, 3, 1),
    ),
    LayerCase(
        "MaxPoolingComponent",
        12,
        6,
        [("PoolSize", 2), ("PoolStep", 2), ("PoolStride", 3)],
        lambda x: _pooled(x, np.max),
    ),
    LayerCase(
        "AveragePoolingComponent",
        12,
        6,
        [("PoolSize", 2), ("PoolStep", 2), ("PoolStride", 3)],
        lambda x: _pooled(x, np.mean),
    ),
    LayerCase("LstmProjected", 3, 4, _LSTM1, lambda x: _lstm1(x, _LSTM1[3:])),
    LayerCase("LstmProjectedStreams", 3, 4, _LSTM1, lambda x: _lstm1(x, _LSTM1[3:])),
    LayerCase("BlstmProjected", 3, 8, _BLSTM, _blstm),
    LayerCase("RecurrentComponent", 3, 4, _RECURRENT, _recurrent),
    LayerCase("KlHmm", 6, 4, [("", _STATS)], _divergence),
    LayerCase(
        "SimpleSentenceAveragingComponent",
        6,
        6,
        _AVERAGING,
        lambda x: np.tile(x.sum(0) / (len(x) + 2.0), (len(x), 1)),
    ),
)
