"""Our artifacts beside onnxruntime and OpenVINO, f32, in one run.

    python -m benchmarks.peers --threads 1 --json peers.json
    python -m benchmarks.peers --models resnet50 squeezenet --threads 1,2 --chart peers.png

Each backend has a process of its own, all pinned to the same cores; their rounds are interleaved (A B C A B C …), so
that what else the machine does hits all alike. Outputs are compared before anything is timed. The FMA peak is measured
in the same run; a network's share of it counts the multiply-adds of convolutions and matrix products by their
definition: above 100 % an algorithm does with fewer (Winograd's).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import dldt
from benchmarks import chart
from benchmarks.accuracy import LIMIT, read, relative_error
from benchmarks.fma_peak import fma_peak
from benchmarks.machine import describe
from benchmarks.models import MODELS, Model, fixed_file, random_inputs, select
from dldt.compiler.dims import evaluate
from dldt.tools.work import multiply_adds

BACKENDS = ("dldt", "onnxruntime", "openvino")
NOTE = "latency: median (least) in ms; ratio: the faster peer's median to ours; peak: the share of it at our least"


def main() -> int:
    """Measure every model at every number of threads; a table, and all numbers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="*", metavar="NAME", help=", ".join(model.name for model in MODELS))
    parser.add_argument("--threads", default="1", metavar="N,M", help="numbers of threads (default: 1)")
    parser.add_argument("--rounds", type=int, default=8, help="interleaved rounds (default: 8)")
    parser.add_argument("--seconds", type=float, default=0.4, help="of each backend's round (default: 0.4)")
    parser.add_argument("--json", metavar="FILE", help="write all numbers")
    parser.add_argument("--chart", metavar="FILE", help="draw the ratios as a PNG (needs matplotlib)")
    arguments = parser.parse_args()
    if arguments.chart:
        chart.require_matplotlib()
    found, missing = select(arguments.models)
    results: dict = {"machine": describe(), "models": []}
    print(f"{results['machine']['cpu']}, {results['machine']['cores']} cores; {versions(results)}; {NOTE}")
    for threads in (int(text) for text in arguments.threads.split(",")):
        cores = sorted(os.sched_getaffinity(0))[:threads]
        peak = fma_peak() * len(cores)
        print(f"\n{threads} thread{'s' * (threads > 1)}, FMA peak {peak:.0f} GFLOP/s")
        print(
            f"{'model':<13}{'ours':>17}{'onnxruntime':>17}{'openvino':>17}{'ratio':>7}{'peak':>6}  open/first ms, MiB"
        )
        for model in found:
            peak = max(peak, fma_peak(0.2) * len(cores))  # the best of the run: a busy moment must not lower it
            row = measure(model, threads, cores, peak, arguments)
            results["models"].append(row)
            print(line(row), flush=True)
        print(mean_line([row for row in results["models"] if row["threads"] == threads]))
    print(*missing, sep="\n")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if arguments.chart:
        chart.draw(results, Path(arguments.chart))
    return int(any("error" in row for row in results["models"]))


def measure(model: Model, threads: int, cores: list[int], peak: float, arguments) -> dict:
    """All numbers of one model; ``error`` instead where a backend fails or outputs differ."""
    row: dict = {"model": model.name, "threads": threads, "fma_peak_gflops": peak}
    with tempfile.TemporaryDirectory() as folder:
        try:
            files, work = _prepare(model, Path(folder))
            processes = {name: _Process(name, files[name], Path(folder), threads, cores) for name in BACKENDS}
            try:
                row |= _race(processes, arguments)
            finally:
                for process in processes.values():
                    process.close()
        except Exception as error:
            return row | {"error": f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:150]}"}
        for name in BACKENDS:
            row[name]["file_bytes"] = files[name].stat().st_size
    fastest = min(row[name]["median_ms"] for name in BACKENDS[1:])
    ours = row["dldt"]["median_ms"]
    share = 2 * work / row["dldt"]["min_ms"] / 1e6 / peak  # the peak is a best of many as well
    return row | {"ratio": fastest / ours, "multiply_adds": work, "peak_share": share}


def _prepare(model: Model, folder: Path) -> tuple[dict[str, Path], int]:
    """The file of each backend, the inputs beside them, and the model's multiply-adds."""
    graph = read(model)
    artifact, _ = dldt.compile_model(graph, folder / "model.so")
    np.savez(folder / "inputs.npz", **random_inputs(model))
    fixed = fixed_file(model)
    return {"dldt": artifact, "onnxruntime": fixed, "openvino": fixed}, evaluate(multiply_adds(graph), {})


def _race(processes: dict, arguments) -> dict:
    row: dict = {name: process.opened() for name, process in processes.items()}
    reference = processes["onnxruntime"].outputs()
    for name in ("dldt", "openvino"):
        row[name]["error"] = relative_error(processes[name].outputs(), reference)
    if not row["dldt"]["error"] <= LIMIT:
        raise ValueError(f"outputs differ by {row['dldt']['error']:.1e} of max|y|: not timed")
    times: dict[str, list[float]] = {name: [] for name in processes}
    for round_number in range(arguments.rounds + 1):
        for name, process in processes.items():
            answer = process.run(arguments.seconds)
            row[name]["rss_bytes"] = answer["rss_bytes"]
            if round_number:  # the first round warms up
                times[name] += answer["times_ms"]
            time.sleep(0.05)  # a peer's threads spin for a while after an inference
    for name, measured in times.items():
        row[name] |= {"median_ms": statistics.median(measured), "min_ms": min(measured), "count": len(measured)}
    return row


class _Process:
    """A backend's process, pinned; answers a line of JSON to each number of seconds."""

    def __init__(self, name: str, file: Path, folder: Path, threads: int, cores: list[int]) -> None:
        self._outputs = folder / f"{name}.npz"
        words = [name, str(file), str(folder / "inputs.npz"), str(threads), str(self._outputs)]
        pin = f"import os; os.sched_setaffinity(0, {cores}); from benchmarks.backend import main; main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", pin, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def opened(self) -> dict:
        return self._answer()

    def run(self, seconds: float) -> dict:
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return self._answer()

    def outputs(self) -> list:
        loaded = np.load(self._outputs)
        return [loaded[f"arr_{number}"] for number in range(len(loaded.files))]

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=60)

    def _answer(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process of {self._outputs.stem} ended with {self._process.wait()}")
        return json.loads(line)


def line(row: dict) -> str:
    """The table's line of one result."""
    if "error" in row:
        return f"{row['model']:<13}FAILED  {row['error']}"
    cells = "".join(f"{row[name]['median_ms']:>9.3f} ({row[name]['min_ms']:.3f})".rjust(17) for name in BACKENDS)
    opened = " ".join(f"{row[name]['open_ms']:.1f}/{row[name]['first_ms']:.1f}" for name in BACKENDS)
    memory = " ".join(f"{row[name]['rss_bytes'] / 2**20:.0f}" for name in BACKENDS)
    return f"{row['model']:<13}{cells}{row['ratio']:>7.2f}{row['peak_share']:>6.0%}  {opened}, {memory}"


def versions(results: dict) -> str:
    """What was measured, with its version."""
    return ", ".join(f"{name} {results['machine']['packages'][name]}" for name in BACKENDS)


def mean_line(rows: list[dict]) -> str:
    """The geometric mean of the ratios, the least of them, and how many models failed."""
    ratios = {row["model"]: row["ratio"] for row in rows if "error" not in row}
    failed = f"; {len(rows) - len(ratios)} failed" if len(ratios) < len(rows) else ""
    if not ratios:
        return f"no model was measured{failed}"
    least = min(ratios, key=ratios.__getitem__)
    mean = statistics.geometric_mean(ratios.values())
    return f"geometric mean of {len(ratios)} ratios: {mean:.2f}; the least: {ratios[least]:.2f} ({least}){failed}"


if __name__ == "__main__":
    sys.exit(main())
