"""The names that the code generator uses itself, collected from its sources and from what it makes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

import dldt.codegen
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.loops.choose_schedule import choose_schedule
from dldt.codegen.loop import variables
from dldt.codegen.loop.ir import Bind, Nest, Reduce, walk
from dldt.codegen.loop.variable import LoopVariable
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.target import Target
from dldt.compiler.types import TensorType
from tests.codegen.lowered import lower
from tests.ops.case import Case

_WORD = re.compile(r"[\w.$%*:-]{1,20}", re.ASCII)
_LLVM = re.compile(r"[%@!]([\w.$-]+)|^([\w.$-]+):", re.ASCII | re.MULTILINE)


def source_names() -> set[str]:
    """Every string in the sources of the code generator that looks like a name, and every name of a constant."""
    found: set[str] = set()
    for path in Path(dldt.codegen.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
                found.add(node.value)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.isupper():
                found.add(node.id)
    return found


def fixed_names() -> set[str]:
    """The names of the loop variables that kernels of one kind share."""
    found = [value for value in vars(variables).values() if isinstance(value, LoopVariable)]
    made = [make(axis) for make in vars(variables).values() if _makes(make) for axis in range(5)]
    return set(_spellings([*found, *made]))


def lowered_names(cases: Iterable[tuple[Case, tuple[TensorType | None, ...]]], target: Target) -> set[str]:
    """The names of the loop variables that are made while the cases are lowered and scheduled."""
    found: set[LoopVariable] = set()
    for case, types in cases:
        for nest in lower(case.op, types).nests:
            found |= set(_variables(nest))
            found |= {v for step in choose_schedule(nest, target) for v in _named(step)}
    return set(_spellings(found))


def kernel_names(kernels: Iterable[Kernel]) -> set[str]:
    """The names of the loop variables of kernels, those included that their schedules make."""
    found: set[LoopVariable] = set()
    for kernel in kernels:
        found |= set(_variables(kernel.nest)) if kernel.nest is not None else set()
        found |= {v for step in kernel.implementation.schedule for v in _named(step)}
    return set(_spellings(found))


def llvm_names(model: Compilation) -> set[str]:
    """The names of values, labels, functions and metadata in the model's LLVM IR; of those that differ in their numbers
    alone, the first."""
    pairs = [found for module in model.modules for found in _LLVM.findall(module.write())]
    found: dict[str, str] = {}
    for name in sorted(name or label for name, label in pairs):
        found.setdefault(re.sub(r"\d+", "0", name), name)
    return set(found.values())


def _makes(value: object) -> bool:
    return callable(value) and getattr(value, "__module__", "") == variables.__name__


def _variables(nest: Nest) -> Iterator[LoopVariable]:
    yield from (axis.variable for axis in nest.axes)
    for sub in walk(nest.value):
        if isinstance(sub, Reduce):
            yield from (axis.variable for axis in sub.axes)
        elif isinstance(sub, Bind):
            yield sub.variable


def _named(step: object) -> Iterator[LoopVariable]:
    for value in attrs.astuple(step, recurse=False):  # type: ignore[arg-type]  # any directive
        yield from (v for v in (value if isinstance(value, tuple) else (value,)) if isinstance(v, LoopVariable))


def _spellings(found: Iterable[LoopVariable]) -> Iterator[str]:
    for variable in found:
        yield from (variable.name, variable.label, variable.text)
