"""Element types and tensor types."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from dldt.compiler import dims
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.types import DType, TensorType


@pytest.mark.parametrize(
    ("numpy_dtype", "name", "size"),
    [("<f4", "f32", 4), ("<f2", "f16", 2), (ml_dtypes.bfloat16, "bf16", 2), ("<i8", "i64", 8), ("u1", "u8", 1),
     (bool, "boolean", 1)],
)  # fmt: skip
def test_dtypes(numpy_dtype: object, name: str, size: int) -> None:
    dtype = DType.of(numpy_dtype)
    assert (str(dtype), dtype.size, DType.of(dtype.numpy)) == (name, size, dtype)


@pytest.mark.parametrize("numpy_dtype", ["c8", "U3", "M8[s]", "O", ">f4"])
def test_other_dtypes_are_unsupported(numpy_dtype: str) -> None:
    with pytest.raises(UnsupportedError, match=r"tensors of element type .* are not supported"):
        DType.of(numpy_dtype)


def test_kinds() -> None:
    assert [d.value for d in DType if d.is_float] == ["f64", "f32", "f16", "bf16"]
    assert not DType.boolean.is_integer
    assert not DType.u8.is_signed


def test_shapes() -> None:
    n = dims.symbol("N")
    t = TensorType(DType.f32, (n, 3, (n + 1) // 2))
    assert (str(t), t.rank, t.is_static) == ("f32[N,3,(N+1)//2]", 3, False)
    assert t == TensorType(DType.f32, (n, 3, (n + 1) // 2), constant=None)
    with pytest.raises(ShapeError, match=r"shape f32\[N,3,\(N\+1\)//2\] is not static"):
        _ = t.static_shape


def test_known_content() -> None:
    n = dims.symbol("N")
    t = TensorType(DType.i64, (2,)).with_value((n, 3))
    assert t.value == (n, 3)
    assert t == TensorType(DType.i64, (2,))
    assert t.content is not None
    assert t.content.shape == (2,)
    square = TensorType(DType.i64, (2, 2)).with_value(np.array([[n, 1], [2, n]], dtype=object))
    assert square.content is not None
    assert square.content.tolist() == [[n, 1], [2, n]]


def test_content_that_is_not_kept() -> None:
    assert TensorType(DType.f32, (2,)).with_value((1.0, 2.0)).value is None
    assert TensorType(DType.i64, (65,)).with_value(np.arange(65)).value is None
    assert TensorType(DType.i64, ()).with_value(2**70).value is None
