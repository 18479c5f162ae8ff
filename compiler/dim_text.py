"""Dims from their text."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from dldt.compiler.dims import DefinedDim, Dim, Monomial, Poly, extremum, floordiv, polynomial, symbol
from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown

_FUNCTIONS = ("max", "min", "broadcast")
_NAME = re.compile(r'("(?:[^"\\]|\\.)*"|[A-Za-z_]\w*)(\?)?|#([0-9a-f]+)')
"""A name; behind that of a defined dim stands a question mark, for which Python's parser is given a ``~`` before it,
and before that of a named size a hash, for which it is given two."""
_LONGEST = 1000


def parse_dim(text: str, sizes: Mapping[str, Dim] | None = None, *, longest: int = _LONGEST) -> Dim:
    """The dim that ``str(dim)`` printed. ``sizes`` tells the dims of the named sizes in it, by name. Raises InputError
    on anything else, and on a text of more than ``longest`` characters."""
    if len(text) > longest:
        raise InputError(f"dimension expression is too long: {printable(text)}")
    try:
        if "~" in _NAME.sub("", text):
            raise ValueError("an operator that dims do not have")
        tree = ast.parse(_NAME.sub(_marked, text.strip()), mode="eval")
        return _DimReader(sizes or {}).dim(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"not a dimension: {shown(text)}") from error


def _marked(found: re.Match[str]) -> str:
    if found[3]:
        return f'~~"{found[3]}"'
    return f"~{found[1]}" if found[2] else found[1]


class _DimReader:
    """Makes dims of Python's syntax trees. ValueError for what is no dim."""

    def __init__(self, sizes: Mapping[str, Dim]) -> None:
        self._sizes = sizes

    def dim(self, node: ast.expr) -> Dim:
        """The dim of this tree. A sum is made at once: one term after the other, long ones would be given names on the
        way."""
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Sub):
            return self._product(node)
        table: dict[Monomial, int] = {}
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            self._add(table, node.right, -1 if isinstance(node.op, ast.Sub) else 1)
            node = node.left
        self._add(table, node, 1)
        return polynomial(table)

    def _add(self, table: dict[Monomial, int], node: ast.expr, sign: int) -> None:
        dim = self.dim(node)
        for monomial, coefficient in dim.terms if isinstance(dim, Poly) else (((), dim),):
            table[monomial] = table.get(monomial, 0) + sign * coefficient

    def _product(self, node: ast.expr) -> Dim:
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return node.value
        if isinstance(node, ast.Name | ast.Constant):
            return symbol(_named(node))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -1 * self.dim(node.operand)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            return self._marked(node.operand)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
            left, right = (self.dim(argument) for argument in node.args)
            return extremum(node.func.id, left, right)
        if isinstance(node, ast.BinOp):
            left, right = self.dim(node.left), self.dim(node.right)
            if isinstance(node.op, ast.Mult):
                return left * right
            if isinstance(node.op, ast.FloorDiv):
                return floordiv(left, right)
            if isinstance(node.op, ast.Mod):
                return left - right * floordiv(left, right)
        raise ValueError(ast.dump(node))

    def _marked(self, node: ast.expr) -> Dim:
        if not isinstance(node, ast.UnaryOp):
            return DefinedDim(_named(node)).dim
        name = _named(node.operand)
        if name not in self._sizes:
            raise InputError(f"the size #{printable(name)} is not defined")
        return self._sizes[name]


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and type(node.value) is str:
        return node.value
    raise ValueError(ast.dump(node))
