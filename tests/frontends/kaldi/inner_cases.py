"""The operations of which the two forms of a network are made, with their formulas in numpy: frames are rows.

They stand in no file. What they make of a network is compared elsewhere with its definition; here each is alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

_RANDOM = np.random.default_rng(15)


@attrs.frozen
class InnerCase:
    """An operation: ``formula`` is what it makes of ``inputs``."""

    kind: str
    inputs: tuple[np.ndarray, ...]
    attributes: Mapping[str, Any]
    formula: Callable[..., Any]


def _frames(count: int, width: int = 3) -> np.ndarray:
    return _RANDOM.standard_normal((count, width)).astype(np.float32)


def _column(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32).reshape(-1, 1)


def _case(kind: str, *inputs: np.ndarray, formula: Callable[..., Any], **attributes: Any) -> InnerCase:
    return InnerCase(kind, inputs, attributes, formula)


def _surrounded(x: Any) -> Any:
    """Two frames like the first, three like the last; then one less in front and two less behind."""
    return np.concatenate([x[:1], x[:1], x, x[-1:], x[-1:], x[-1:]])[1:-2]


def _window_sums(x: Any) -> Any:
    """Frame t: those of x at t - 3, t - 1 and t + 1, where row 0 of x is frame 1 and there are two frames more."""
    at = dict(enumerate(x, 1))
    return [sum((at[t + k] for k in (-3, -1, 1) if t + k in at), np.zeros(x.shape[1])) for t in range(len(x) + 2)]


def _pooled(x: Any) -> Any:
    """Twice the logarithm of the count, the mean, the standard deviation, which is at least 0.1 (its square 0.01)."""
    count, mean, square = x[:, :1], x[:, 1:3] / x[:, :1], x[:, 3:] / x[:, :1]
    spread = np.sqrt(np.maximum(square - mean**2, 0.01))
    return np.concatenate([np.log(count), np.log(count), mean, spread], 1)


_COUNTS = _column(3, 7, 1, 12)
_SUMS = np.concatenate([_COUNTS, _COUNTS * _frames(4, 2), _COUNTS * (1 + _RANDOM.random((4, 2)))], 1).astype(np.float32)
_SUMS[0, 3:] = _SUMS[0, 1:3] ** 2 / 3
_ENDED = _column(0, 0, 1, 1, 1)

INNER = (
    _case("Advance", _column(40), frames=4, formula=lambda before: before + 4),
    _case("Advance", _column(8388606), frames=4, formula=lambda before: before + 4 - 7207200),
    _case("ConstantComponent", output=np.array([1, 2.5, -3], np.float32), formula=lambda: [[1, 2.5, -3]]),
    _case("Count", _column(10), frames=3, more=-2, formula=lambda _: [[8], [9], [10]]),
    _case("DimRange", _frames(4, 6), start=2, size=3, formula=lambda x: x[:, 2:5]),
    _case("EveryNth", _frames(8), step=3, formula=lambda x: x[[0, 3, 6]]),
    _case("FirstFrames", _frames(2), _frames(3), _column(0), formula=lambda state, x, _: [x[0], x[0]]),
    _case("FirstFrames", _frames(2), _frames(3), _column(5), formula=lambda state, x, _: state),
    _case("FrameNumbers", _frames(4), first=-2, formula=lambda _: [[-2], [-1], [0], [1]]),
    _case("Frames", _frames(4), before=2, after=3, skip=1, drop=2, fill="repeat", formula=_surrounded),
    _case("Frames", _frames(4), before=1, formula=lambda x: np.concatenate([np.zeros((1, 3)), x])),
    _case("Frames", _frames(6), skip=2, drop=1, formula=lambda x: x[2:5]),
    _case("FramesLeft", _column(0, 1, 2), last=1, formula=lambda behind: [[1], [0], [-1]]),
    _case("Guard", _frames(3), _column(1, 0, 1), formula=lambda x, _: x * [[1], [0], [1]]),
    _case("Guard", np.full((1, 3), np.inf, np.float32), _column(0), formula=lambda *_: np.zeros((1, 3))),
    _case("Rows", _frames(2), _frames(3), formula=lambda x, y: np.concatenate([x, y])),
    _case("RunningCount", _column(6), _ENDED, formula=lambda *_: [[6], [6], [7], [8], [9]]),
    _case("SentenceMean", _frames(5), shrinkage=2.0, formula=lambda x: x.sum(0, keepdims=True) / 7),
    _case("SentenceMean", _frames(5), only_summing=True, formula=lambda x: x.sum(0, keepdims=True)),
    _case("Spread", _frames(1), _frames(4, 2), formula=lambda x, _: x[[0, 0, 0, 0]]),
    _case(
        "StatisticsExtractionComponent", _frames(4), formula=lambda x: np.concatenate([np.ones((4, 1)), x, x * x], 1)
    ),
    _case(
        "StatisticsExtractionComponent",
        _frames(4),
        include_variance=False,
        formula=lambda x: np.concatenate([np.ones((4, 1)), x], 1),
    ),
    _case("StatisticsPoolingComponent", _SUMS, num_log_count_features=2, variance_floor=0.01, formula=_pooled),
    _case("StatisticsPoolingComponent", _SUMS[:, :3], output_stddevs=False, formula=lambda x: x[:, 1:] / x[:, :1]),
    _case("Valid", _column(0, -1, 2), _column(5, 5, -2), formula=lambda *_: [[1], [0], [0]]),
    _case("WindowSum", _frames(5), first=-3, last=1, step=2, late=1, more=2, formula=_window_sums),
    _case("Zeros", frames=2, width=3, formula=lambda: np.zeros((2, 3))),
)
