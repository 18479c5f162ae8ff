"""Dims from their text."""

from __future__ import annotations

import ast

from dldt.compiler.dims import Dim, floordiv, maximum, minimum, symbol
from dldt.compiler.errors import InputError


def parse_dim(text: str) -> Dim:
    """The dim that ``str(dim)`` printed. Raises InputError on anything else."""
    if len(text) > 1000:
        raise InputError(f"dimension expression is too long: {text[:40]}…")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return _from_ast(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"not a dimension: {text!r}") from error


def _from_ast(node: ast.expr) -> Dim:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name):
        return symbol(node.id)
    if isinstance(node, ast.Constant) and type(node.value) is str:
        return symbol(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -1 * _from_ast(node.operand)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("max", "min"):
        left, right = (_from_ast(argument) for argument in node.args)
        return (maximum if node.func.id == "max" else minimum)(left, right)
    if isinstance(node, ast.BinOp):
        left, right = _from_ast(node.left), _from_ast(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.FloorDiv):
            return floordiv(left, right)
        if isinstance(node.op, ast.Mod):
            return left - right * floordiv(left, right)
    raise ValueError(ast.dump(node))
