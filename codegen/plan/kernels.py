"""The kernels of every task, as its family makes them from what was chosen."""

from __future__ import annotations

from typing import TypeAlias

from dldt.codegen.kernels.choice import family_of
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.task import Leaf, Program

Kernels: TypeAlias = dict[Leaf, list[tuple[Kernel, Chosen]]]
"""The kernels of every task, each with the choice that it implements."""


def make_kernels(program: Program, on: Setting) -> Kernels:
    """The kernels of every task."""
    return {
        leaf: [
            (kernel, chosen)
            for chosen in leaf.chosen
            for kernel in family_of(chosen.implementation).kernels(leaf, chosen, on)
        ]
        for leaf in program.leaves()
    }
