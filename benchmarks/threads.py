"""Several threads compared with one: the same output bytes, never slower, idle between inferences.

    python -m benchmarks.threads --models mtcnn_pnet shufflenet --threads 2

One process opens the artifact twice, for one thread and for several, and times both in turns. ``wake`` is the ratio
when the workers are asleep before every inference. ``idle`` is the processor time of half a second of waiting after an
inference.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import dldt
from benchmarks.accuracy import read
from benchmarks.arguments import duration, whole_number
from benchmarks.machine import describe
from benchmarks.models import MODELS, Model, random_inputs, select
from dldt import runtime

REPEATED = 20
PAUSE = 0.5
NOISE = 0.97
"""Ratios above this are not distinguished from 1: medians of microseconds vary that much from run to run."""
IDLE = 0.05
"""Seconds of processor time in ``PAUSE`` above which some thread must be spinning."""
NAP = 0.002
"""Seconds after which a worker is asleep."""


def main() -> int:
    """One line for each model; exit code 1 where bytes differ or an idle process is busy."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(model.name for model in MODELS))
    parser.add_argument("--threads", type=whole_number, default=2, metavar="N", help="beside one (default: 2)")
    parser.add_argument("--rounds", type=whole_number, default=8, help="turns (default: 8)")
    parser.add_argument("--seconds", type=duration, default=0.3, help="of each turn (default: 0.3)")
    arguments = parser.parse_args()
    found, missing = select(arguments.models)
    machine = describe()
    many = f"{arguments.threads} threads"
    print(f"{machine['cpu']}, {machine['cores']} cores; medians in ms")
    print(f"{'model':<13}{'1 thread':>10}{many:>11}{'ratio':>7}{'wake':>7}{'idle ms':>9}  bytes")
    rows = []
    for model in found:
        with tempfile.TemporaryDirectory() as folder:
            artifact, _ = dldt.compile_model(read(model), Path(folder) / "model.so")
            rows.append(measure(model, artifact, arguments))
        print(line(rows[-1]), flush=True)
    slower = [f"{row['model']} {row['ratio']:.2f}" for row in rows if row["ratio"] < NOISE]
    print(f"slower with {many} than with one: {', '.join(slower) or 'none'}", *missing, sep="\n")
    return int(any(not row["equal"] or row["idle"] > IDLE for row in rows))


def measure(model: Model, artifact: Path, arguments: argparse.Namespace) -> dict:
    """The ratio of one thread's median to that of several, and the conditions to check."""
    inputs = random_inputs(model)
    with runtime.load(artifact, threads=1) as one, runtime.load(artifact, threads=arguments.threads) as several:
        arrays = [inputs[info.name] for info in one.inputs]
        loaded = {"one": one, "several": several}
        outputs = [_bytes(item(*arrays)) for item in loaded.values() for _ in range(REPEATED)]
        time.sleep(NAP)
        before = time.process_time()
        time.sleep(PAUSE)
        idle = time.process_time() - before
        busy = _times(loaded, arrays, arguments, 0.0)
        woken = _times(loaded, arrays, arguments, NAP)
    return {
        "model": model.name,
        "one": busy["one"],
        "several": busy["several"],
        "ratio": busy["one"] / busy["several"],
        "wake": woken["one"] / woken["several"],
        "idle": idle,
        "equal": all(output == outputs[0] for output in outputs),
    }


def _times(loaded: dict, arrays: list, arguments: argparse.Namespace, pause: float) -> dict[str, float]:
    """The medians in ms, measured in turns, with ``pause`` seconds before every inference."""
    found: dict[str, list[float]] = {name: [] for name in loaded}
    for turn in range(arguments.rounds + 1):
        for name, model in loaded.items():
            end = time.perf_counter() + arguments.seconds
            while time.perf_counter() < end:
                time.sleep(pause) if pause else None
                start = time.perf_counter()
                model(*arrays)
                found[name] += [(time.perf_counter() - start) * 1e3] if turn else []
    return {name: statistics.median(times) for name, times in found.items()}


def _bytes(outputs) -> bytes:
    arrays = outputs if isinstance(outputs, tuple) else (outputs,)
    return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)


def line(row: dict) -> str:
    """The table's line of one model."""
    times = f"{row['one']:>10.3f}{row['several']:>11.3f}{row['ratio']:>7.2f}{row['wake']:>7.2f}"
    return f"{row['model']:<13}{times}{row['idle'] * 1e3:>9.1f}  {'equal' if row['equal'] else 'DIFFERENT'}"


if __name__ == "__main__":
    sys.exit(main())
