"""Change of element type, by value or by bits."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.bit_cast import BitCast
from dldt.compiler.types import DType
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import cast


@TENSORFLOW.imports("Cast")
def cast_to(x: Value, *, DstT: DType, Truncate: bool = False) -> Value:
    """The elements in another type."""
    return cast(x, DstT)


@TENSORFLOW.imports("Bitcast")
def bitcast(input: Value, *, type: DType) -> Value:
    """The bits of the elements as another type of as many bits."""
    if type.size != input.type.dtype.size:
        raise UnsupportedError(
            f"Bitcast from {input.type.dtype} to {type}, of another size, is not supported; cut the model behind it "
            "(--input)"
        )
    return BitCast(type)(input)
