"""One side of a comparison: a model, and who evaluates it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from dldt.codegen.target import Target
from dldt.compiler.errors import InputError, UnsupportedError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.stage import STAGES
from dldt.compiler.types import Array
from dldt.debug.check import compiled
from dldt.debug.evaluator import Evaluator
from dldt.debug.native_run import run_artifact
from dldt.debug.probe import probe
from dldt.debug.stop_after import StopAfter
from dldt.debug.tensor_names import tensor_names
from dldt.debug.transformed import transformed
from dldt.passes.pipeline import Pipeline

WORDS = ("onnxruntime", "openvino", "interpreter", "artifact", *(name.lower() for name in STAGES), "PASS[:N]")
"""Who may evaluate a model: the framework's own runtime, OpenVINO, our reference interpreter, our library; or the
interpreter at a stage of the passes, or behind a pass or its N-th change."""

Tensors = dict[str, Array]


@attrs.frozen
class ModelSide:
    """``path``: a model or a library. ``word``: one of ``WORDS``."""

    path: Path
    word: str

    @classmethod
    def parsed(cls, text: str) -> ModelSide:
        """``model.onnx@interpreter``. Without a word ``.onnx`` is run by onnxruntime, ``.so`` runs itself, and all else
        is interpreted."""
        name, _, word = text.rpartition("@") if "@" in text else (text, "", "")
        path = Path(name)
        if not path.exists():
            raise InputError(f"{path}: no such file")
        usual = {".so": "artifact", ".onnx": "onnxruntime"}.get(path.suffix, "interpreter")
        return cls(path, word or usual)

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
        if self.word == "onnxruntime":
            return onnxruntime_tensors(self.path, inputs)
        if self.word == "openvino":
            return openvino_tensors(self.path, inputs)
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
            return transformed(graph, pipeline, stop)
        return transformed(graph, pipeline, stop_after=name)


def graph_tensors(graph: Graph, inputs: Mapping[str, Array]) -> Tensors:
    """What the reference interpreter makes of every node."""
    names = tensor_names(graph)
    found = Evaluator(inputs).values(graph, names)
    named = {name: found[v] for v in names for name in names[v]}
    outputs = {node.name: found[v] for node in graph.outputs for v in node.inputs if v is not None and v in found}
    return {**named, **outputs}


def _compiled_tensors(ready: Graph, inputs: Mapping[str, Array], target: Target) -> Tensors:
    with tempfile.TemporaryDirectory(prefix="dldt-compare-") as folder:
        path = Path(folder) / "model.so"
        c = compiled(ready, target, path)
        names = tensor_names(c.graph)
        between = {name: array for v, array in probe(c, inputs).items() for name in names.get(v, ())}
        return {**between, **run_artifact(path, inputs)}


def onnxruntime_tensors(path: Path, inputs: Mapping[str, Array]) -> Tensors:
    """Every tensor of an ONNX model as onnxruntime computes it without its own optimisations."""
    try:
        import onnx
        import onnxruntime
    except ModuleNotFoundError as error:
        raise UnsupportedError(f"{path.name}@onnxruntime needs onnxruntime: pip install onnxruntime") from error

    model = onnx.load(path)
    known = {output.name for output in model.graph.output}
    names = [name for node in model.graph.node for name in node.output if name]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    wanted = [output.name for output in session.get_outputs()]
    found = dict(zip(wanted, session.run(wanted, dict(inputs)), strict=True))
    return {name: found[name] for name in dict.fromkeys((*names, *wanted)) if hasattr(found.get(name), "dtype")}


def openvino_tensors(path: Path, inputs: Mapping[str, Array]) -> Tensors:
    """The outputs of a model as OpenVINO computes them on the CPU, in f32."""
    try:
        import openvino
    except ModuleNotFoundError as error:
        raise UnsupportedError(f"{path.name}@openvino needs OpenVINO: pip install openvino") from error

    core = openvino.Core()
    made = core.compile_model(core.read_model(str(path)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = made(dict(inputs))
    return {name: array for port, array in found.items() for name in port.get_names()}
