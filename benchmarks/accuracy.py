"""Compiles every model, runs it on seeded random inputs and compares with onnxruntime.

    python -m benchmarks.accuracy                     a table: max|error| / max|y| of each model, at most 1e-4
    python -m benchmarks.accuracy --ir                the same through OpenVINO IR, which OpenVINO and dldt both read
    python -m benchmarks.accuracy --models resnet50 magika
    python -m benchmarks.accuracy --target aarch64    another architecture's code, under qemu-user
    python -m benchmarks.accuracy --precision bf16    (or --weights bf16 | f16) the error that it costs, without a limit

The exit code is 1 when a model fails or differs. Models that are not on this machine are listed, not skipped silently.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import numpy as np

import dldt
from benchmarks import caffe, frameworks, lite_models, sessions, speech
from benchmarks.models import MODELS, Model, fixed_file, model_file, random_inputs, select
from dldt import runtime
from dldt.codegen.host import resolve_target
from dldt.runtime import cpu
from dldt.runtime.format import read_artifact

Array = np.ndarray
LIMIT = 1e-4
PATIENCE = 1800.0
"""Seconds after which an emulated run is stopped."""
FREE_BATCH = "magika"
BATCHES = (1, 3, 17)


def main() -> int:
    """Measure, print the table, and list the models that were not found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(model.name for model in MODELS))
    parser.add_argument("--ir", action="store_true", help="go through OpenVINO IR")
    parser.add_argument("--target", default="host", help="the target (default: host)")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32", help="what contractions multiply")
    parser.add_argument("--weights", choices=("f32", "f16", "bf16"), help="how weights bound by memory are stored")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    arguments = parser.parse_args()
    exact = arguments.precision == "f32" and arguments.weights in (None, "f32")
    if arguments.ir and not exact:
        parser.error("--ir compares f32")
    limit = LIMIT if exact else sys.float_info.max
    found, missing = select(arguments.models)
    _require_machine(resolve_target(arguments.target).arch)
    print(f"{'model':<16}{'error':>10}  {'compile s':>9}  what")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for model in found:
            for label, check in _checks(model, arguments):
                failed += not _row(label, check, Path(folder), limit, arguments.debug)
        if exact and not arguments.models:
            kinds = (caffe, frameworks, lite_models, speech)
            for label, check in (row for kind in kinds for row in kind.checks(arguments.target, arguments.ir)):
                failed += not _row(label, check, Path(folder), limit, arguments.debug)
    for line in missing:
        print(line)
    print(f"{len(found)} models compared, {len(missing)} not found, {failed} failed ({_limit(limit)})")
    return int(failed > 0)


def _limit(limit: float) -> str:
    return f"limit {limit:g} of max|y|" if limit == LIMIT else "any number is accepted"


def _require_machine(arch: str) -> None:
    if arch != cpu.arch() and shutil.which(f"qemu-{arch}") is None:
        raise SystemExit(f"error: this machine does not run {arch}: install qemu-user (no qemu-{arch} was found)")


def _checks(model: Model, arguments):
    if arguments.ir:
        return [(model.name, lambda folder: through_ir(model, folder, arguments.target))]
    numbers = {"precision": arguments.precision, "weights": arguments.weights}
    checks = [(model.name, lambda folder: directly(model, folder, arguments.target, **numbers))]
    if model.name == FREE_BATCH:
        checks.append((f"{model.name} N", lambda folder: free_batch(model, folder, arguments.target, **numbers)))
    return checks


def _row(label: str, check, folder: Path, limit: float, debug: bool) -> bool:
    """Print one line of the table; returns whether the model is good."""
    start = time.perf_counter()
    try:
        error, what = check(folder)
    except Exception as problem:
        if debug:
            traceback.print_exc()
        print(
            f"{label:<16}{'FAILED':>10}  {'':>9}  {type(problem).__name__}: {str(problem).splitlines()[0][:150]}",
            flush=True,
        )
        return False
    good = error <= limit  # false for NaN
    took = time.perf_counter() - start
    print(f"{label:<16}{error:>10.1e}  {took:>9.1f}  {'' if good else 'DIFFERS  '}{what}", flush=True)
    return good


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
