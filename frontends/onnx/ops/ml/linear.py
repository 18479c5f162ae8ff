"""Linear models and support vectors."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply, Power, Subtract
from dldt.compiler.ops.comparison import Greater
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reduce import ReduceSum
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.unary import Exp, Tanh
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.ml.domain import ML
from dldt.frontends.onnx.ops.ml.scores import label_above, labels_of, transformed, two_scores

Floats = tuple[float, ...] | None


@ONNX.imports("LinearRegressor", since=1, domain=ML)
def linear_regressor_1(
    X: Value, *, coefficients: Floats = None, intercepts: Floats = None, post_transform: str = "NONE", targets: int = 1
) -> Value:
    """X [N,F] times the coefficients [targets,F], plus the intercepts: [N,targets]"""
    made = _linear(X, coefficients or (), intercepts or (), targets)
    return transformed(made, post_transform)


@ONNX.imports("LinearClassifier", since=1, domain=ML)
def linear_classifier_1(
    X: Value,
    *,
    classlabels_ints: tuple[int, ...] | None = None,
    classlabels_strings: tuple[str, ...] | None = None,
    coefficients: tuple[float, ...],
    intercepts: Floats = None,
    multi_class: int = 0,
    post_transform: str = "NONE",
) -> tuple[Value | None, Value]:
    """The label of the largest of X [N,F] times the coefficients [classes,F] plus the intercepts, and the scores."""
    classes = len(classlabels_strings or classlabels_ints or ())
    width = X.type.shape[-1] if X.type.rank else 1
    rows = len(coefficients) // width if isinstance(width, int) and width else classes
    scores = _linear(X, coefficients, intercepts or (), rows)
    if rows == 1 and classes == 2:
        label = label_above(scores, 0.0, classlabels_ints, classlabels_strings)
        return label, two_scores(scores, post_transform, share=True)
    return labels_of(scores, classlabels_ints, classlabels_strings), transformed(scores, post_transform)


@ONNX.imports("SVMRegressor", since=1, domain=ML)
def svm_regressor_1(
    X: Value,
    *,
    coefficients: Floats = None,
    kernel_params: Floats = None,
    kernel_type: str = "LINEAR",
    n_supports: int = 0,
    one_class: int = 0,
    post_transform: str = "NONE",
    rho: Floats = None,
    support_vectors: Floats = None,
) -> Value:
    """The sum of the coefficients times the kernel of X [N,F] and each support vector, plus rho: [N,1]; with
    ``one_class`` its sign."""
    x = as_floats(X)
    weights = np.array(coefficients or (), np.float32)
    if n_supports:
        vectors = np.array(support_vectors or (), np.float32).reshape(n_supports, -1)
        if len(weights) != n_supports:
            raise InputError(f"{len(weights)} coefficients are given for {n_supports} support vectors")
        made = MatMul()(kernel(x, vectors, kernel_type, kernel_params or ()), weights[:, None])
    else:
        made = MatMul()(x, weights[:, None])
    made = Add()(made, np.array((rho or (0.0,))[0], np.float32))
    if one_class:
        return Select()(Greater()(made, 0.0), np.asarray(1, np.float32), np.asarray(-1, np.float32))
    return transformed(made, post_transform)


def kernel(x: Value, vectors: Array, kind: str, given: tuple[float, ...]) -> Value:
    """The kernel of each row of x [N,F] and each vector [S,F]: [N,S]"""
    gamma, shift, degree = (*given, *(0.0,) * 3)[:3]
    if x.type.rank != 2 or x.type.shape[-1] != vectors.shape[1]:
        raise InputError(f"support vectors of {vectors.shape[1]} elements do not fit {x.type}")
    if kind == "RBF":
        apart = Subtract()(Unsqueeze()(x, np.array([1], np.int64)), vectors[None])
        squares = ReduceSum(False)(Multiply()(apart, apart), np.array([2], np.int64))
        return Exp()(Multiply()(squares, -gamma))
    product = MatMul()(x, np.ascontiguousarray(vectors.T))
    if kind == "LINEAR":
        return product
    moved = Add()(Multiply()(product, gamma), shift)
    if kind == "POLY":
        return Power()(moved, degree)
    if kind == "SIGMOID":
        return Tanh()(moved)
    raise UnsupportedError(f"kernel_type {shown(kind)} is not supported (LINEAR, POLY, RBF, SIGMOID are)")


def _linear(X: Value, coefficients: tuple[float, ...], intercepts: tuple[float, ...], rows: int) -> Value:
    x = as_floats(X)
    width = x.type.shape[-1] if x.type.rank else 1
    if x.type.rank != 2 or rows < 1 or len(coefficients) % rows or len(intercepts) not in (0, rows):
        raise InputError(f"{len(coefficients)} coefficients and {len(intercepts)} intercepts do not fit {X.type}")
    matrix = np.array(coefficients, np.float32).reshape(rows, -1)
    if isinstance(width, int) and width != matrix.shape[1]:
        raise InputError(f"{matrix.shape[1]} coefficients for each result do not fit {X.type}")
    made = MatMul()(x, np.ascontiguousarray(matrix.T))
    return Add()(made, np.array(intercepts, np.float32)) if intercepts else made


def as_floats(x: Value) -> Value:
    """x as f32"""
    return x if x.type.dtype is DType.f32 else Convert(DType.f32)(x)
