"""What a rewrite of arithmetic may change.

A rewrite may round otherwise than the graph does, as long as its result is no further from the exact one than a small
factor times the error of the graph's own evaluation. Two questions decide where that holds. Reference: N. J. Higham,
Accuracy and Stability of Numerical Algorithms, 2nd ed., chapters 2 and 3.

1. Does anybody see single roundings? Floor(x / 41) of a multiple of 41 is one too small where the quotient is half a
   unit in the last place too small. ``shows_rounding`` asks this.
2. Does the value have an error of its own? (x + a) * b and x * b + a * b differ by some units in the last place of
   a * b. That is nothing beside the error of an x that was rounded itself and is as large as a. It is a lot beside a
   difference that is exact, such as that of two pressures. ``is_rounded`` and ``bound`` ask this.
"""

from __future__ import annotations

import numpy as np

from dldt.compiler.graph import Node, Value
from dldt.compiler.ops import Add, Clamp, Convert, Divide, Multiply, Sigmoid, SoftMax, Sqrt, Subtract, Tanh
from dldt.compiler.traits import Trait
from dldt.compiler.types import Array, DType
from dldt.passes.integers import holds_integers

_MOST = 256
"""The most nodes that a question looks at; beyond it the answer is the careful one."""
_NOTHING = 2.0**-100
_KEEPS = Trait.EXACT | Trait.PERMUTATION | Trait.SLICE
_ARITHMETIC = (Add, Subtract, Multiply, Divide, Sqrt)
"""Operations whose results are rounded once, so that they are exact where the exact result can be represented."""
_BOUNDED = {Sigmoid: 1.0, SoftMax: 1.0, Tanh: 1.0}
_INTEGERS = {DType.u8: 255.0, DType.i8: 128.0, DType.boolean: 1.0}


def shows_rounding(value: Value) -> bool:
    """Whether an operation that rounds to whole numbers, or compares, takes the value: directly, or behind sums,
    products and operations that round nothing."""
    pending, seen = [value], {value}
    while pending:
        current = pending.pop()
        for node, _ in current.uses:
            if _rounds(node) or node.bodies or len(seen) > _MOST:
                return True
            if not (node.op.traits & _KEEPS or isinstance(node.op, (*_ARITHMETIC, Convert))):
                continue
            for output in node.outputs:
                if output not in seen:
                    seen.add(output)
                    pending.append(output)
    return False


def _rounds(node: Node) -> bool:
    if isinstance(node.op, Convert):
        source = node.inputs[0]
        return source is not None and source.type.dtype.is_float and not node.types[0].dtype.is_float
    return node.op.has(Trait.ROUNDING)


def is_rounded(value: Value) -> bool:
    """Whether the value was computed with an error that is proportional to its magnitude, so that a sum with it loses
    little when it is computed in another order."""
    pending, seen = [value], {value}
    while pending:
        current = pending.pop()
        if len(seen) > _MOST or holds_integers(current):
            return False
        inputs = _carriers(current)
        if inputs is None:
            continue
        if not inputs:
            return False
        pending += [source for source in inputs if source not in seen]
        seen.update(inputs)
    return True


def _carriers(value: Value) -> list[Value] | None:
    """The inputs that must have been rounded for the value to be; None where the operation itself rounds, none where
    nothing did."""
    op, node = value.op, value.node
    if not value.type.dtype.is_float or op.has(Trait.SOURCE) or op.has(Trait.STATEFUL) or node.bodies:
        return []
    if isinstance(op, Convert) or op.has(Trait.ROUNDING):
        return []
    data = [v for v in node.inputs if v is not None and v.type.dtype.is_float and v.constant is None]
    if op.traits & _KEEPS:
        return data
    if isinstance(op, Add | Subtract) and len(data) == 1:
        return data
    if isinstance(op, Multiply) and len(data) == 1:
        factor = next(v.constant for v in node.inputs if v is not None and v.constant is not None)
        return data if are_powers_of_two(factor) else None
    return None


def are_powers_of_two(array: Array) -> bool:
    """Whether a product or a quotient with each of the numbers is exact."""
    return bool((np.abs(np.frexp(array.astype(np.float64))[0]) == 0.5).all())


def bound(value: Value) -> float | None:
    """A number that no element of the value exceeds in magnitude, where the operations before it say one."""
    for _ in range(_MOST):
        op, first = value.op, value.inputs[0] if value.inputs else None
        if type(op) in _BOUNDED:
            return _BOUNDED[type(op)]
        if isinstance(op, Clamp):
            return max(abs(op.min), abs(op.max))
        if isinstance(op, Convert) and first is not None and first.type.dtype in _INTEGERS:
            return _INTEGERS[first.type.dtype]
        if first is None or not op.traits & (Trait.PERMUTATION | Trait.SLICE):
            return None
        value = first
    return None


def may_move_sum(value: Value, shift: Array) -> bool:
    """Whether ``(value + shift) * factor`` may become ``value * factor + shift * factor``."""
    if is_rounded(value):
        return True
    most = bound(value)
    return most is not None and bool(np.all(np.abs(shift.astype(np.float64)) <= 4 * most))


def may_scale(weights: Array, factor: Array, scaled: Array) -> bool:
    """Whether ``scaled`` weights stand for ``weights`` and a product with ``factor``. Weights that are next to nothing
    may lose digits."""
    kept = np.abs(weights) >= _NOTHING
    return may_join(weights * kept, factor, scaled * kept)


def may_join(factor: Array, other: Array, joined: Array) -> bool:
    """Whether a product with ``joined`` stands for products with both: each is an ordinary number, or 0 where one of
    them is."""
    zero = (factor == 0) | (other == 0)
    wide = np.abs(joined.astype(np.float64))
    kind = joined.dtype if joined.dtype.kind == "f" else np.dtype(np.float32)
    ordinary = np.isfinite(wide) & (wide >= float(np.finfo(kind).tiny))
    finite = np.isfinite(factor.astype(np.float64)) & np.isfinite(other.astype(np.float64))
    return bool(np.all(finite & np.where(zero, wide == 0, ordinary)))
