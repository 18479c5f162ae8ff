"""Quantisation simulated in floating point."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, aligned, apply, lowers, number
from dldt.compiler import ops
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]


@lowers(ops.FakeQuantize, kind="map")
def fake_quantize(
    op: ops.FakeQuantize,
    types: Types,
    x: Access,
    input_low: Access,
    input_high: Access,
    output_low: Access,
    output_high: Access,
) -> Access:
    """x <= low: output_low; x > high: output_high; else round((x - low)/(high - low)·steps)/steps, scaled to the output
    range."""
    steps = number(x.dtype, op.levels - 1)

    limits = aligned(types[0].shape, input_low, input_high, output_low, output_high)

    def element(index: Index) -> Expr:
        data = x(index)
        low, high, first, last = limits(index)
        part = apply("div", apply("sub", data, low), apply("sub", high, low))
        level = apply("round_even", apply("mul", part, steps))
        stretched = apply("add", apply("mul", apply("div", level, steps), apply("sub", last, first)), first)
        below = apply("le", data, apply("minimum", low, high), dtype=DType.boolean)
        above = apply("gt", data, apply("maximum", low, high), dtype=DType.boolean)
        bounded = apply("select", above, last, stretched, dtype=x.dtype)
        return apply("select", below, first, bounded, dtype=x.dtype)

    return Access(types[0], element)
