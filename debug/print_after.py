"""``--print-after``: the graph as text after the passes that were named."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dldt.compiler.did_you_mean import did_you_mean
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.observer import Observer, PassRun, StepRun
from dldt.compiler.text import print_graph

EVERY = ("all", "changed")


class PrintAfter(Observer):
    """Gives the graph to ``write`` after each pass of ``wanted``: names of passes, ``all``, or ``changed`` for those
    that changed something. A name of a step of code generation gives what the step decided."""

    def __init__(
        self, wanted: Iterable[str], passes: Iterable[str], steps: Iterable[str], write: Callable[[str], None] = print
    ) -> None:
        self._wanted = set(wanted)
        self._write = write
        known = {*EVERY, *steps, *passes, *(name.partition("{")[0] for name in passes)}
        for name in sorted(self._wanted - known):
            listed = [*EVERY, *sorted(known - set(EVERY))]
            raise UsageError(f"--print-after {name!r}: no pass or step has this name{did_you_mean(name, listed)}")

    def pass_ended(self, run: PassRun, graph: Graph) -> None:
        """See Observer."""
        asked = bool({run.name, run.name.partition("{")[0], "all"} & self._wanted)
        if asked or ("changed" in self._wanted and run.count):
            self._write(f"# after pass {run.index + 1}, {run.name}: {run.count} changes, {run.nodes} nodes")
            self._write(print_graph(graph))

    def step_ended(self, run: StepRun) -> None:
        """See Observer."""
        if run.name in self._wanted:
            self._write(f"# after step {run.number}, {run.name}")
            for line in run.show():
                self._write(line)
