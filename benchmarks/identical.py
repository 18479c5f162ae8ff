"""Artifacts of two versions of dldt compared: their outputs bit by bit, machine code, weights, metadata.

    python -m benchmarks.identical --against ../base/bin/python --keep DIR       the interpreter of another environment
    python -m benchmarks.identical --against … --keep DIR --text                 without LLVM: all models in seconds
    python -m benchmarks.identical --against … --keep DIR --quick                the five smallest models
    python -m benchmarks.identical --against … --keep DIR --target x86-64-v3
    python -m benchmarks.identical --against … --keep DIR --options="--precision bf16"       of both compilers

``--keep``: the other version's artifacts and outputs are made once and kept in DIR/<target and options>. Code is
compared function by function, for each step of the models; the address that an instruction refers to may differ. Code
for a target that this machine does not run is compared, but not run. ``--text`` compares the LLVM IR of kernels (by the
hashes in their names), weights and metadata, and runs nothing. The exit code is 1 where outputs differ or a model
fails; with ``--text``, where anything differs.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.arguments import target_name
from benchmarks.comparison import HEAD, Comparison
from benchmarks.environment import Environment
from benchmarks.kept import Kept
from benchmarks.machine import runs
from benchmarks.models import MODELS, Model, select

QUICK = ("mtcnn_pnet", "wakeword", "mtcnn_rnet", "ppocr_cls", "mtcnn_onet")
"""The models with the five smallest files."""


def main() -> int:
    """One line for each model, and the names of functions that differ."""
    arguments = _arguments()
    found, missing = select(list(QUICK) if arguments.quick else arguments.models)
    versions = f"{Environment().version} against {arguments.against.version}"
    print(f"{versions}, {' '.join(_options(arguments))}; two numbers: ours, theirs\n{HEAD}")
    rows: list[Comparison] = []
    for model in found:
        try:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(compare(model, arguments, Path(folder)))
            print(*rows[-1].lines(), sep="\n", flush=True)
        except Exception as problem:
            print(f"{model.name:<13}FAILED  {_reason(problem)}", flush=True)
    differ = [row.model for row in rows if row.outputs not in ("same", "not run")]
    equal = sum(row.equal for row in rows)
    print(
        *missing, f"{len(found)} models: {equal} equal in all; outputs differ: {', '.join(differ) or 'none'}", sep="\n"
    )
    return int(bool(differ) or len(rows) < len(found) or (arguments.text and equal < len(rows)))


def compare(model: Model, arguments: argparse.Namespace, folder: Path) -> Comparison:
    """Compare one model; artifacts that are not kept are made in ``folder``."""
    options = _options(arguments)
    kept = (arguments.keep or folder / "theirs") / "_".join(options[1:])
    theirs = Kept(arguments.against, model, kept, options)
    if arguments.text:
        return Comparison.of_draft(model, arguments.target, theirs)
    path = folder / f"{model.name}.so"
    seconds = Environment().compile(model, path, *options)
    return Comparison.of_artifacts(model, path, seconds, theirs, runs=runs(arguments.target))


def _options(arguments: argparse.Namespace) -> list[str]:
    return ["--target", arguments.target, *arguments.options]


def _reason(problem: Exception) -> str:
    said = problem.stderr if isinstance(problem, subprocess.CalledProcessError) else str(problem)
    return f"{type(problem).__name__}: {((said or str(problem)).strip().splitlines() or [''])[-1][:150]}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    Environment.add_option(parser, required=True)
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(model.name for model in MODELS))
    parser.add_argument("--quick", action="store_true", help=f"the smallest models: {', '.join(QUICK)}")
    parser.add_argument("--text", action="store_true", help="compare what LLVM would get, and make no artifact")
    parser.add_argument("--target", type=target_name, default="host", metavar="NAME", help="(default: host)")
    parser.add_argument(
        "--options", type=shlex.split, default=[], metavar="TEXT", help="more options of both compilers"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where their artifacts stay for the next run")
    arguments = parser.parse_args()
    if arguments.models and arguments.quick:
        parser.error("--quick names the models; leave out --models")
    if arguments.text and arguments.options:
        parser.error("--text knows no --options")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
