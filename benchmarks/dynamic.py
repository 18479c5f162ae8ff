"""Artifacts of free sizes beside artifacts compiled for each size, and beside onnxruntime.

    python -m benchmarks.dynamic                                  networks of random weights
    python -m benchmarks.dynamic resnet --sizes 96x96 224x224
    python -m benchmarks.dynamic --models FOLDER --threads 1,2    every ONNX model below a folder, at five sizes
    python -m benchmarks.dynamic --target x86-64-v3 --rounds 30

Outputs are compared with onnxruntime's before anything is timed. What fails is a row of its own, and the last line
counts such rows, and those that take longer than the limit. The three run in turns, and their least times count.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import onnx

from benchmarks.arguments import target_name, thread_counts, whole_number
from benchmarks.free_case import FreeCase, models
from benchmarks.free_detector import detector
from benchmarks.free_networks import mobilenet, resnet, unet
from benchmarks.free_race import race
from benchmarks.free_transformer import WIDTH, transformer
from dldt.tools.api import compile_model, read_model

NETWORKS: dict[str, Callable[[], onnx.ModelProto]] = {
    "resnet": resnet,
    "mobilenet": mobilenet,
    "unet": lambda: unet(deconvolution=True),
    "unet-resize": lambda: unet(deconvolution=False),
    "detector": detector,
    "transformer": transformer,
}
SIZES = ("64x64", "96x128", "224x224", "320x256", "480x640")
LENGTHS = ("1x16", "1x128", "4x64", "2x333", "8x128")
"""Sequences by their steps."""

LIMIT = 1.3
"""How many times as long as the artifact for a size the artifact of free sizes may take."""


def main() -> int:
    """One line for each model, size and number of threads. The exit code is 1 where a row fails."""
    arguments = _arguments()
    print(f"{'model':<30} {'size':>20} threads  fixed ms   free ms  ratio   peer ms  error")
    tally = _Tally()
    with tempfile.TemporaryDirectory() as folder:
        for case in _cases(arguments, Path(folder)):
            if isinstance(case, str):
                tally.tell(case, failed="FAILS" in case)
                continue
            _measure(case, Path(folder), arguments, tally)
    print(f"{tally.rows} sizes measured, {tally.slow} above {LIMIT} times the fixed artifact, {tally.failed} FAILED")
    return int(tally.failed > 0)


class _Tally:
    """Prints rows, and counts them."""

    rows = slow = failed = 0

    def tell(self, line: str, *, failed: bool) -> None:
        print(line, flush=True)
        self.failed += failed


def _cases(arguments: argparse.Namespace, folder: Path) -> Iterator[FreeCase | str]:
    """What is to be measured; a line for what cannot be."""
    if arguments.models is not None:
        yield from models(arguments.models)
    for name in arguments.networks or (() if arguments.models is not None else NETWORKS):
        source = folder / f"{name}.onnx"
        onnx.save(NETWORKS[name](), source)
        sizes = arguments.sizes or (LENGTHS if name == "transformer" else SIZES)
        pairs = [tuple(map(int, size.split("x"))) for size in sizes]
        shapes = [(*pair, WIDTH) if name == "transformer" else (1, 3, *pair) for pair in pairs]
        yield FreeCase(name, source, [{"x": shape} for shape in shapes])


def _measure(case: FreeCase, folder: Path, arguments: argparse.Namespace, tally: _Tally) -> None:
    try:
        compile_model(read_model(case.source), folder / "free.so", arguments.target)
    except Exception as error:  # whatever is wrong with a model is told in its row
        tally.tell(f"{case.name:<30} FAILS to compile with free dims: {_first_line(error)}", failed=True)
        return
    for shapes in case.runs:
        title = f"{case.name:<30} {','.join('x'.join(map(str, shape)) for shape in shapes.values() if shape):>20}"
        try:
            for row in race(case, shapes, folder, arguments.target, arguments.threads, arguments.rounds):
                ratio, right = row.free / row.fixed, row.is_right(case.limit)
                times = f"{row.fixed:>9.3f} {row.free:>9.3f} {ratio:>6.2f} {row.peer:>9.3f}"
                wrong = "" if right else "  FAILS: differs from onnxruntime"
                tally.tell(f"{title} {row.threads:>7} {times}  {row.told()}{wrong}", failed=not right)
                tally.rows, tally.slow = tally.rows + 1, tally.slow + (ratio > LIMIT)
        except Exception as error:  # whatever is wrong with a run is told in its row
            tally.tell(f"{title} FAILS: {_first_line(error)}", failed=True)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help=f"of {', '.join(NETWORKS)} (default: all)")
    parser.add_argument("--models", type=Path, metavar="FOLDER", help="measure the ONNX models below it")
    parser.add_argument("--sizes", nargs="+", metavar="AxB", help="rows and pixels of images, or sequences and steps")
    parser.add_argument("--target", type=target_name, default="host", help="the target to compile for")
    parser.add_argument("--threads", type=thread_counts, default=[1], help="numbers of threads, as 1,2 (default: 1)")
    parser.add_argument("--rounds", type=whole_number, default=20, help="runs of each artifact (default: 20)")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.networks) - set(NETWORKS))
    if unknown:
        parser.error(f"no network {', '.join(unknown)}; there are {', '.join(NETWORKS)}")
    if arguments.models is not None and not arguments.models.is_dir():
        parser.error(f"{arguments.models} is no folder of models")
    return arguments


if __name__ == "__main__":
    raise SystemExit(main())
