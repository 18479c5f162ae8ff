"""The tasks of a graph, as the steps before the choice of implementations leave them."""

from __future__ import annotations

from dldt.codegen.pipeline import run_steps
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics
from dldt.codegen.task.task import Program
from dldt.compiler.graph import Graph


def compiled_to(step: str, graph: Graph, target: Target, numerics: Numerics | None = None) -> Compilation:
    """A compilation whose last step was ``step``."""
    return run_steps(Compilation(graph, target, numerics or Numerics()), step)


def program_of(graph: Graph, target: Target, numerics: Numerics | None = None) -> Program:
    """The graph as tasks."""
    return compiled_to("tasks", graph, target, numerics).program
