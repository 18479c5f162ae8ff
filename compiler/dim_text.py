"""Dims from their text."""

from __future__ import annotations

import ast
import re

from dldt.compiler.dims import DefinedDim, Dim, extremum, floordiv, symbol
from dldt.compiler.errors import InputError

_FUNCTIONS = ("max", "min", "broadcast")
_NAME = re.compile(r'("(?:[^"\\]|\\.)*"|[A-Za-z_]\w*)(\?)?')
"""A name; behind that of a defined dim stands a question mark, for which Python's parser is given a ``~`` before it."""


def parse_dim(text: str) -> Dim:
    """The dim that ``str(dim)`` printed. Raises InputError on anything else."""
    if len(text) > 1000:
        raise InputError(f"dimension expression is too long: {text[:40]}…")
    try:
        if "~" in _NAME.sub("", text):
            raise ValueError("an operator that dims do not have")
        marked = _NAME.sub(lambda found: f"~{found[1]}" if found[2] else found[1], text.strip())
        tree = ast.parse(marked, mode="eval")
        return _from_ast(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"not a dimension: {text!r}") from error


def _from_ast(node: ast.expr) -> Dim:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name | ast.Constant):
        return symbol(_named(node))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -1 * _from_ast(node.operand)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return DefinedDim(_named(node.operand)).dim
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        left, right = (_from_ast(argument) for argument in node.args)
        return extremum(node.func.id, left, right)
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


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and type(node.value) is str:
        return node.value
    raise ValueError(ast.dump(node))
