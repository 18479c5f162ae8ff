"""In what type a tensor between kernels is stored: bf16 where the user allows it and the next kernels profit."""

from __future__ import annotations

import attrs

from dldt.codegen.buffers import Layout
from dldt.codegen.numerics import Numerics
from dldt.compiler import ops
from dldt.compiler.graph import Value
from dldt.compiler.types import DType, TensorType


def stored_type(root: Value, layout: Layout, numerics: Numerics) -> TensorType:
    """The type in memory of a region's root. With precision bf16 everything in channel blocks is rounded to bf16 when
    it is stored: convolutions multiply it in pairs of channels, and all others read half the bytes. Outputs of the
    model are not."""
    plain = attrs.evolve(root.type, value=None, constant=None)
    if numerics.precision is not DType.bf16 or not layout.block or root.type.dtype is not DType.f32:
        return plain
    if any(isinstance(node.op, ops.Result) for node, _ in root.uses):
        return plain
    return attrs.evolve(plain, dtype=DType.bf16)
