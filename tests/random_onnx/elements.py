"""Kinds of nodes that look at one element at a time."""

from __future__ import annotations

import numpy as np

from tests.random_onnx.builder import Builder
from tests.random_onnx.value import Value

SMOOTH = (
    "Tanh", "Sigmoid", "Relu", "LeakyRelu", "Elu", "Selu", "Celu", "Softplus", "Softsign", "HardSigmoid", "HardSwish",
    "Mish", "Gelu", "Erf", "Sin", "Cos", "Atan", "Asinh", "Abs", "Neg", "Identity",
)  # fmt: skip
"""Of any number."""
EXACT = frozenset(("Relu", "Abs", "Neg", "Identity"))
BETWEEN = {"Asin": 0.9, "Acos": 0.9, "Atanh": 0.9, "Tan": 1.2, "Exp": 4.0, "Sinh": 3.0, "Cosh": 3.0}
"""Of numbers up to a bound."""
ABOVE = {"Log": 0.5, "Sqrt": 0.25, "Reciprocal": 0.5, "Acosh": 1.25}
"""Of numbers from a bound on."""
STEPS = ("Floor", "Ceil", "Round", "Sign", "IsNaN", "IsInf", "ThresholdedRelu", "Shrink")
PAIRS = ("Add", "Sub", "Mul", "Max", "Min", "Mean", "Sum")
COMPARISONS = ("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual")
LOGIC = ("And", "Or", "Xor")
BITS = ("BitwiseAnd", "BitwiseOr", "BitwiseXor")


def smooth(b: Builder) -> None:
    kind, x = b.pick(SMOOTH), b.floats()
    b.node(kind, [x], exact=x.exact and kind in EXACT)


def between(b: Builder) -> None:
    kind = b.pick(sorted(BETWEEN))
    bound = np.float32(BETWEEN[kind])
    (held,) = b.node("Clip", [b.floats(), -bound, bound])
    b.node(kind, [held])


def above(b: Builder) -> None:
    kind = b.pick(sorted(ABOVE))
    (size,) = b.node("Abs", [b.floats()])
    (moved,) = b.node("Add", [size, np.float32(ABOVE[kind])])
    b.node(kind, [moved])


def steps(b: Builder) -> None:
    x = b.floats(exact=True)
    b.node(b.pick(STEPS), [x], exact=True)


def pair(b: Builder) -> None:
    x = b.any(lambda v: v.dtype.kind in "fi" and v.dtype.itemsize >= 4)
    y = other(b, x)
    exact = x.exact and (not isinstance(y, Value) or y.exact)
    sides = [x, y] if b.chance(0.5) else [y, x]
    kind = b.pick(PAIRS if x.is_float else PAIRS[:5])
    b.node(kind, sides, exact=exact and kind not in ("Mean", "Sum"))


def other(b: Builder, x: Value) -> object:
    """What broadcasts with x: another value, or a constant."""
    if b.chance(0.6):
        return b.any(lambda v: v.dtype == x.dtype and v is not x)
    shape = [dim if dim is not None and b.chance(0.6) else 1 for dim in x.shape]
    made = b.normal(*shape[b.integer(0, len(shape) + 1) :])
    return made.astype(x.dtype) if x.is_float else (made * 4).astype(x.dtype)


def divided(b: Builder) -> None:
    x = b.floats()
    (size,) = b.node("Abs", [b.any(lambda v: v.dtype == x.dtype)])
    (divisor,) = b.node("Add", [size, np.float32(0.5)])
    b.node("Div", [x, divisor])


def powers(b: Builder) -> None:
    (size,) = b.node("Abs", [b.floats()])
    (base,) = b.node("Add", [size, np.float32(0.5)])
    b.node("Pow", [base, np.float32(b.pick((0.5, 2.0, -1.0, 1.7, 3.0)))])


def remainder(b: Builder) -> None:
    if b.chance(0.5):
        b.node("Mod", [b.floats(exact=True), np.float32(b.pick((0.75, -2.5, 3.0)))], exact=True, fmod=1)
        return
    x = b.any(lambda v: v.dtype in (np.int32, np.int64))
    b.node("Mod", [x, np.asarray(b.pick((3, -4, 7)), x.dtype)], exact=True)


def quotient(b: Builder) -> None:
    x = b.any(lambda v: v.dtype in (np.int32, np.int64))
    b.node("Div", [x, np.asarray(b.pick((3, -4, 7)), x.dtype)], exact=True)


def compared(b: Builder) -> None:
    x = b.any(lambda v: v.exact and v.dtype in (np.float32, np.int32, np.int64))
    y = b.any(lambda v: v.exact and v.dtype == x.dtype) if b.chance(0.5) else np.asarray(b.integer(-2, 3), x.dtype)
    b.node(b.pick(COMPARISONS), [x, y], exact=True)


def logic(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.bool_)
    if b.chance(0.3):
        b.node("Not", [x], exact=True)
        return
    b.node(b.pick(LOGIC), [x, b.any(lambda v: v.dtype == np.bool_)], exact=True)


def bits(b: Builder) -> None:
    x = b.any(lambda v: v.dtype in (np.int32, np.int64))
    if b.chance(0.3):
        b.node("BitwiseNot", [x], exact=True)
        return
    b.node(b.pick(BITS), [x, np.asarray(b.integer(-9, 99), x.dtype)], exact=True)


def shifted(b: Builder) -> None:
    x = b.any(lambda v: v.dtype in (np.int32, np.int64))
    (unsigned,) = b.node("Cast", [x], exact=True, to=13)  # uint64
    (low,) = b.node("BitwiseAnd", [unsigned, np.asarray(255, np.uint64)], exact=True)
    b.node("BitShift", [low, np.asarray(b.integer(0, 4), np.uint64)], exact=True, direction=b.pick(("LEFT", "RIGHT")))


def chosen(b: Builder) -> None:
    condition = b.any(lambda v: v.dtype == np.bool_)
    x = b.any(lambda v: v.dtype.kind in "fi")
    y = other(b, x)
    exact = x.exact and (not isinstance(y, Value) or y.exact)
    b.node("Where", [condition, x, y], exact=exact)


def cast(b: Builder) -> None:
    x = b.any(
        lambda v: v.exact and v.dtype in (np.float32, np.int32, np.int64, np.bool_, np.float16, np.uint8, np.int8)
    )
    to = b.pick((1, 6, 7, 9, 10, 11, 1, 6, 7))
    if b.chance(0.2):
        b.node("CastLike", [x, np.zeros(1, b.pick(("f4", "i4", "i8", "?")))], exact=True)
        return
    b.node("Cast", [x], exact=to != 10, to=to)


def clipped(b: Builder) -> None:
    x = b.any(lambda v: v.dtype in (np.float32, np.int32, np.int64))
    low, high = (np.asarray(n, x.dtype) for n in (-1, 2))
    bounds = b.pick(((low, high), (low, None), (None, high)))
    b.node("Clip", [x, *bounds], exact=x.exact)


def sloped(b: Builder) -> None:
    x = b.any(lambda v: v.dtype == np.float32 and v.rank > 0)
    slope = b.normal(*[dim or 1 for dim in x.shape[1:]])
    b.node("PRelu", [x, slope])


def dropped(b: Builder) -> None:
    x = b.floats()
    b.node("Dropout", [x], exact=x.exact)


KINDS = (
    *(smooth,) * 6, between, between, above, above, steps, *(pair,) * 6, divided, powers, remainder, quotient, compared,
    compared, logic, bits, shifted, chosen, chosen, cast, cast, cast, clipped, sloped, dropped,
)  # fmt: skip
