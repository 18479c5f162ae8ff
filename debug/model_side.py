"""One side of a comparison: a model, and who evaluates it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from dldt.codegen.target import Target
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.stage import STAGES
from dldt.compiler.types import Array
from dldt.debug.body_run import body_tensors
from dldt.debug.check import compiled
from dldt.debug.evaluator import Evaluator
from dldt.debug.framework_side import FRAMEWORK_SIDES
from dldt.debug.native_run import run_artifact
from dldt.debug.probe import probe
from dldt.debug.stop_after import StopAfter
from dldt.debug.tensor_names import tensor_names
from dldt.debug.transformed import transformed
from dldt.frontends.engine.format_of import format_of
from dldt.frontends.formats import FORMATS
from dldt.passes.pipeline import Pipeline

WORDS = (*FRAMEWORK_SIDES, "interpreter", "artifact", *(name.lower() for name in STAGES), "PASS[:N]")
"""Who may evaluate a model: a framework, our reference interpreter, our library; or the interpreter at a stage of the
passes, or behind a pass or its N-th change."""

Tensors = dict[str, Array]


@attrs.frozen
class ModelSide:
    """``path``: a model or a library. ``word``: one of ``WORDS``."""

    path: Path
    word: str

    @classmethod
    def parsed(cls, text: str) -> ModelSide:
        """``model.onnx@interpreter``. Without a word a model is run by its own framework, ``.so`` runs itself, and what
        has no framework that can be installed is interpreted."""
        name, _, word = text.rpartition("@") if "@" in text else (text, "", "")
        path = Path(name)
        if not path.exists():
            raise InputError(f"{path}: no such file")
        return cls(path, word or _usual(path))

    @property
    def text(self) -> str:
        """As it is written on a command line."""
        return f"{self.path.name}@{self.word}"

    def tensors(
        self,
        read: Callable[[Path], Graph],
        inputs: Mapping[str, Array],
        pipeline: Pipeline,
        target: Target,
    ) -> Tensors:
        """Every tensor that this side can show, by name, in the order in which they are computed. A library shows its
        outputs alone; of a model that is compiled for it, all tensors between kernels."""
        if self.word in FRAMEWORK_SIDES:
            return FRAMEWORK_SIDES[self.word].tensors(self.path, inputs, read(self.path))
        if self.path.suffix == ".so":
            if self.word != "artifact":
                raise UsageError(f"{self.text}: a library can only run itself (@artifact)")
            return run_artifact(self.path, inputs)
        graph = read(self.path)
        if self.word == "interpreter":
            return graph_tensors(graph, inputs)
        if self.word == "artifact":
            return _compiled_tensors(transformed(graph, pipeline), inputs, target)
        return graph_tensors(self._at(graph, pipeline), inputs)

    def _at(self, graph: Graph, pipeline: Pipeline) -> Graph:
        """The graph at the stage, or behind the pass, that the word names."""
        for count, stage in ((0, pipeline.start), *pipeline.stages):
            if stage.name.lower() == self.word.lower():
                return transformed(graph, attrs.evolve(pipeline, passes=pipeline.passes[:count], stages=()))
        stop = StopAfter.parsed(self.word)
        name = self.word if stop is None else stop.name
        if not any(name in (item.name, str(item)) for item in pipeline.passes):
            raise UsageError(f"{self.text}: there is no {self.word!r}; after @ stands one of {', '.join(WORDS)}")
        if stop is not None:
            made = transformed(graph, pipeline, stop)
            if not stop.done:
                raise UsageError(f"{self.text}: {stop.made}")
            return made
        return transformed(graph, pipeline, stop_after=name)


def _usual(path: Path) -> str:
    if path.suffix == ".so":
        return "artifact"
    name = format_of(path, FORMATS).name
    return next((side.word for side in FRAMEWORK_SIDES.values() if name in side.formats), "interpreter")


def graph_tensors(graph: Graph, inputs: Mapping[str, Array]) -> Tensors:
    """What the reference interpreter makes of every node, of those in bodies too."""
    names = tensor_names(graph)
    wanted = {**names, **{v: () for node in graph.order() if node.bodies for v in node.inputs if v is not None}}
    found = Evaluator(inputs).values(graph, wanted)
    named = {name: found[v] for v in names for name in names[v]}
    outputs = {node.name: found[v] for node in graph.outputs for v in node.inputs if v is not None and v in found}
    inner = {name: array for name, array in body_tensors(graph, found).items() if name not in named}
    return {**named, **inner, **outputs}


def _compiled_tensors(ready: Graph, inputs: Mapping[str, Array], target: Target) -> Tensors:
    with tempfile.TemporaryDirectory(prefix="dldt-compare-") as folder:
        path = Path(folder) / "model.so"
        c = compiled(ready, target, path)
        names = tensor_names(c.graph)
        between = {name: array for v, array in probe(c, inputs).items() for name in names.get(v, ())}
        return {**between, **run_artifact(path, inputs)}
