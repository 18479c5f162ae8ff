"""SVMClassifier: a decision between every two classes, of which each has a vote."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Sigmoid
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.comparison import Greater
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.select import Select
from dldt.compiler.types import Array
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.ml.coupled_probabilities import coupled_probabilities
from dldt.frontends.onnx.ops.ml.domain import ML
from dldt.frontends.onnx.ops.ml.linear import as_floats, kernel
from dldt.frontends.onnx.ops.ml.scores import labels_of, transformed, two_scores

Floats = tuple[float, ...] | None


@ONNX.imports("SVMClassifier", since=1, domain=ML)
def svm_classifier_1(
    X: Value,
    *,
    classlabels_ints: tuple[int, ...] | None = None,
    classlabels_strings: tuple[str, ...] | None = None,
    coefficients: Floats = None,
    kernel_params: Floats = None,
    kernel_type: str = "LINEAR",
    post_transform: str = "NONE",
    prob_a: Floats = None,
    prob_b: Floats = None,
    rho: Floats = None,
    support_vectors: Floats = None,
    vectors_per_class: tuple[int, ...] | None = None,
) -> tuple[Value | None, Value]:
    """The class with most votes, and the decisions between every two classes, or the probabilities of all."""
    counts = vectors_per_class or ()
    classes = len(counts)
    if classes < 2 or classes != len(classlabels_strings or classlabels_ints or ()):
        raise UnsupportedError(f"SVMClassifier of {classes} classes with support vectors is not supported")
    vectors = np.array(support_vectors or (), np.float32)
    if min(counts) < 1 or vectors.size % sum(counts):
        raise InputError(f"{vectors.size} numbers of support vectors do not divide into {sum(counts)} vectors")
    pairs = [(i, j) for i in range(classes) for j in range(i + 1, classes)]
    weights = _weights(np.array(coefficients or (), np.float32), counts, pairs)
    if len(rho or ()) != len(pairs):
        raise InputError(f"{len(rho or ())} numbers of rho are given for {len(pairs)} pairs of classes")
    found = kernel(as_floats(X), vectors.reshape(sum(counts), -1), kernel_type, kernel_params or ())
    decisions = Add()(MatMul()(found, weights), np.array(rho, np.float32))
    label = labels_of(_votes(decisions, pairs, classes), classlabels_ints, classlabels_strings)
    if prob_a and prob_b:
        return label, _probabilities(decisions, prob_a, prob_b, classes, post_transform)
    if classes == 2:
        return label, two_scores(decisions, post_transform, share=post_transform != "NONE")
    return label, transformed(decisions, post_transform)


def _weights(coefficients: Array, counts: tuple[int, ...], pairs: list[tuple[int, int]]) -> Array:
    """The weight of each support vector in the decision of each pair: [vectors,pairs]. The coefficients of a class lie
    in a row for each other class."""
    total, classes = sum(counts), len(counts)
    if coefficients.size != (classes - 1) * total:
        raise InputError(f"{coefficients.size} coefficients do not fit {total} support vectors of {classes} classes")
    rows, starts = coefficients.reshape(classes - 1, total), np.cumsum([0, *counts])
    made = np.zeros((total, len(pairs)), np.float32)
    for place, (i, j) in enumerate(pairs):
        for own, row in ((i, j - 1), (j, i)):
            part = slice(starts[own], starts[own + 1])
            made[part, place] = rows[row, part]
    return made


def _votes(decisions: Value, pairs: list[tuple[int, int]], classes: int) -> Value:
    """How many decisions each class has won: f32[N,classes]"""
    first, second = np.zeros((2, len(pairs), classes), np.float32)
    for place, (i, j) in enumerate(pairs):
        first[place, i] = second[place, j] = 1
    won = Select()(
        Greater()(decisions, np.asarray(0, np.float32)), np.asarray(1, np.float32), np.asarray(0, np.float32)
    )
    lost = Subtract()(decisions.graph.constant(np.asarray(1, np.float32)), won)
    return Add()(MatMul()(won, first), MatMul()(lost, second))


def _probabilities(decisions: Value, a: tuple[float, ...], b: tuple[float, ...], classes: int, transform: str) -> Value:
    pairs = classes * (classes - 1) // 2
    if len(a) != pairs or len(b) != pairs:
        raise InputError(f"{len(a)} and {len(b)} numbers of prob_a and prob_b are given for {pairs} pairs of classes")
    slopes, shifts = (-np.array(numbers, np.float32) for numbers in (a, b))
    share = Sigmoid()(Add()(Multiply()(decisions, slopes), shifts))
    if classes > 2:
        return transformed(coupled_probabilities(share, classes), transform)
    other = Subtract()(decisions.graph.constant(np.asarray(1, np.float32)), share)
    return transformed(Concat(-1)(share, other), transform)
