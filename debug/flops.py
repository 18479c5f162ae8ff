"""The arithmetic operations of a task, counted on the loop IR."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.loop.ir import Apply, Bind, Expr, Reduce, children
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import Dim, product
from dldt.compiler.types import DType

MOVES = frozenset(("cast", "bitcast", "select", "isnan", "isinf"))
"""Primitives that are no arithmetic. Comparisons, whose results are boolean, and what finds a place are none either."""


def flops_of(task: Leaf, kernels: Sequence[Kernel]) -> Dim:
    """The operations of a task that its kernels carry out: two for each multiply-add of a contraction, one for each
    primitive of the loop IR and each point of a reduction. A value that an element reads twice is computed once."""
    total: Dim = 0
    for kernel in kernels:
        total = total + kernel.flops + kernel.arithmetic
    nests = [kernel.nest for kernel in kernels if kernel.nest is not None]
    if not nests:
        return total
    if kernels[0].flops != 0:  # the nest says what becomes of each sum
        return total + product(task.output.type.shape) * arithmetic_of(nests[0].value)
    for nest in nests:
        total = total + product(axis.extent for axis in nest.axes) * arithmetic_of(nest.value)
    return total


def arithmetic_of(expr: Expr, seen: set[Expr] | None = None) -> Dim:
    """The operations for one element. ``seen``: what is computed already."""
    seen = set() if seen is None else seen
    if expr in seen:
        return 0
    seen.add(expr)
    inner: Dim = 0
    for child in (expr.body,) if isinstance(expr, Bind) else children(expr):
        inner = inner + arithmetic_of(child, seen)
    if isinstance(expr, Reduce):
        return product(axis.extent for axis in expr.axes) * (inner + (expr.dtype is not DType.boolean))
    return inner + (isinstance(expr, Apply) and expr.name not in MOVES and expr.dtype is not DType.boolean)
