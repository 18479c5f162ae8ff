"""Change of element type."""
# ruff: noqa: N803 - parameters carry the names of TensorFlow's registry

from __future__ import annotations

from dldt.compiler.graph import Value
from dldt.compiler.types import DType
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast


@TENSORFLOW.imports("Cast")
def cast_to(x: Value, *, DstT: DType, Truncate: bool = False) -> Value:
    """The elements in another type."""
    return cast(x, DstT)
