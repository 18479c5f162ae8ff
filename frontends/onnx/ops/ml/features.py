"""What prepares features, and what stands behind a classifier."""

from __future__ import annotations

from typing import Any

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide, Minimum, Multiply, Subtract
from dldt.compiler.ops.comparison import Equal, Greater, Less
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.logical import IsNaN
from dldt.compiler.ops.reduce import ReduceL1, ReduceL2, ReduceMax, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.ml.domain import ML

Floats = tuple[float, ...] | None
Ints = tuple[int, ...] | None
Texts = tuple[str, ...] | None
_LAST = np.array([-1], np.int64)
_ZERO = np.array(0, np.int64)


@ONNX.imports("ArrayFeatureExtractor", since=1, domain=ML)
def array_feature_extractor_1(X: Value, Y: Value) -> Value:
    """The elements of the last axis of X at the places Y."""
    picked = Gather()(X, Reshape()(Y, _LAST), np.array(-1, np.int64))
    return picked if X.type.rank > 1 else Unsqueeze()(picked, np.array([0], np.int64))


@ONNX.imports("Binarizer", since=1, domain=ML)
def binarizer_1(X: Value, *, threshold: float = 0.0) -> Value:
    """1 where X is above the threshold, else 0"""
    kind = X.type.dtype.numpy.type
    return Select()(Greater()(X, np.asarray(threshold, kind)), np.asarray(1, kind), np.asarray(0, kind))


@ONNX.imports("Scaler", since=1, domain=ML)
def scaler_1(X: Value, *, offset: Floats = None, scale: Floats = None) -> Value:
    """(X - offset) * scale; one number, or one for each feature"""
    moved = Subtract()(_floats(X), _spread(offset or (0.0,), X, "offset"))
    return Multiply()(moved, _spread(scale or (1.0,), X, "scale"))


@ONNX.imports("Normalizer", since=1, domain=ML)
def normalizer_1(X: Value, *, norm: str = "MAX") -> Value:
    """Each row divided by its largest element (MAX), the sum of its magnitudes (L1) or its length (L2); a row whose
    norm is 0 stays."""
    x = _floats(X)
    kinds = {"L1": ReduceL1, "L2": ReduceL2}
    if norm == "MAX":
        size = ReduceMax(True)(x, _LAST)
    elif norm in kinds:
        size = kinds[norm](True)(x, _LAST)
    else:
        raise UnsupportedError(f"norm {shown(norm)} is not supported (MAX, L1, L2 are)")
    zero = Equal()(size, np.asarray(0, np.float32))
    return Select()(zero, x, Divide()(x, Select()(zero, np.asarray(1, np.float32), size)))


@ONNX.imports("Imputer", since=1, domain=ML)
def imputer_1(
    X: Value,
    *,
    imputed_value_floats: Floats = None,
    imputed_value_int64s: Ints = None,
    replaced_value_float: float = 0.0,
    replaced_value_int64: int = 0,
) -> Value:
    """X with other numbers where it is the replaced value, which may be NaN; one number, or one for each feature"""
    if X.type.dtype.is_float:
        values, replaced = imputed_value_floats, float(replaced_value_float)
    else:
        values, replaced = imputed_value_int64s, float(replaced_value_int64)
    if not values:
        raise InputError(f"Imputer of {X.type} has no imputed values")
    kind = X.type.dtype.numpy.type
    missing = IsNaN()(X) if np.isnan(replaced) else Equal()(X, np.asarray(replaced, kind))
    filled: Value = Select()(missing, _spread(values, X, "imputed values").astype(kind), X)
    return filled


@ONNX.imports("OneHotEncoder", since=1, domain=ML)
def one_hot_encoder_1(X: Value, *, cats_int64s: Ints = None, cats_strings: Texts = None, zeros: int = 1) -> Value:
    """For each element a row that is 1 at the place of its category. With ``zeros`` 0 onnxruntime refuses other
    elements when it runs; here their rows are 0."""
    if cats_strings or not cats_int64s:
        raise UnsupportedError("categories of text are not supported: tensors of text have no native form")
    kinds = np.array(cats_int64s, np.int64)
    same = Equal()(Unsqueeze()(Convert(DType.i64)(X), _LAST), kinds)
    return Select()(same, np.asarray(1, np.float32), np.asarray(0, np.float32))


@ONNX.imports("FeatureVectorizer", since=1, domain=ML)
def feature_vectorizer_1(*X: Value, inputdimensions: Ints = None) -> Value:
    """The inputs [N,F] beside each other, as f32; of each as many features as ``inputdimensions`` say"""
    for x, wanted in zip(X, inputdimensions or (), strict=False):
        if x.type.rank and x.type.shape[-1] != wanted:
            raise UnsupportedError(
                f"FeatureVectorizer that cuts or pads {x.type} to {wanted} features is not supported"
            )
    rows = [_floats(x) if x.type.rank == 2 else Unsqueeze()(_floats(x), np.array([1], np.int64)) for x in X]
    return rows[0] if len(rows) == 1 else Concat(1)(*rows)


@ONNX.imports("ZipMap", since=1, domain=ML)
def zip_map_1(X: Value, *, classlabels_int64s: Ints = None, classlabels_strings: Texts = None) -> Value:
    """The scores [N,classes] as they are: maps have no native form, and the classes keep their order"""
    if X.type.rank != 2:
        raise InputError(f"ZipMap takes scores of rows, not {X.type}")
    return X


@ONNX.imports("LabelEncoder", since=2, domain=ML)
def label_encoder_2(
    X: Value,
    *,
    default_float: float = -0.0,
    default_int64: int = -1,
    default_string: str = "_Unused",
    keys_floats: Floats = None,
    keys_int64s: Ints = None,
    keys_strings: Texts = None,
    values_floats: Floats = None,
    values_int64s: Ints = None,
    values_strings: Texts = None,
) -> Value:
    """The value that belongs to each element, or the default"""
    if keys_strings or values_strings:
        raise UnsupportedError("LabelEncoder of text is not supported: tensors of text have no native form")
    keys = np.array(keys_floats if keys_floats else keys_int64s or (), X.type.dtype.numpy)
    if values_floats:
        return _encoded(X, keys, np.array(values_floats, np.float32), np.float32(default_float))
    return _encoded(X, keys, np.array(values_int64s or (), np.int64), np.int64(default_int64))


@ONNX.imports("LabelEncoder", since=4, domain=ML)
def label_encoder_4(
    X: Value,
    *,
    default_float: float = -0.0,
    default_int64: int = -1,
    default_string: str = "_Unused",
    default_tensor: Tensor | None = None,
    keys_floats: Floats = None,
    keys_int64s: Ints = None,
    keys_strings: Texts = None,
    keys_tensor: Tensor | None = None,
    values_floats: Floats = None,
    values_int64s: Ints = None,
    values_strings: Texts = None,
    values_tensor: Tensor | None = None,
) -> Value:
    """As before; keys, values and the default may be tensors"""
    if keys_tensor is None and values_tensor is None:
        return label_encoder_2(
            X,
            default_float=default_float,
            default_int64=default_int64,
            keys_floats=keys_floats,
            keys_int64s=keys_int64s,
            keys_strings=keys_strings,
            values_floats=values_floats,
            values_int64s=values_int64s,
            values_strings=values_strings,
        )
    if keys_strings or values_strings or keys_tensor is None or values_tensor is None:
        raise UnsupportedError("LabelEncoder of text, or with one tensor alone, is not supported")
    rest = values_tensor.dtype.type(-1 if default_tensor is None else default_tensor.ravel()[0])
    return _encoded(X, keys_tensor.ravel().astype(X.type.dtype.numpy), values_tensor.ravel(), rest)


def _encoded(X: Value, keys: Any, values: Any, default: Any) -> Value:
    """By a search in the sorted keys."""
    if not len(keys) or len(keys) != len(values):
        raise InputError(f"LabelEncoder has {len(keys)} keys and {len(values)} values")
    known = keys == keys
    order = np.argsort(keys[known], kind="stable")
    sorted_keys, sorted_values = keys[known][order], values[known][order]
    made: Value = X.graph.constant(np.asarray(default, values.dtype))
    if sorted_keys.size:
        below = Convert(DType.i64)(Less()(sorted_keys, Unsqueeze()(X, _LAST)))
        place = Minimum()(ReduceSum(False)(below, _LAST), np.array(sorted_keys.size - 1, np.int64))
        found = Equal()(Gather()(X.graph.constant(sorted_keys), place, _ZERO), X)
        made = Select()(found, Gather()(X.graph.constant(sorted_values), place, _ZERO), made)
    if known.all():
        return made
    return Select()(IsNaN()(X), np.asarray(values[~known][0], values.dtype), made)


def _spread(values: tuple[float, ...] | tuple[int, ...], X: Value, name: str) -> Array:
    width = X.type.shape[-1] if X.type.rank else 1
    if len(values) != 1 and isinstance(width, int) and len(values) != width:
        raise InputError(f"{len(values)} numbers of {name} do not fit {X.type}")
    return np.array(values, np.float32 if isinstance(values[0], float) else np.int64)


def _floats(x: Value) -> Value:
    return x if x.type.dtype is DType.f32 else Convert(DType.f32)(x)
