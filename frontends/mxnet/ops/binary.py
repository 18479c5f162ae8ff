"""Operations of two tensors, or a tensor and a number, element by element."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.op import Op
from dldt.compiler.ops.arithmetic import Add, Divide, FloorMod, Maximum, Minimum, Multiply, Power, Subtract
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual
from dldt.compiler.ops.logical import LogicalAnd, LogicalOr, LogicalXor
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.ops.unary import Sqrt
from dldt.compiler.types import DType
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.literal import cast, number

Function = Callable[[Value, Value], Value]


def _logical(operation: Op) -> Function:
    """Numbers are true where they are not 0; the outcome is 0 or 1 in their type."""

    def function(a: Value, b: Value) -> Value:
        return cast(operation(truth(a), truth(b)), a.type.dtype)

    return function


def _compared(operation: Op) -> Function:
    def function(a: Value, b: Value) -> Value:
        return cast(operation(a, b), a.type.dtype)

    return function


def truth(x: Value) -> Value:
    """Where ``x`` is not 0."""
    return x if x.type.dtype is DType.boolean else NotEqual()(x, number(0, x))


def hypot(a: Value, b: Value) -> Value:
    """sqrt(a^2 + b^2)"""
    return Sqrt()(Add()(Multiply()(a, a), Multiply()(b, b)))


ARITHMETIC: dict[str, Function] = {
    "add": Add().__call__,
    "div": Divide(m_pythondiv=False).__call__,
    "hypot": hypot,
    "maximum": Maximum().__call__,
    "minimum": Minimum().__call__,
    "mod": FloorMod().__call__,
    "mul": Multiply().__call__,
    "power": Power().__call__,
    "sub": Subtract().__call__,
}
COMPARISONS: dict[str, Op] = {
    "equal": Equal(),
    "greater": Greater(),
    "greater_equal": GreaterEqual(),
    "lesser": Less(),
    "lesser_equal": LessEqual(),
    "not_equal": NotEqual(),
}
LOGICAL: dict[str, Op] = {"logical_and": LogicalAnd(), "logical_or": LogicalOr(), "logical_xor": LogicalXor()}

_FUNCTIONS: dict[str, Function] = {
    **ARITHMETIC,
    **{name: _compared(operation) for name, operation in COMPARISONS.items()},
    **{name: _logical(operation) for name, operation in LOGICAL.items()},
}
_SCALARS: dict[str, Function] = {
    "plus": Add().__call__,
    "minus": Subtract().__call__,
    "rminus": lambda x, s: Subtract()(s, x),
    "mul": Multiply().__call__,
    "div": ARITHMETIC["div"],
    "rdiv": lambda x, s: Divide(m_pythondiv=False)(s, x),
    "mod": FloorMod().__call__,
    "rmod": lambda x, s: FloorMod()(s, x),
    "power": Power().__call__,
    "rpower": lambda x, s: Power()(s, x),
    **{name: _FUNCTIONS[name] for name in ("maximum", "minimum", "hypot", *COMPARISONS, *LOGICAL)},
}
"""Of a tensor and a number."""


def _of_two(function: Function) -> Function:
    def importer(lhs: Value, rhs: Value) -> Value:
        if lhs.type.dtype is not rhs.type.dtype:
            raise InputError(f"the inputs are of types {lhs.type} and {rhs.type}; MXNet needs one type")
        return function(lhs, rhs)

    return importer


def _of_number(function: Function) -> Callable[..., Value]:
    def importer(data: Value, *, scalar: float = 1.0, is_int: bool = True) -> Value:
        return function(data, data.graph.constant(number(scalar, data)))

    return importer


for _name, _function in _FUNCTIONS.items():
    MXNET.imports(f"broadcast_{_name}")(_of_two(_function))
for _name in ("hypot", "maximum", "minimum", "mod", "power", *COMPARISONS, *LOGICAL):
    MXNET.imports(f"_{_name}")(_of_two(_FUNCTIONS[_name]))
for _name in ("add", "sub", "mul", "div"):
    MXNET.imports(f"elemwise_{_name}")(_of_two(_FUNCTIONS[_name]))
MXNET.imports("_grad_add")(_of_two(Add().__call__))
for _name, _function in _SCALARS.items():
    MXNET.imports(f"_{_name}_scalar")(_of_number(_function))


@MXNET.imports("add_n")
def add_n(*args: Value) -> Value:
    """The sum of all inputs."""
    total = args[0]
    for value in args[1:]:
        total = Add()(total, value)
    return total


@MXNET.imports("where")
def where(condition: Value, x: Value, y: Value) -> Value:
    """x where the condition is not 0, else y; a condition of one axis chooses rows."""
    chosen = truth(condition)
    missing = x.type.rank - chosen.type.rank
    if missing > 0:
        chosen = Unsqueeze()(chosen, np.arange(chosen.type.rank, x.type.rank, dtype=np.int64))
    return Select()(chosen, x, y)
