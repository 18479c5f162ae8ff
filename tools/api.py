"""The Python API: read a model, save it as OpenVINO IR, compile it to one native library."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import attrs

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.objective import DEFAULT, objective
from dldt.codegen.kernels.recorded import Recorded, plan_of, read_plan
from dldt.codegen.kernels.tuned import UNTUNED, read_tuned
from dldt.codegen.pipeline import compile_graph, show_step
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.plan.specialization import Specialization
from dldt.codegen.plan.summary import Summary
from dldt.codegen.task.numerics import numerics
from dldt.compiler.budget import limited_here
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.ir.write import write_ir
from dldt.compiler.observer import SILENT, Observer
from dldt.compiler.observers import Observers
from dldt.compiler.ops.core import Constant, is_repeated
from dldt.compiler.specialize import Sizes
from dldt.compiler.specialize import specialize as specialized
from dldt.frontends.read_model import read_model as read_file
from dldt.passes.manager import run_pipeline
from dldt.passes.pipeline import Pipeline
from dldt.passes.pipelines import default_pipeline
from dldt.runtime.format import read_artifact
from dldt.tools.crash_report import reproducible
from dldt.tools.is_artifact import is_artifact
from dldt.tools.output import require_writable

PathLike = str | os.PathLike[str]


class Compiled(NamedTuple):
    """The result of ``compile_model``: the artifact's path and a summary. It can be used wherever a path is taken."""

    path: Path
    summary: Summary

    def __fspath__(self) -> str:
        return str(self.path)


def read_model(
    path: PathLike | object,
    *,
    inputs: Mapping[str, Any] | Sequence[Any] | None = None,
    outputs: Sequence[str] | None = None,
    mean_values: Any = None,
    scale_values: Any = None,
    reverse_input_channels: bool = False,
    layout: Any = None,
    freeze: Mapping[str, Any] | None = None,
    follow_links: bool = False,
    framework: str | None = None,
    options: Mapping[str, Any] | None = None,
    max_memory: int | None = None,
    max_seconds: float | None = None,
) -> Graph:
    """The graph of a model file of any known format (``.onnx``, ``.xml``), or of a Keras model or concrete function of
    TensorFlow in memory.

    ``inputs``: shapes by name. A dim is a number, a name (``"N"``), a range (``"1..8"`` or ``(1, 8)``), or None for a
    free dim. Naming a tensor in the middle of the model cuts off what lies before it; ``outputs`` cuts off what lies
    after. ``mean_values``, ``scale_values``: one number for each channel, by input. ``layout``: ``{"x": "nhwc"}``, or
    ``"nchw->nhwc"`` if the input is fed in another layout. ``freeze``: inputs that become constants.
    ``follow_links``: files of weights that the model names may be symbolic links, as in Hugging Face's cache; so
    allow it only for models that you trust. ``framework``: whose model it is, where the file's name does not tell
    (``"caffe"``). ``options``: those that only its format has (``{"input_proto": "deploy.prototxt"}``; docs/formats.md
    lists them).
    ``max_memory``, ``max_seconds``: the bytes of arrays that may be held, and the time that it may take; by default a
    constant and a multiple of the size of the files.
    Large weights are views of the file: do not overwrite it in place while the graph is in use.

    Raises UsageError, InputError (the file is damaged or hostile) and UnsupportedError, which names everything that is
    missing at once. InputError also names the node that asks for more memory or time than it may take.
    """
    with (
        limited_here(max_memory, max_seconds),
        reproducible(lambda: None, command=["dldt", "compile", str(path)]),
    ):
        return read_file(
            path,
            inputs=inputs,
            outputs=outputs,
            mean_values=mean_values,
            scale_values=scale_values,
            reverse_input_channels=reverse_input_channels,
            layout=layout,
            freeze=freeze,
            follow_links=follow_links,
            framework=framework,
            options=options,
        )


def save_model(graph: Graph, path: PathLike, *, ir_version: int = 11, compress_to_fp16: bool = False) -> Path:
    """Write the graph as OpenVINO IR: ``path`` (.xml), and a .bin file next to it. Returns the path of the .xml.

    ``ir_version`` is 11 or 10. ``compress_to_fp16``: weights are stored in f16 as OpenVINO's converter does it, which
    changes them; arithmetic stays in f32. The graph is written as it is; ``dldt convert`` runs the passes first.
    """
    target = Path(path)
    if target.suffix != ".xml":
        raise UsageError(f"{target}: the name of an IR ends in .xml")
    require_writable(target)
    with reproducible(lambda: graph, command=["dldt", "convert", "--no-passes", "model.xml"]):
        write_ir(graph, target, ir_version=ir_version, compress_to_fp16=compress_to_fp16)
    return target


def compile_model(
    model: Graph | PathLike,
    path: PathLike,
    target: str = "host",
    threads: int | None = None,
    *,
    tune_for: str | None = None,
    pipeline: Pipeline | None = None,
    stop_after: str | None = None,
    dump: PathLike | None = None,
    observer: Observer = SILENT,
    verify_each: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
    cache: bool = True,
    winograd: bool = True,
    weights: str | None = None,
    precision: str = "f32",
    optimize: str = str(DEFAULT),
    tuned: PathLike | None = None,
    plan: PathLike | None = None,
    specialize: Sequence[Sizes] = (),
    max_memory: int | None = None,
    max_seconds: float | None = None,
) -> Compiled:
    """Compile a graph or a model file to one native library at ``path``.

    ``target``: ``host`` or the name of another machine (``x86-64-v2``, ``-v3``, ``-v4``, ``aarch64``).
    ``tune_for``: the processor that choices are made for, a row of docs/targets.md (``zen3``). By default any that runs
    the target's code; for ``host``, this processor, if such choices were measured on it.
    ``threads``: how many threads the compiler may use; the library runs with any number.
    ``dump``: a fresh directory that shows what every pass and step did; its ``index.html`` is the place to begin.
    ``observer`` hears of every event of the compilation (see ``dldt.compiler.observer``). ``verify_each``: check the
    graph after every pass.
    ``progress`` is called with the name of what is being done, how much of it is done, and how much there is.
    ``cache``: take kernels that were compiled before from the user's cache (DLDT_CACHE), and add the others to it.
    ``winograd``: 3×3 convolutions may be summed by Winograd's algorithm.
    ``weights``: ``f16`` or ``bf16`` is the type in which the weights of memory-bound contractions are stored.
    ``precision``: with ``bf16``, contractions multiply bf16, and tensors between kernels are rounded to it (machines
    with AVX512_BF16). Weights are bf16 too unless ``weights`` says otherwise. Sums stay f32.
    The notes of the summary name the changes that these three made to the numbers.
    ``optimize``: ``speed``, ``size`` or ``balanced``: the least product of time and size that costs little time.
    ``tuned``: a file of measured choices (``dldt-compile --tune``). Without it all choices are estimated, so that equal
    models give equal libraries.
    ``plan``: a library that was compiled before, or its plan (``dldt inspect --plan --json``). Every kernel is made as
    it was then.
    ``specialize``: shapes of inputs by name, such as ``[{"x": (1, 3, 640, 640)}]``, None for a dim that stays free.
    Each adds a program to the library that is made for these sizes alone, and that runs whenever the inputs have them;
    of several that fit, the first.
    ``max_memory``, ``max_seconds``: the bytes of arrays that the compiler may hold, and the time that it may take; by
    default a constant and a multiple of the model's size. Past them, InputError names the node, pass or kernel that
    asks for more.

    The given graph is not changed. Nothing is written if the compilation fails. An InternalError, which is a fault of
    ours, names a zip file that shows it again (docs/debugging.md).
    """
    artifact, passes = Path(path), pipeline or default_pipeline()
    require_writable(artifact)
    machine = resolve_target(target, tune_for)
    allowed = numerics(machine, winograd=winograd, weights=weights, precision=precision)
    goal = objective(optimize)
    if threads is not None and threads < 1:
        raise UsageError(f"threads is {threads}; it must be 1 or more")
    measured = UNTUNED if tuned is None else read_tuned(tuned, machine)
    recorded = None if plan is None else recorded_plan(Path(plan))
    started = time.perf_counter()
    title = model.name if isinstance(model, Graph) else Path(model).name
    again = ["dldt", "compile", "model.xml", "--target", target, "--precision", precision, "--optimize", optimize]
    again += ["--weights", weights] if weights else []
    with (
        limited_here(max_memory, max_seconds, _weight_bytes(model) if isinstance(model, Graph) else 0),
        reproducible(lambda: model if isinstance(model, Graph) else read_model(model), lambda: passes, again),
        dumping(dump, observer, title) as watcher,
    ):
        graph = model.copy() if isinstance(model, Graph) else read_model(model)
        specializations = _specializations(graph, specialize, pipeline, stop_after)
        transform(graph, pipeline=pipeline, stop_after=stop_after, observer=watcher, verify_each=verify_each)
        summary = compile_graph(
            graph,
            artifact,
            machine,
            observer=watcher,
            progress=progress,
            workers=threads,
            cache=cache,
            numerics=allowed,
            optimize=goal,
            tuned=measured,
            recorded=recorded,
            specializations=specializations,
        )
    return Compiled(artifact, attrs.evolve(summary, seconds=time.perf_counter() - started))


def decided(
    model: Graph | PathLike,
    step: str,
    target: str = "host",
    *,
    tune_for: str | None = None,
    pipeline: Pipeline | None = None,
    winograd: bool = True,
    weights: str | None = None,
    precision: str = "f32",
    optimize: str = str(DEFAULT),
    tuned: PathLike | None = None,
    plan: PathLike | None = None,
    specialize: Sequence[Sizes] = (),
) -> list[str]:
    """Run the passes, and code generation up to and including ``step`` (``regions``, ``implementations`` … see
    docs/architecture.md); what that step decided, as lines. Nothing is written. The other arguments are those of
    ``compile_model``. Raises UsageError where there is no such step, and for the last one, which writes the library.
    """
    machine = resolve_target(target, tune_for)
    allowed = numerics(machine, winograd=winograd, weights=weights, precision=precision)
    goal = objective(optimize)
    graph = model.copy() if isinstance(model, Graph) else read_model(model)
    specializations = _specializations(graph, specialize, pipeline, None)
    transform(graph, pipeline=pipeline)
    compilation = Compilation(graph, machine, allowed, optimize=goal, specializations=specializations)
    compilation.tuned = UNTUNED if tuned is None else read_tuned(tuned, machine)
    compilation.recorded = None if plan is None else recorded_plan(Path(plan))
    return list(show_step(compilation, step))


def _weight_bytes(graph: Graph) -> int:
    """The bytes of the constants in memory."""
    nodes = (node for inner in graph.walk() for node in inner.order())
    arrays = (node.op.value for node in nodes if isinstance(node.op, Constant))
    return sum(array.nbytes for array in arrays if not is_repeated(array))


def _specializations(
    graph: Graph, sizes: Sequence[Sizes], pipeline: Pipeline | None, stop_after: str | None
) -> list[Specialization]:
    """The graph for each of the sizes, after the passes."""
    found = []
    for each in sizes:
        made, dims = specialized(graph, each)
        transform(made, pipeline=pipeline, stop_after=stop_after)
        found.append(Specialization(dims, made))
    return found


def recorded_plan(path: Path) -> Recorded:
    """The plan from a plan file, or from a compiled library. Raises InputError where there is none."""
    if not is_artifact(path):
        return read_plan(path)
    found = read_artifact(path).metadata.plan
    if found is None:
        raise InputError(f"{path}: the library does not list its plan: it was made by an older version of dldt")
    try:
        return plan_of(found, str(path))
    except ValueError as error:
        raise InputError(f"{path}: its plan is damaged ({error})") from error


@contextlib.contextmanager
def dumping(dump: PathLike | None, observer: Observer, title: str = "") -> Iterator[Observer]:
    """The observer, and one more that writes to the directory ``dump`` where one is given. The dump is closed at the
    end, after an error too."""
    if dump is None:
        yield observer
        return
    from dldt.debug.dump import Dump  # nobody else pays for it

    written = Dump(Path(dump), title=title)
    try:
        yield Observers([observer, written])
    finally:
        written.close()


def transform(
    graph: Graph,
    *,
    pipeline: Pipeline | None = None,
    stop_after: str | None = None,
    observer: Observer = SILENT,
    verify_each: bool = False,
) -> None:
    """Run the passes on ``graph`` in place: the default pipeline, or the one given. ``observer`` hears of each."""
    observer.imported(graph)
    passes = pipeline or default_pipeline()
    with limited_here(size=_weight_bytes(graph)):
        run_pipeline(graph, passes, stop_after=stop_after, observer=observer, verify=verify_each)
