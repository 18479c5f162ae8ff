"""The text of a dim that depends on free dims, such as ``2*N`` or ``("batch size"+1)//2``."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

from dldt.runtime.shown import shown

_LONGEST = 300
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_EXTREMA: dict[str, Callable[[int, int], int]] = {
    "min": min,
    "max": max,
    "broadcast": lambda a, b: max(a, b) if min(a, b) > 0 else 0,
}


class DimExpression:
    """An expression of ints, names (quoted where they are no identifiers), ``+ - * // %``, ``min(,)`` and ``max(,)``;
    ValueError for any other text."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise ValueError("the expression is too long")
        try:
            self._root = ast.parse(text, mode="eval").body
        except (SyntaxError, RecursionError, MemoryError) as error:
            raise ValueError(f"{shown(text)} is no expression") from error
        self.names = sorted(_names(self._root))

    def __call__(self, values: Mapping[str, int]) -> int:
        """Its value; -1 where it divides by zero, which is no size."""
        try:
            return _evaluate(self._root, values)
        except ZeroDivisionError:
            return -1

    def can_find(self, name: str) -> bool:
        """Whether the expression's value and all other names determine ``name``: it is a multiple of ``name``, and what
        does not depend on it."""
        return _degree(self._root, name) == 1

    def find(self, name: str, value: int, others: Mapping[str, int]) -> int | None:
        """The number that ``name`` must be for the expression to be ``value``; None where there is none."""
        base = self({**others, name: 0})
        factor = self({**others, name: 1}) - base
        if factor == 0 or (value - base) % factor:
            return None
        return (value - base) // factor


def _names(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return set()
        case ast.Name(id=name) | ast.Constant(value=str(name)):
            return {name}
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _names(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _names(left) | _names(right)
        case ast.Call(func=ast.Name(id="min" | "max" | "broadcast"), args=[left, right], keywords=[]):
            return _names(left) | _names(right)
    raise ValueError(f"{ast.unparse(node)} is not allowed in a dim")


def _degree(node: ast.expr, name: str) -> int:
    """The largest power of the name; 2 for whatever is no sum of products."""
    match node:
        case ast.Constant(value=int()):
            return 0
        case ast.Name(id=found) | ast.Constant(value=str(found)):
            return int(found == name)
        case ast.UnaryOp(operand=operand):
            return _degree(operand, name)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _degree(left, name) + _degree(right, name)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return max(_degree(left, name), _degree(right, name))
    return 2 if name in _names(node) else 0


def _evaluate(node: ast.expr, values: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.Name(id=name) | ast.Constant(value=str(name)):
            return values[name]
        case ast.UnaryOp(operand=operand):
            return -_evaluate(operand, values)
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.Call(func=ast.Name(id=name), args=[left, right]):
            return _EXTREMA[name](_evaluate(left, values), _evaluate(right, values))
    raise ValueError("not an expression of dims")
