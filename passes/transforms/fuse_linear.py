"""Chains of products and sums with constants."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.ops import Add, Multiply
from dldt.compiler.types import Array
from dldt.passes.base import transform
from dldt.passes.channels import product_in
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
        (x + a) + b   →  x + (a+b)
        (x + a) * b   →  x * b + (a*b)     not where x + a are integers: their product is rounded once

    Floating-point only: integers wrap.
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
        if not root.type.dtype.is_float or x.constant is not None:
            return None
        merged = _merge(a, b, product=isinstance(root.op, Multiply))
        if merged is None:
            return None
        if type(root.op) is type(inner.op):
            return root.op(x, merged)
        if isinstance(inner.op, Multiply):
            return None  # x * a + b is the normal form
        if holds_integers(inner):
            return None
        return Add()(Multiply()(x, b), merged)


def _merge(a: Array, b: Array, *, product: bool) -> Array | None:
    shape = np.broadcast_shapes(a.shape, b.shape)
    if int(np.prod(shape, dtype=np.int64)) > max(a.size, b.size):
        return None
    with np.errstate(all="ignore"):
        if product:
            return product_in(a.dtype, a, b)
        wide = np.float32 if a.dtype.itemsize < 4 else a.dtype
        return np.asarray(np.add(a, b, dtype=wide)).astype(a.dtype)
