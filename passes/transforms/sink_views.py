"""Views move behind element-wise operations."""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Value
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, Shape
from dldt.passes.base import transform
from dldt.passes.match import Match
from dldt.passes.pattern import node
from dldt.passes.rewrite import Rewrite


@transform
class SinkViews(Rewrite[Match]):
    """An element-wise operation moves before the Reshape, Squeeze or Unsqueeze. There it stands next to the convolution
    or MatMul whose output it changes, and the view may meet its inverse.

    ::

        Convolution[N,C,L,1] → Squeeze(3) → Add(c[1,C,1])   →   Convolution → Add(c[1,C,1,1]) → Squeeze(3)

    Where a constant takes part, only views that add or drop dims of 1: others leave no shape for the constant.
    """

    pattern = node(
        Trait.ELEMENTWISE,
        where=lambda value: any(v is not None and v.op.has(Trait.VIEW) for v in value.inputs),
    )

    def rewrite(self, match: Match) -> Value | None:
        """The view of the operation on what the view reads."""
        root = match.root
        views = [v for v in root.inputs if v is not None and v.op.has(Trait.VIEW)]
        view = views[0]
        source = view.inputs[0]
        if source is None or view.type.shape != root.type.shape or source.constant is not None:
            return None
        inputs: list[Value | Array | None] = []
        for value in root.inputs:
            if value is None or value == view:
                inputs.append(source)
                continue
            constant = (
                None if value.constant is None else _seen_from(source.type.shape, view.type.shape, value.constant)
            )
            if constant is None:
                return None
            inputs.append(constant)
        made = root.op(*inputs)
        return view.op(made, *view.inputs[1:]) if made.type.shape == source.type.shape else None


def _seen_from(source: Shape, view: Shape, constant: Array | None) -> Array | None:
    """The constant that broadcasts to ``source`` as ``constant`` does to ``view``, shapes that differ by dims of 1."""
    if constant is None:
        return None
    if constant.size == 1:
        return constant.reshape(())
    if constant.ndim > len(view) or [d for d in source if d != 1] != [d for d in view if d != 1]:
        return None
    full = (1,) * (len(view) - constant.ndim) + constant.shape
    sizes = iter([size for size, dim in zip(full, view, strict=True) if dim != 1])
    shape = tuple(1 if dim == 1 else next(sizes) for dim in source)
    return constant.reshape(shape) if np.prod(shape) == constant.size else None
