"""Artifacts of two versions of dldt compared: their outputs bit by bit, machine code, weights, metadata.

    python -m benchmarks.identical --against ../base/bin/python --keep DIR              an environment with another dldt
    python -m benchmarks.identical --against … --keep DIR --quick                       the five smallest models
    python -m benchmarks.identical --against … --keep DIR --target x86-64-v3
    python -m benchmarks.identical --against … --options="--precision bf16"             more options for both compilers

``--keep``: their artifacts and outputs are made once and stay in DIR/<target and options>. Code is compared function by
function, by the steps of the models; what an instruction refers to may lie elsewhere in the file. The code of a target
that this machine does not run is compared, not run. The exit code is 1 where outputs differ or a model fails.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy import relative_error, run
from benchmarks.environment import Environment
from benchmarks.machine_code import MachineCode
from benchmarks.models import MODELS, Model, random_inputs, select
from dldt.codegen.resolve import resolve_target
from dldt.runtime import cpu
from dldt.runtime.format import Artifact, read_artifact

Array = np.ndarray
QUICK = ("mtcnn_pnet", "wakeword", "mtcnn_rnet", "ppocr_cls", "mtcnn_onet")
"""The five smallest files."""
HEAD = (
    f"{'model':<13}{'outputs':>9}{'code':>15}{'weights':>9}{'file MiB':>18}{'arena KiB':>20}{'compile s':>13}  metadata"
)
_LISTED = 5
"""Kernels that are named below a model's line."""


def main() -> int:
    """A line a model, and the names of kernels that differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--against", type=Environment.of_option, required=True, metavar="PYTHON", help="its interpreter"
    )
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(model.name for model in MODELS))
    parser.add_argument("--quick", action="store_true", help=f"the smallest models: {', '.join(QUICK)}")
    parser.add_argument("--target", default="host", help="the target (default: host)")
    parser.add_argument("--options", type=shlex.split, default=[], metavar="TEXT", help="more options for both")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where their artifacts stay for the next run")
    arguments = parser.parse_args()
    if arguments.models and arguments.quick:
        parser.error("--quick names the models; leave out --models")
    found, missing = select(list(QUICK) if arguments.quick else arguments.models)
    ours, options = Environment(), ["--target", arguments.target, *arguments.options]
    runs = _runs_here(arguments.target)
    print(f"{ours.version} against {arguments.against.version}, {' '.join(options)}; two numbers: ours, theirs\n{HEAD}")
    different = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        kept = (arguments.keep or Path(folder) / "theirs") / "_".join([arguments.target, *arguments.options])
        kept.mkdir(parents=True, exist_ok=True)
        for model in found:
            theirs = Kept(arguments.against, model, kept, options)
            path = Path(folder) / f"{model.name}.so"
            try:
                row = compare(model, ours.compile(model, path, *options), path, theirs, runs)
            except subprocess.CalledProcessError as problem:
                print(f"{model.name:<13}FAILED  {_reason(problem)}", flush=True)
                failed += 1
                continue
            path.unlink()
            different += not row["same"]
            print(*lines(row), sep="\n", flush=True)
    print(*missing, f"{len(found)} models: {different} differ in their outputs, {failed} failed", sep="\n")
    return int(different + failed > 0)


def _runs_here(target: str) -> bool:
    machine = resolve_target(target)
    return machine.arch == cpu.arch() and not cpu.missing(list(machine.features))


def _reason(problem: subprocess.CalledProcessError) -> str:
    words = (problem.stderr or "").strip().splitlines() or [f"exit code {problem.returncode}"]
    return f"{problem.cmd[0]}: {words[-1][:150]}"


class Kept:
    """An environment's artifact of a model, in a folder where it stays as long as its version does."""

    def __init__(self, environment: Environment, model: Model, folder: Path, options: list[str]) -> None:
        self._environment, self._model = environment, model
        self.path, self._outputs = folder / f"{model.name}.so", folder / f"{model.name}.npz"
        record = folder / f"{model.name}.json"
        made = {"version": environment.version, "options": options}
        known = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
        if environment.changing or {key: known.get(key) for key in made} != made:
            for old in (record, self._outputs):
                old.unlink(missing_ok=True)
            known = made | {"seconds": environment.compile(model, self.path, *options)}
            record.write_text(json.dumps(known) + "\n", encoding="utf-8")
        self.seconds: float = known["seconds"]

    def outputs(self, inputs: dict[str, Array]) -> list[Array]:
        """The outputs, by the environment's own runtime."""
        if not self._outputs.is_file():
            np.savez(self._outputs, *self._environment.run(self.path, inputs))
        with np.load(self._outputs) as loaded:
            return [loaded[f"arr_{number}"] for number in range(len(loaded.files))]


def compare(model: Model, seconds: float, path: Path, theirs: Kept, runs: bool) -> dict[str, Any]:
    """What is the same in our artifact and theirs; ``runs``: whether this machine can run them."""
    one, other = read_artifact(path), read_artifact(theirs.path)
    row: dict[str, Any] = {"model": model.name, "same": True, "error": None, "seconds": (seconds, theirs.seconds)}
    if runs:
        inputs = random_inputs(model)
        made, wanted = run(path, inputs), theirs.outputs(inputs)
        row["same"] = [_bits(array) for array in made] == [_bits(array) for array in wanted]
        row["error"] = 0.0 if row["same"] else relative_error(made, wanted)
    changed, total = _changed_kernels(one, other)
    row |= {
        "kernels": total,
        "changed": changed,
        "weights": (one.note.weights_sha256, one.note.weights_size)
        == (other.note.weights_sha256, other.note.weights_size),
        "file": (one.note.file_size, other.note.file_size),
        "arena": (one.metadata.arena, other.metadata.arena),
        "metadata": _changed_metadata(one, other),
    }
    return row


def _bits(array: Array) -> tuple[str, tuple[int, ...], bytes]:
    return str(array.dtype), array.shape, array.tobytes()


def _changed_kernels(one: Artifact, other: Artifact) -> tuple[list[str], int]:
    """Our functions that differ, each with the step that it is called for, and how many functions there are."""
    ours, theirs = MachineCode(Path(one.path)), MachineCode(Path(other.path))
    if one.note.code_sha256 == other.note.code_sha256:
        return [], len(ours.functions)
    steps = {step.output: step.kernel for step in other.metadata.steps}
    called = {step.output: step.kernel for step in one.metadata.steps}
    pairs = {(kernel, steps.get(output, "")): f"{kernel} → {output}" for output, kernel in called.items()}
    kernels = {*called.values(), *steps.values()}
    rest = [name for name in (*ours.functions, *theirs.functions) if name not in kernels]
    pairs |= {(name, name): name for name in rest}
    pairs |= {("", kernel): f"{kernel} → {output} (theirs)" for output, kernel in steps.items() if output not in called}
    return [pairs[pair] for pair in ours.different(theirs, list(pairs))], len(pairs)


def _changed_metadata(one: Artifact, other: Artifact) -> list[str]:
    """The names of what the metadata say otherwise: the producer and the names of functions aside."""
    fields = sorted({*one.metadata.raw, *other.metadata.raw} - {"producer"})
    changed = [name for name in fields if one.metadata.raw.get(name) != other.metadata.raw.get(name)]
    steps = [[step._replace(kernel="") for step in artifact.metadata.steps] for artifact in (one, other)]
    return changed + ["steps"] * (steps[0] != steps[1])


def lines(row: dict[str, Any]) -> list[str]:
    """The table's line of one model, and below it the kernels that differ."""
    outputs = "not run" if row["error"] is None else "same" if row["same"] else f"{row['error']:.1e}"
    changed = row["changed"]
    code = f"{len(changed)} of {row['kernels']} differ" if changed else "same"
    weights = "same" if row["weights"] else "DIFFER"
    files = "{:.2f} {:.2f}".format(*(size / 2**20 for size in row["file"]))
    arenas = " ".join("-" if size is None else f"{size / 1024:.1f}" for size in row["arena"])
    seconds = "{:.1f} {:.1f}".format(*row["seconds"])
    metadata = ", ".join(row["metadata"]) or "same"
    head = f"{row['model']:<13}{outputs:>9}{code:>15}{weights:>9}{files:>18}{arenas:>20}{seconds:>13}  {metadata}"
    more = [f"    and {len(changed) - _LISTED} more"] if len(changed) > _LISTED else []
    return [head, *(f"    {name}" for name in changed[:_LISTED]), *more]


if __name__ == "__main__":
    sys.exit(main())
