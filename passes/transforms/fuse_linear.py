"""Chains of products and sums with constants."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Multiply
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import product_in
from dldt.passes.exactness import is_rounded, may_join, may_move_sum, shows_rounding
from dldt.passes.integers import holds_integers
from dldt.passes.match import Match
from dldt.passes.pattern import anything, constant, node
from dldt.passes.rewrite import Rewrite


@attrs.frozen
class _Chain(Match):
    x: Value
    a: Array
    inner: Value
    b: Array


@transform
class FuseLinear(Rewrite[_Chain]):
    """At most one product, then one sum.

    ::

        (x * a) * b   →  x * (a*b)
        (x + a) + b   →  x + (a+b)         where x has an error of its own, or the sum of a and b has none
        (x + a) * b   →  x * b + (a*b)     where x has an error of its own, or is not much smaller than a

    Floating-point only: integers wrap. Not where somebody sees how the result is rounded, where one constant takes back
    the other, or where their product is no ordinary number.
    """

    pattern = node(
        (Add, Multiply),
        node((Add, Multiply), anything("x"), constant("a"), name="inner", single=True),
        constant("b"),
    )

    def rewrite(self, match: _Chain) -> Value | None:
        """The merged chain; None where the merged constant would be larger than both."""
        root, x, inner = match.root, match.x, match.inner
        a, b = match.a, match.b
        if not root.type.dtype.is_float or x.constant is not None or shows_rounding(root):
            return None
        product = isinstance(root.op, Multiply)
        merged = _merge(a, b, product=product)
        if merged is None or isinstance(inner.op, Multiply) > product:
            return None  # x * a + b is the normal form
        if isinstance(inner.op, Multiply):
            return Multiply()(x, merged) if may_join(a, b, merged) else None
        if not product:
            exact = np.array_equal(a.astype(np.float64) + b.astype(np.float64), merged)
            joined = (exact or may_move_sum(x, a)) and not _cancel(x, a, b, merged)
            return Add()(x, merged) if joined else None
        if holds_integers(inner) or not may_move_sum(x, a) or not np.all(np.isfinite(b)):
            return None
        return Add()(Multiply()(x, b), merged)


def _cancel(x: Value, a: Array, b: Array, both: Array) -> bool:
    """Whether the second sum takes back the first, so that all it does is to round x: x + 12582912 - 12582912. Biases
    that happen to cancel are small, and behind a contraction."""
    largest = np.maximum(np.abs(a.astype(np.float64)), np.abs(b.astype(np.float64)))
    cancelled = np.abs(both.astype(np.float64)) < largest / 1024
    if is_rounded(x):
        cancelled &= largest >= 2.0 ** (x.type.dtype.mantissa - 8)
    return bool(np.any(cancelled))


def _merge(a: Array, b: Array, *, product: bool) -> Array | None:
    shape = np.broadcast_shapes(a.shape, b.shape)
    if int(np.prod(shape, dtype=np.int64)) > max(a.size, b.size):
        return None
    with np.errstate(all="ignore"):
        if product:
            return product_in(a.dtype, a, b)
        wide = np.float32 if a.dtype.itemsize < 4 else a.dtype
        return np.asarray(np.add(a, b, dtype=wide)).astype(a.dtype)
