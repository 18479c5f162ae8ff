"""The loop IR as text, for people."""

from __future__ import annotations

from dldt.codegen.loop.ir import (
    Accumulator,
    Apply,
    Axis,
    Bind,
    Expr,
    Guard,
    Inside,
    Load,
    Nest,
    Number,
    Position,
    Reduce,
    children,
    walk,
)
from dldt.codegen.loop.schedule import Schedule


def print_nest(nest: Nest) -> list[str]:
    """The loops and the store, after the shared sub-expressions."""
    lines = [f"{'  ' * k}for {_axis(axis)}:" for k, axis in enumerate(nest.axes)]
    indent = "  " * len(nest.axes)
    names: dict[Expr, str] = {}
    uses: dict[Expr, int] = {}
    for sub in walk(nest.value):
        for child in children(sub):
            uses[child] = uses.get(child, 0) + 1
    for sub in reversed(list(walk(nest.value))):
        if uses.get(sub, 0) > 1 and children(sub):
            lines.append(f"{indent}t{len(names)} = {_text(sub, names)}")
            names[sub] = f"t{len(names)}"
    index = ", ".join(map(str, nest.index))
    lines.append(f"{indent}{nest.buffer.name}[{index}] = {_text(nest.value, names)}")
    return lines


def _axis(axis: Axis) -> str:
    return f"{axis.variable} in [{axis.lower}, {axis.upper})"


def _text(expr: Expr, names: dict[Expr, str]) -> str:
    if expr in names:
        return names[expr]
    if isinstance(expr, Number):
        return repr(expr.value)
    if isinstance(expr, Position):
        return f"{expr.dtype}({expr.dim})"
    if isinstance(expr, Load):
        return f"{expr.buffer.name}[{', '.join(map(str, expr.index))}]"
    if isinstance(expr, Apply):
        label = f"{expr.name}.{expr.dtype}" if expr.name in ("cast", "bitcast") else expr.name
        return f"{label}({', '.join(_text(a, names) for a in expr.arguments)})"
    if isinstance(expr, Inside):
        return f"({expr.lower} <= {expr.dim} < {expr.upper})"
    if isinstance(expr, Guard):
        return f"if {_text(expr.condition, names)} then {_text(expr.then, names)} else {_text(expr.otherwise, names)}"
    if isinstance(expr, Reduce):
        return f"{expr.kind} {', '.join(map(_axis, expr.axes))}: {_text(expr.body, names)}"
    if isinstance(expr, Bind):
        return f"(let {expr.variable} = {_text(expr.value, names)} in {_text(expr.body, names)})"
    assert isinstance(expr, Accumulator)
    return "sum"


def print_schedule(schedule: Schedule | str) -> str:
    """A schedule on one line."""
    return schedule if isinstance(schedule, str) else ", ".join(map(str, schedule)) or "none"
