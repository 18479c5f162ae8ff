"""What code generation did to the numbers: the graph that was taken apart, and the finished artifact."""

from __future__ import annotations

from dldt.codegen.plan.compilation import Compilation
from dldt.compiler.errors import DldtError
from dldt.debug.forked import CrashedError
from dldt.debug.locate import locate
from dldt.debug.native_run import run_artifact, runs_here
from dldt.debug.value_watch import Finding, ValueWatch


class NativeValues:
    """Adds to a watch what the steps of code generation did. Where the artifact is the first to be wrong, the kernel is
    looked for."""

    def __init__(self, watch: ValueWatch) -> None:
        self._watch = watch

    def step(self, number: int, name: str, c: Compilation) -> Finding | None:
        """The finding after a step; None after steps that have no values."""
        if name == "recurrent":
            return self._taken_apart(number, c)
        if name != "link" or c.path is None or not runs_here(c.target):
            return None
        try:
            found = run_artifact(c.path, self._watch.inputs)
        except CrashedError as crash:
            return self._watch.lost(number, f"link: {crash}")
        finding = self._watch.outputs(number, "link: the library, run here", found)
        if not finding.first:
            return finding
        culprit = locate(c, self._watch.inputs, self._watch.tolerance)
        what = "no kernel alone" if culprit is None else str(culprit)
        return self._watch.accuse(f"kernels: {what}")

    def _taken_apart(self, number: int, c: Compilation) -> Finding | None:
        try:
            return self._watch.look(number, "recurrent", c.graph)
        except (DldtError, NotImplementedError, TypeError):  # operations that only kernels carry out
            return None
