"""Einsum taken apart into products of matrices."""

from __future__ import annotations

from dldt.codegen.plan.expansion_table import expands
from dldt.codegen.plan.given import given
from dldt.compiler import ops
from dldt.compiler.graph import Node, Value
from dldt.passes.einsum_products import einsum_products


@expands(ops.Einsum)
def expand_einsum(node: Node) -> tuple[Value, ...]:
    """The sums of products."""
    assert isinstance(node.op, ops.Einsum)
    return (einsum_products(node.op.equation, given(node)),)
