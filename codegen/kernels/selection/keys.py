"""Keys: elements as unsigned numbers that are in the order in which they are wanted."""

from __future__ import annotations

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir, vector
from dldt.compiler.types import DType


def key_bits(dtype: DType) -> int:
    """The bits of a key."""
    return 64 if dtype.size == 8 else 32


def keys(b: Builder, x: Ir, dtype: DType, mode: str) -> Ir:
    """The keys of an element or of a vector of them: the better the element, the smaller its key. Equal elements have
    equal keys, also 0 and -0. NaN is larger than every number: its key is the smallest for ``max``, the largest for
    ``min``."""
    kind = vector(f"i{key_bits(dtype)}", x.lanes)
    if not dtype.is_float:
        wide = b.convert(x, f"i{key_bits(dtype)}", signed=dtype.is_signed)
        rising = b.binary("xor", wide, b.const(kind, _top(dtype))) if dtype.is_signed else wide
        return rising if mode == "min" else b.binary("xor", rising, b.const(kind, -1))
    number = b.convert(x, "double" if dtype is DType.f64 else "float")
    positive = b.add(number, b.like(number, 0.0))  # -0 becomes 0
    pattern = b.bitcast(positive, kind)
    sign = b.binary("ashr", pattern, b.const(kind, key_bits(dtype) - 1))
    rising = b.binary("xor", pattern, b.binary("or", sign, b.const(kind, _top(dtype))))
    wanted = rising if mode == "min" else b.binary("xor", rising, b.const(kind, -1))
    return b.select(b.compare("ne", number, number), b.const(kind, -1 if mode == "min" else 0), wanted)


def _top(dtype: DType) -> int:
    return -(1 << (key_bits(dtype) - 1))
