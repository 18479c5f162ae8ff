"""The kernels of every task, as its family makes them from what was chosen, and their functions."""

from __future__ import annotations

from typing import TypeAlias

from dldt.codegen.kernels.choice import family_of
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.library import Library
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.task import Leaf, Program
from dldt.compiler.budget import budget
from dldt.compiler.shown import shown

Kernels: TypeAlias = dict[Leaf, list[tuple[Kernel, Chosen]]]
"""The kernels of every task, each with the choice that it implements."""

Functions: TypeAlias = dict[Leaf, list[str]]
"""The names of their functions."""


def make_kernels(program: Program, on: Setting) -> Kernels:
    """The kernels of every task."""
    made: Kernels = {}
    for leaf in program.leaves():
        _tick(leaf)
        made[leaf] = [
            (kernel, chosen)
            for chosen in leaf.chosen
            for kernel in family_of(chosen.implementation).kernels(leaf, chosen, on)
        ]
    return made


def write_functions(kernels: Kernels, library: Library) -> Functions:
    """The function of every kernel, in ``library``; equal kernels share one."""
    functions: Functions = {}
    for leaf, made in kernels.items():
        _tick(leaf)
        functions[leaf] = [library.add(kernel) for kernel, _ in made]
    return functions


def _tick(leaf: Leaf) -> None:
    limit = budget()
    limit.doing = f"the kernel that makes {shown(leaf.output.name)}"
    limit.tick()
