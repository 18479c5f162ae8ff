"""From sums to scores: what stands behind trees, linear models and support vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Sigmoid
from dldt.compiler.ops.arithmetic import Divide, Multiply, Subtract
from dldt.compiler.ops.comparison import Equal, Greater
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reduce import ReduceMax, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.softmax import Softmax8
from dldt.compiler.ops.unary import Exp
from dldt.compiler.shown import shown
from dldt.frontends.onnx.ops.gathering import extreme_place

_LAST = np.array([-1], np.int64)


def transformed(scores: Value, transform: str) -> Value:
    """The scores [N,C] after the ``post_transform`` that the node names."""
    if transform == "NONE":
        return scores
    if transform == "LOGISTIC":
        return Sigmoid()(scores)
    if transform == "SOFTMAX":
        return Softmax8(-1)(scores)
    if transform == "SOFTMAX_ZERO":
        return _softmax_zero(scores)
    raise UnsupportedError(
        f"post_transform {shown(transform)} is not supported (NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO are)"
    )


def _softmax_zero(scores: Value) -> Value:
    """The softmax of what is not 0; 0 stays."""
    zero = Equal()(scores, np.asarray(0, scores.type.dtype.numpy))
    powers = Exp()(Subtract()(scores, ReduceMax(True)(scores, _LAST)))
    kept = Select()(zero, np.asarray(0, scores.type.dtype.numpy), powers)
    return Divide()(kept, ReduceSum(True)(kept, _LAST))


def two_scores(score: Value, transform: str, *, share: bool) -> Value:
    """The scores [N,2] of two classes, given that of the second one [N,1]: ``1 - score`` and it where it is a share,
    else its negative and it; of these the sigmoids for LOGISTIC. Other transforms onnxruntime does not apply here, and
    neither do we."""
    one = np.asarray(1, score.type.dtype.numpy)
    if transform == "LOGISTIC":
        return Sigmoid()(Concat(-1)(Multiply()(score, -one), score))
    first = Subtract()(score.graph.constant(one), score) if share else Multiply()(score, -one)
    return Concat(-1)(first, score)


def labels_of(scores: Value, labels: Sequence[int] | None, names: Sequence[str] | None) -> Value | None:
    """The label of the largest score of each row; None where labels are text, which no tensor holds."""
    if names:
        return None
    if not labels:
        raise InputError("the node has neither classlabels of integers nor of text")
    place = extreme_place(scores, -1, "max", 0, 0)
    return Gather()(scores.graph.constant(np.array(labels, np.int64)), place, np.array(0, np.int64))


def label_above(score: Value, bound: float, labels: Sequence[int] | None, names: Sequence[str] | None) -> Value | None:
    """The second of two labels where the score [N,1] is above ``bound``, else the first."""
    if names:
        return None
    if not labels or len(labels) != 2:
        raise InputError("two labels of integers are needed")
    first, second = (np.asarray(label, np.int64) for label in labels)
    chosen = Select()(Greater()(score, np.asarray(bound, score.type.dtype.numpy)), second, first)
    return Reshape()(chosen, _LAST)
