"""``--time-passes``: how long each pass and each step took."""

from __future__ import annotations

from dldt.compiler.graph import Graph
from dldt.compiler.observer import Observer, PassRun, StepRun
from dldt.passes.manager import PipelineReport


class Times(Observer):
    """Collects the times of a compilation."""

    def __init__(self) -> None:
        self.passes: list[PassRun] = []
        self.steps: list[tuple[str, float]] = []

    def pass_ended(self, run: PassRun, graph: Graph) -> None:
        """See Observer."""
        self.passes.append(run)

    def step_ended(self, run: StepRun) -> None:
        """See Observer."""
        self.steps.append((run.name, run.seconds))

    @property
    def table(self) -> str:
        """The passes in order with changes, nodes and milliseconds, then the steps of code generation."""
        width = max([len(name) for name, _ in self.steps] + [4])
        lines = [f"{name:<{width}} {seconds * 1e3:>9.1f}" for name, seconds in self.steps]
        total = f"{'all':<{width}} {sum(seconds for _, seconds in self.steps) * 1e3:>9.1f}"
        steps = [f"{'step':<{width}} {'ms':>9}", *lines, total] if lines else []
        return "\n".join([PipelineReport(tuple(self.passes)).table, *steps])
