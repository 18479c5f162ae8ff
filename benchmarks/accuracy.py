"""Compiles every model, runs it, and compares with its reference.

    python -m benchmarks.accuracy                     a table: max|error| / max|y| of each model, at most 1e-4
    python -m benchmarks.accuracy --framework caffe mxnet kaldi
    python -m benchmarks.accuracy --models resnet50 magika
    python -m benchmarks.accuracy --ir                through OpenVINO IR, which OpenVINO and dldt both read
    python -m benchmarks.accuracy --target aarch64    another architecture's code, under qemu-user
    python -m benchmarks.accuracy --precision bf16    (or --weights bf16 | f16) the error that it costs, without a limit
    python -m benchmarks.accuracy --tensorflow PYTHON --openvino PYTHON

ONNX models get seeded random inputs, and onnxruntime is the reference; the models of the other frameworks have inputs
and outputs of their frameworks stored beside them. These are shown with fixed sizes, with free ones, and as IR that
OpenVINO runs. PYTHON are interpreters of other environments: one with TensorFlow, for its models without a stored
reference, and one with another OpenVINO (2023.3, say), which runs the IR of Kaldi's models too.

The exit code is 1 when a model fails or differs. Models that are not on this machine are listed, not skipped silently.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

import dldt
from benchmarks import caffe, frameworks, lite_models, sessions, speech
from benchmarks.check import LIMIT, Check, show_all
from benchmarks.models import MODELS, Model, fixed_file, model_file, random_inputs
from dldt import runtime
from dldt.codegen.host import resolve_target
from dldt.runtime import cpu
from dldt.runtime.format import read_artifact

Array = np.ndarray
FRAMEWORKS = ("caffe", "mxnet", "kaldi", "tflite", "tf", "onnx")
"""In the order of the table: the small models first."""
PATIENCE = 1800.0
"""Seconds after which an emulated run is stopped."""
FREE_BATCH = "magika"
BATCHES = (1, 3, 17)


def main() -> int:
    """Measure, print the table, and list the models that were not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", nargs="+", choices=FRAMEWORKS, default=FRAMEWORKS, help="whose models")
    parser.add_argument("--models", nargs="+", metavar="NAME", help="these alone, as the table names them")
    parser.add_argument("--ir", action="store_true", help="go through OpenVINO IR")
    parser.add_argument("--target", default="host", help="the target (default: host)")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32", help="what contractions multiply")
    parser.add_argument("--weights", choices=("f32", "f16", "bf16"), help="how weights bound by memory are stored")
    parser.add_argument("--tensorflow", metavar="PYTHON", help="an interpreter that has TensorFlow")
    parser.add_argument("--openvino", metavar="PYTHON", help="an interpreter that has another OpenVINO")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    arguments = parser.parse_args()
    exact = arguments.precision == "f32" and arguments.weights in (None, "f32")
    if arguments.ir and not exact:
        parser.error("--ir compares f32")
    _require_machine(resolve_target(arguments.target).arch)
    rows = list(_checks(arguments, exact))
    known = {row.name for row in rows}
    unknown = [name for name in arguments.models or () if name not in known]
    if unknown:
        parser.error(f"no model {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    wanted = [row for row in rows if not arguments.models or row.name in arguments.models]
    with tempfile.TemporaryDirectory() as folder:
        failed = show_all(wanted, Path(folder), LIMIT if exact else sys.float_info.max, arguments.debug)
    return int(failed > 0)


def _checks(arguments, exact: bool) -> Iterator[Check]:
    target, host = arguments.target, resolve_target(arguments.target).arch == cpu.arch()
    every = {
        "caffe": caffe.checks(target),
        "mxnet": frameworks.checks("mxnet", target),
        "kaldi": speech.checks(target, arguments.openvino),
        "tflite": lite_models.checks(target),
        "tf": frameworks.checks("tf", target, arguments.tensorflow),
        "onnx": _onnx_checks(arguments),
    }
    chosen = [name for name in FRAMEWORKS if name in arguments.framework and ((exact and host) or name == "onnx")]
    for check in (check for name in chosen for check in every[name]):
        if not arguments.ir or check.form.startswith("IR"):
            yield check


def _onnx_checks(arguments) -> Iterator[Check]:
    target = arguments.target
    numbers = {"precision": arguments.precision, "weights": arguments.weights}
    for model in MODELS:
        lacking = "" if model.source.is_file() else f"not found ({model.source.name})"
        if arguments.ir:
            yield Check("onnx", model.name, "IR", partial(through_ir, model, target=target), lacking)
            continue
        yield Check("onnx", model.name, "fixed", partial(directly, model, target=target, **numbers), lacking)
        if model.name == FREE_BATCH:
            yield Check("onnx", model.name, "free N", partial(free_batch, model, target=target, **numbers), lacking)


def _require_machine(arch: str) -> None:
    if arch != cpu.arch() and shutil.which(f"qemu-{arch}") is None:
        raise SystemExit(f"error: this machine does not run {arch}: install qemu-user (no qemu-{arch} was found)")


def directly(model: Model, folder: Path, target: str, **numbers) -> tuple[float, str]:
    """Model file → artifact → outputs, against onnxruntime."""
    artifact, summary = dldt.compile_model(read(model), folder / f"{model.name}.so", target=target, **numbers)
    inputs = random_inputs(model)
    error = relative_error(run(artifact, inputs), sessions.onnxruntime_outputs(fixed_file(model), inputs))
    artifact.unlink()
    return error, f"{summary.kernels} kernels, {summary.file_bytes / 2**20:.1f} MiB"


def free_batch(model: Model, folder: Path, target: str, **numbers) -> tuple[float, str]:
    """One artifact with a free batch, run at several sizes."""
    free = {name: ("N", *shape[1:]) for name, shape in model.inputs.items()}
    artifact, _ = dldt.compile_model(read(model, free), folder / f"{model.name}_free.so", target=target, **numbers)
    worst = 0.0
    for batch in BATCHES:
        inputs = random_inputs(model, seed=batch, batch=batch)
        reference = sessions.onnxruntime_outputs(model_file(model), inputs)
        worst = max(worst, relative_error(run(artifact, inputs), reference))
    return worst, f"one artifact at batch {', '.join(map(str, BATCHES))}"


def through_ir(model: Model, folder: Path, target: str) -> tuple[float, str]:
    """Model → IR. OpenVINO's outputs of the IR are compared with onnxruntime's; ours of the IR must equal our direct
    outputs bit by bit."""
    from dldt.tools.api import transform

    graph = read(model)
    direct, _ = dldt.compile_model(graph, folder / f"{model.name}.so", target=target)
    transform(graph)
    xml = dldt.save_model(graph, folder / f"{model.name}.xml")
    inputs = random_inputs(model)
    reference = sessions.onnxruntime_outputs(fixed_file(model), inputs)
    error = relative_error(sessions.openvino_outputs(xml, inputs), reference)
    again, _ = dldt.compile_model(xml, folder / f"{model.name}_ir.so", target=target)
    ours, ours_again = run(direct, inputs), run(again, inputs)
    for file in (direct, again, xml, xml.with_suffix(".bin")):
        file.unlink()
    same = all(a.tobytes() == b.tobytes() for a, b in zip(ours, ours_again, strict=True))
    if not same:
        return float("nan"), f"our artifact from the IR differs by {relative_error(ours_again, ours):.1e}"
    return error, "OpenVINO reads the IR; our artifact from it gives identical outputs"


def read(model: Model, inputs=None):
    """The graph, with the input shapes of the table (or other ones)."""
    return dldt.read_model(model_file(model), inputs=inputs or model.inputs, freeze=model.frozen or None)


def run(artifact: Path, inputs: dict[str, Array]) -> list[Array]:
    """The outputs in the model's order. Frozen inputs are left out. Another architecture's artifact runs under
    qemu-user, in a program without a libc that maps it; each array ends where inaccessible memory begins."""
    metadata = read_artifact(artifact).metadata
    if metadata.arch != cpu.arch():
        from tests.codegen.qemu import run_artifact

        outputs = run_artifact(artifact, inputs, timeout=PATIENCE)
        return [outputs[info.name] for info in metadata.outputs]
    with runtime.load(artifact) as loaded:
        outputs = loaded.run({info.name: inputs[info.name] for info in loaded.inputs})
        return [outputs[info.name] for info in loaded.outputs]


def relative_error(ours: list[Array], reference: list[Array]) -> float:
    """The largest ``max|a - b| / max|b|`` over the outputs; infinite where shapes differ, NaN where an output has
    NaN."""
    worst = 0.0
    for a, b in zip(ours, reference, strict=True):
        if a.shape != b.shape:
            return float("inf")
        wanted = b.astype(np.float64)
        error = np.abs(a.astype(np.float64) - wanted).max() / max(np.abs(wanted).max(), 1e-30)
        worst = max(worst, float(error)) if not np.isnan(error) else float("nan")
    return worst


if __name__ == "__main__":
    sys.exit(main())
