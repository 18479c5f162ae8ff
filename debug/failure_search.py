"""Where a model goes wrong, by a tolerance: in the passes or in code generation; and tests for parts of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from dldt.codegen.target import Target
from dldt.compiler.graph import Graph
from dldt.compiler.types import Array
from dldt.debug.bisect import GuiltyApplication, bisect
from dldt.debug.check import compiled, native_outputs, worst
from dldt.debug.deviation import Deviation
from dldt.debug.evaluator import Evaluator
from dldt.debug.forked import CrashedError
from dldt.debug.locate import Culprit, locate
from dldt.debug.model_reduction import ModelReduction
from dldt.debug.native_run import run_artifact
from dldt.debug.provenance import MOST, Provenance
from dldt.debug.reduce import Fails, Reducer
from dldt.debug.transformed import transformed
from dldt.passes.pipeline import Pipeline


@attrs.frozen
class Verdict:
    """What was found: a guilty application, or a culprit among the kernels (as text where the library crashes), or
    neither. ``output`` and ``deviation``: what is wrong at the end; ``origins``: the framework's nodes behind it."""

    guilty: GuiltyApplication | None
    culprit: Culprit | str | None
    output: str
    deviation: Deviation
    origins: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For people."""
        end = f"output {self.output!r}: {self.deviation}"
        if self.guilty is not None:
            return f"{self.guilty.text}\n{end}"
        if self.culprit is None:
            return end
        stems = [f"  from {origin}" for origin in self.origins]
        return "\n".join([f"code generation is guilty: {self.culprit}", *stems, end])


@attrs.frozen
class FailureSearch:
    """Compares with the imported graph, as the reference interpreter evaluates it, on ``inputs``."""

    pipeline: Pipeline
    target: Target
    inputs: Mapping[str, Array]
    tolerance: float

    def find(self, graph: Graph, tell: Callable[[str], None] = lambda line: None) -> Verdict | None:
        """The verdict on a model; None where the library answers as the imported graph does."""
        evaluator = Evaluator(self.inputs)
        expected = evaluator.outputs(graph)
        provenance = Provenance()
        ready = transformed(graph, self.pipeline, provenance)
        output, deviation = worst(expected, evaluator.outputs(ready))
        if deviation.exceeds(self.tolerance):
            tell("the passes are wrong; halving their applications")
            guilty = bisect(graph, self.pipeline, lambda g: self._agrees(expected, evaluator.outputs(g)), tell)
            origins = () if guilty is None else guilty.origins
            return Verdict(guilty, None, output, deviation, origins)
        tell("the passes are right; compiling")
        with tempfile.TemporaryDirectory(prefix="dldt-search-") as folder:
            path = Path(folder) / "model.so"
            c = compiled(ready, self.target, path)
            try:
                output, deviation = worst(expected, run_artifact(path, self.inputs))
            except CrashedError as crash:
                tell(f"{crash}; looking for the smallest part that does so")
                return self._crashing(graph, crash)
        if not deviation.exceeds(self.tolerance):
            return None
        tell("the library is wrong; looking at the tensors between kernels")
        culprit = locate(c, self.inputs, self.tolerance)
        nodes = () if culprit is None else culprit.nodes
        stems = dict.fromkeys(o for node in nodes for o in provenance.sources.get(str(node.id), ()))
        return Verdict(None, culprit, output, deviation, tuple(stems)[:MOST])

    def reducer(
        self,
        graph: Graph,
        verdict: Verdict | None,
        journal: Path | None = None,
        tell: Callable[[str], None] = lambda line: None,
        check: str = "",
    ) -> ModelReduction:
        """The reduction of a model of which the search found the verdict: it begins where the fault is."""
        guilty = None if verdict is None else verdict.guilty
        origins = () if verdict is None else verdict.origins

        def fails_after(pipeline: Pipeline) -> Fails:
            search = attrs.evolve(self, pipeline=pipeline)
            return search.fails_natively if guilty is None else search.fails_in_passes

        place = (self.inputs, self.pipeline, fails_after, lambda: guilty)
        return ModelReduction(graph, *place, origins, journal, tell, check)

    def fails_in_passes(self, graph: Graph, inputs: Mapping[str, Array]) -> bool:
        """Whether a part of a model is wrong after the passes."""
        evaluator = Evaluator(inputs)
        expected = evaluator.outputs(graph)
        return not self._agrees(expected, evaluator.outputs(transformed(graph, self.pipeline)))

    def fails_natively(self, graph: Graph, inputs: Mapping[str, Array]) -> bool:
        """Whether a part of a model is wrong when it is compiled."""
        expected = Evaluator(inputs).outputs(graph)
        try:
            return not self._agrees(expected, native_outputs(transformed(graph, self.pipeline), self.target, inputs))
        except CrashedError:
            return True

    def _crashing(self, graph: Graph, crash: CrashedError) -> Verdict:
        reduced = Reducer(graph, self.inputs, self.fails_natively).run()
        output = next(node.name for node in graph.outputs)
        return Verdict(None, f"{crash}, by the code for {', '.join(reduced.nodes)}", output, Deviation.infinite())

    def _agrees(self, expected: Mapping[str, Array], found: Mapping[str, Array]) -> bool:
        return not worst(expected, found)[1].exceeds(self.tolerance)
